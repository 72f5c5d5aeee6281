"""The nomination's record: which steps of its diagram fill it, and the answers it was filled from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.models import Instance, Nomination, Submission
from service.workflow import deployments
from service.workflow.context import Context


def elements_of(ctx: Context, nomination: Nomination) -> tuple[str, ...]:
    """Return the user tasks marked ``record=nomination`` in the nomination's version of the diagram."""
    if nomination.instance_id is None:
        return ()
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    process = deployments.get_diagram(ctx, instance).processes[instance.process_id]
    return tuple(e.id for e in process.elements.values() if e.properties.get("record") == "nomination")


def last_place_of(ctx: Context, nomination: Nomination) -> int:
    """Return which opinion on the paper form is the last: whose words a 破格 is explained under."""
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    process = deployments.get_diagram(ctx, instance).processes[instance.process_id]
    return max((int(e.properties.get("opinion", 0)) for e in process.elements.values()), default=0)


def answers_of(ctx: Context, nomination: Nomination) -> dict[str, Any]:
    """Return the newest answers the record was filled from, as corrected since; empty before the first."""
    ctx.session.flush()
    query = select(Submission.answers).where(
        Submission.instance_id == nomination.instance_id,
        Submission.element_id.in_(elements_of(ctx, nomination)),
    )
    given = ctx.session.scalars(query.order_by(Submission.id.desc()).limit(1)).first() or {}
    return {**given, **(nomination.corrected or {})}
