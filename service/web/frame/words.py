"""What things are called: outcomes as the diagram words them, categories and rounds as the programme does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from service.engine.records import Element
from service.models import Instance, Round, UserTask
from service.programmes import wiring
from service.web.frame import labels
from service.workflow.context import Context
from service.workflow.definition import deployments

NO_OUTCOMES = "complete:办结"


def outcomes(element: Element) -> tuple[tuple[str, str], ...]:
    """Return the (value, word) pairs a task of an element can end with."""
    return deployments.outcomes_of(element.properties.get("outcomes", NO_OUTCOMES))


def of_outcomes(ctx: Context, tasks: Iterable[UserTask]) -> dict[int, str]:
    """Return the word for the outcome of each completed task, in one statement however many there are.

    A task of an instance that was moved since, at a step its diagram no longer has, takes one more.
    """
    by_id = {task.id: task for task in tasks}
    query = (
        select(UserTask.id, Instance.deployment_id, Instance.deployment_hash, Instance.process_id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.id.in_(by_id))
    )
    found = {}
    for task_id, deployment_id, content_hash, process_id in ctx.session.execute(query):
        task = by_id[task_id]
        elements = deployments.diagram_of(ctx, deployment_id, content_hash).processes[process_id].reached
        if task.element_id not in elements:
            elements = deployments.elements_of(ctx, task.instance)
        found[task_id] = of_outcome(elements, task)
    return found


def of_outcome(elements: Mapping[str, Element], task: UserTask) -> str:
    """Return the word for a completed task's outcome."""
    outcome = task.outcome or ""
    if outcome in labels.OUTCOMES:
        return str(labels.OUTCOMES[outcome])
    element = elements.get(task.element_id)
    return dict(outcomes(element)).get(outcome, outcome) if element else outcome


def of_category(ctx: Context, round_id: int | None, key: str | None) -> str:
    """Return what a round calls a category; a key that names none shows itself."""
    entry = ctx.session.get(Round, round_id) if round_id is not None else None
    if entry is None or key is None:
        return key or ""
    category = wiring.pack_of(ctx, entry).programme.categories.get(key)
    return category.name if category else key


def of_round(ctx: Context, round_id: int | None) -> str:
    """Return what a round is called."""
    entry = ctx.session.get(Round, round_id) if round_id is not None else None
    return f"{entry.title} {entry.label}" if entry else ""
