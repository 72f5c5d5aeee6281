"""Starts that are due, by the clock or by an event: taken one by one, put off and at last given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from service.models import PendingStart, StartTimer
from service.models.process.retry import MAX_ATTEMPTS
from service.workflow import history
from service.workflow.context import Context

Start = TypeVar("Start", PendingStart, StartTimer)

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)


def next_due(ctx: Context, kind: type[Start]) -> datetime | None:
    """Return when a start is next to be looked at."""
    query = select(kind.try_at).where(kind.attempts < MAX_ATTEMPTS).order_by(kind.try_at).limit(1)
    return ctx.session.scalar(query)


def take_due(ctx: Context, kind: type[Start]) -> Start | None:
    """Return the start that is due first, locked, or None. Those held by others are skipped."""
    query = (
        select(kind)
        .where(kind.try_at <= ctx.now, kind.attempts < MAX_ATTEMPTS)
        .order_by(kind.try_at, kind.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return ctx.session.scalar(query.execution_options(populate_existing=True))


def put_off(ctx: Context, kind: type[Start], start_id: int, error: BaseException) -> None:
    """Note that an instance could not begin, and try again later: it is late, not lost.

    After ``MAX_ATTEMPTS`` failures it is given up and stands among the incidents (``given_up_starts``).
    """
    start = ctx.session.get(kind, start_id, with_for_update=True, populate_existing=True)
    if start is None:
        return
    start.attempts += 1
    start.last_error = f"{type(error).__name__}: {error}"[:2000]
    start.try_at = ctx.now + min(FIRST_BACKOFF * 2 ** min(start.attempts - 1, 10), LONGEST_BACKOFF)
    if start.is_given_up:
        history.record_in(
            ctx, "system", "start.given_up", process=start.process_id, element=start.element_id,
            start=start.id, error=type(error).__name__,
        )  # fmt: skip
