"""Timer start events: each occurrence begins one instance of the newest version, exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from service import engine
from service.models import Deployment, Instance, StartTimer
from service.workflow import deployments, execution, start_plans
from service.workflow.context import Context

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)


def next_due(ctx: Context) -> datetime | None:
    """Return when a start timer is next to be looked at."""
    return ctx.session.scalar(select(StartTimer.try_at).order_by(StartTimer.try_at).limit(1))


def take_due(ctx: Context) -> StartTimer | None:
    """Return the start timer that is due first, locked, or None. Those held by others are skipped."""
    query = (
        select(StartTimer)
        .where(StartTimer.try_at <= ctx.now)
        .order_by(StartTimer.try_at, StartTimer.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return ctx.session.scalar(query.execution_options(populate_existing=True))


def run(ctx: Context, timer: StartTimer) -> Instance | None:
    """Begin the instance an occurrence stands for and move the timer on to the next.

    None if another worker was faster, or if the occurrence is one to let be. Raises whatever goes
    wrong: roll back, then call ``put_off`` in a new transaction.
    """
    deployment = ctx.session.get_one(Deployment, timer.deployment_id)
    diagram = deployments.diagram_of(ctx, deployment.id, deployment.content_hash)
    place = (timer.process_id, timer.element_id)
    due_at, timer_id = timer.due_at, timer.id
    following = start_plans.find_next(ctx, deployment, diagram, *place, last=due_at)
    if not _move_on(ctx, timer, following) or engine.is_dropped(diagram, *place, due_at, ctx.now):
        return None
    return execution.start(
        ctx,
        deployment,
        timer.process_id,
        # unique: an occurrence that somebody worked off already cannot begin again
        business_key=f"start:{deployment.id}:{timer_id}:{due_at:%Y%m%dT%H%M%S.%f}",
        title=diagram.processes[timer.process_id].name,
        round_id=None,
        variables={},
        start_event=timer.element_id,
    )


def put_off(ctx: Context, timer_id: int, error: BaseException) -> None:
    """Note that an occurrence could not begin, and try again later: it is late, not lost."""
    timer = ctx.session.get(StartTimer, timer_id, with_for_update=True, populate_existing=True)
    if timer is None:
        return
    timer.attempts += 1
    timer.last_error = f"{type(error).__name__}: {error}"[:2000]
    timer.try_at = ctx.now + min(FIRST_BACKOFF * 2 ** min(timer.attempts - 1, 10), LONGEST_BACKOFF)


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
