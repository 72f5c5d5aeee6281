"""Timer start events: each occurrence begins one instance of the newest version, or one a subject, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from service import engine
from service.models import Deployment, Instance, StartTimer
from service.workflow import subjects
from service.workflow.context import Context
from service.workflow.definition import deployments, start_plans
from service.workflow.instance import execution


def begin(ctx: Context, timer: StartTimer) -> Instance | int | None:
    """Begin the instance an occurrence stands for and move the timer on to the next.

    Where it stands for one a subject they become pending starts; returned is how many.

    None if another worker was faster, or if the occurrence is one to let be. Raises whatever goes
    wrong: roll back, then call ``due_starts.put_off`` in a new transaction.
    """
    deployment = ctx.session.get_one(Deployment, timer.deployment_id)
    diagram = deployments.diagram_of(ctx, deployment.id, deployment.content_hash)
    place = (timer.process_id, timer.element_id)
    due_at, timer_id = timer.due_at, timer.id
    following = start_plans.find_next(ctx, deployment, diagram, *place, last=due_at)
    if not _move_on(ctx, timer, following) or engine.is_dropped(diagram, *place, due_at, ctx.now):
        return None
    process = diagram.processes[timer.process_id]
    noun = subjects.noun_of(process, timer.element_id)
    if noun:
        there = ctx.domain.subjects(ctx, noun, deployment.key, None)
        at = {"deployment_id": deployment.id, "process_id": place[0], "element_id": place[1]}
        return subjects.spread(ctx, {**at, "kind": subjects.TIMER}, f"{due_at:%Y%m%d%H%M}", there, {})
    return execution.start(
        ctx,
        deployment,
        timer.process_id,
        # unique: an occurrence that somebody worked off already cannot begin again
        business_key=f"start:{deployment.id}:{timer_id}:{due_at:%Y%m%dT%H%M%S.%f}",
        title=process.name,
        round_id=None,
        variables={},
        start_event=timer.element_id,
    )


def skip(ctx: Context, timer: StartTimer) -> None:
    """Let the occurrence a timer stands at be, and move it on to the next."""
    deployment = ctx.session.get_one(Deployment, timer.deployment_id)
    diagram = deployments.diagram_of(ctx, deployment.id, deployment.content_hash)
    place = (timer.process_id, timer.element_id)
    _move_on(ctx, timer, start_plans.find_next(ctx, deployment, diagram, *place, last=timer.due_at))


def _move_on(ctx: Context, timer: StartTimer, following: datetime | None) -> bool:
    """Move a timer to its next occurrence, or remove it; False if it is no longer where it was read."""
    unchanged = (StartTimer.id == timer.id, StartTimer.due_at == timer.due_at)
    moved = {"due_at": following, "try_at": following, "attempts": 0, "last_error": ""}
    statement = delete(StartTimer) if following is None else update(StartTimer).values(moved)
    result: Any = ctx.session.execute(
        statement.where(*unchanged), execution_options={"synchronize_session": False}
    )
    ctx.session.expunge(timer)
    return bool(result.rowcount)
