"""The nomination's record: which steps of its diagram fill it, and the answers it was filled from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.models import Instance, Nomination, Submission
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import submissions


def elements_of(ctx: Context, nomination: Nomination) -> tuple[str, ...]:
    """Return the user tasks marked ``record=nomination`` in the nomination's version of the diagram.

    After them come those that only versions had which it was moved from: what was filled in there holds.
    """
    if nomination.instance_id is None:
        return ()
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    elements = deployments.elements_of(ctx, instance).values()
    return tuple(e.id for e in elements if e.properties.get("record") == "nomination")


def last_place_of(ctx: Context, nomination: Nomination) -> int:
    """Return which opinion on the paper form is the last: whose words a 破格 is explained under."""
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    process = deployments.get_diagram(ctx, instance).processes[instance.process_id]
    return max((int(e.properties.get("opinion", 0)) for e in process.reached.values()), default=0)


def answers_of(ctx: Context, nomination: Nomination) -> dict[str, Any]:
    """Return the newest answers the record was filled from, as corrected since; empty before the first."""
    return {**handed_in(ctx, nomination), **(nomination.corrected or {})}


def handed_in(ctx: Context, nomination: Nomination) -> dict[str, Any]:
    """Return the newest answers the record was filled from as they were handed in."""
    return submissions.find_newest(ctx, nomination.instance_id, elements_of(ctx, nomination)) or {}


def find_own_moment(ctx: Context, nomination: Nomination) -> datetime | None:
    """Return when the nominee handed the record in himself; None where somebody else did it last."""
    query = select(Submission.user_id, Submission.submitted_at).where(
        Submission.instance_id == nomination.instance_id,
        Submission.element_id.in_(elements_of(ctx, nomination)),
    )
    last = ctx.session.execute(query.order_by(Submission.id.desc()).limit(1)).first()
    is_own = last is not None and last.user_id is not None and last.user_id == nomination.nominee_id
    return last.submitted_at if last is not None and is_own else None


def answers_of_many(ctx: Context, people: Sequence[Nomination]) -> dict[int, dict[str, Any]]:
    """Return the newest answers of many nominations by their id, as corrected since, in one statement."""
    by_instance = {n.instance_id: n for n in people if n.instance_id is not None}
    elements = {element for nomination in people for element in elements_of(ctx, nomination)}
    query = select(Submission.instance_id, Submission.answers).where(
        Submission.instance_id.in_(by_instance), Submission.element_id.in_(elements)
    )
    answers: dict[int, dict[str, Any]] = {}
    for row in ctx.session.execute(query.order_by(Submission.id)):
        nomination = by_instance[row.instance_id]
        answers[nomination.id] = {**row.answers, **(nomination.corrected or {})}
    return answers
