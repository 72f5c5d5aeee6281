"""What a task's page shows to decide by where the diagram says so: others' answers, the candidates' list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.engine.records import Element
from service.models import Nomination, Round, TaskStatus, UserTask
from service.programmes import submitted, wiring
from service.programmes.diagram.step_words import CANDIDATES, SHOWS
from service.programmes.publication import notices, statements
from service.web.frame import words
from service.web.task import answers, dossier
from service.web.task.answers import Row
from service.web.task.dossier import SlotView
from service.workflow.context import Context
from service.workflow.task import task_access


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """One completed task, what was filled in at it and the files handed in with it."""

    task_id: int
    name: str
    outcome: str
    by: str
    at: datetime | None
    rows: Sequence[Row]
    files: Sequence[SlotView]


@dataclass(frozen=True, kw_only=True)
class CategoryList:
    """Who stands on the list in a category just now, and whom the review left off it."""

    category: str
    people: Sequence[Nomination]
    left_out: Sequence[Nomination]


def read(ctx: Context, task: UserTask, elements: Mapping[str, Element]) -> list[Earlier]:
    """Return what was decided at the steps a task's page is to show, newest first.

    The diagram's word is enough for whoever may read the task itself: it is what he decides by. Nothing is
    shown to the candidate's side in a case that it only answers.
    """
    steps = submitted.reads_of(elements[task.element_id])
    if not steps or statements.only_answers(ctx, task.instance):
        return []
    query = select(UserTask).where(
        UserTask.instance_id == task.instance_id,
        UserTask.element_id.in_(steps),
        UserTask.status == TaskStatus.COMPLETED,
    )
    done = ctx.session.scalars(query.order_by(UserTask.completed_at.desc(), UserTask.id.desc()))
    return [_describe(ctx, one, elements) for one in done]


def list_candidates(ctx: Context, task: UserTask, element: Element) -> list[CategoryList]:
    """Return whoever would be published just now by category, on a step of the round that shows them.

    Beside them whom the review left off the list, as long as it may take him up yet.
    """
    entry = ctx.session.get(Round, task.round_id) if task.round_id is not None else None
    if entry is None or element.properties.get(SHOWS) != CANDIDATES:
        return []
    categories = wiring.pack_of(ctx, entry).programme.categories
    people = notices.list_candidates(ctx, entry)
    left_out = notices.list_left_out(ctx, entry)
    lists = [
        CategoryList(
            category=category.name,
            people=[one for one in people if one.category == key],
            left_out=[one for one in left_out if one.category == key],
        )
        for key, category in categories.items()
    ]
    return [one for one in lists if one.people or one.left_out]


def _describe(ctx: Context, task: UserTask, elements: Mapping[str, Element]) -> Earlier:
    found = submitted.find(ctx, task)
    return Earlier(
        task_id=task.id,
        name=task.name,
        outcome=words.of_outcome(elements, task),
        by=task_access.name_of(ctx, task.completed_by_id),
        at=task.completed_at,
        rows=[row for row in answers.read(found.schema, found.answers, found.classes) if row.value]
        if found
        else [],
        files=[view for view in dossier.task_slots(ctx, task, editable=False) if view.files],
    )
