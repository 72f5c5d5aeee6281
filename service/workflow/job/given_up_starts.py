"""Starts that failed until nobody tries them any more: tried again by hand, or dropped with a reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound
from service.models import PendingStart, StartTimer
from service.models.process.retry import MAX_ATTEMPTS
from service.workflow import history
from service.workflow.context import Context
from service.workflow.job import start_timers
from service.workflow.job.due_starts import Start

LEAST_REASON = 2

GivenUp = PendingStart | StartTimer
Kind = type[PendingStart] | type[StartTimer]


def list_all(ctx: Context) -> list[GivenUp]:
    """Return every start that was given up, oldest first, those by an event before those by the clock."""
    return [*_list(ctx, PendingStart), *_list(ctx, StartTimer)]


def get(ctx: Context, kind: Kind, start_id: int) -> GivenUp:
    """Return a start that was given up, locked."""
    start: Any = ctx.session.get(kind, start_id, with_for_update=True, populate_existing=True)
    if start is None:
        raise NotFound("没有这个待启动的流程，可能已经启动或放弃。")
    if not start.is_given_up:
        raise Conflict("这个流程还会自动重试，不需要处理。")
    found: GivenUp = start
    return found


def retry(ctx: Context, kind: Kind, start_id: int) -> None:
    """Let a start be tried again at once, as often as a new one."""
    start = get(ctx, kind, start_id)
    start.attempts, start.try_at = 0, ctx.now
    history.record_in(ctx, "system", "start.retried", **describe(start))


def drop(ctx: Context, kind: Kind, start_id: int, reason: str) -> None:
    """Let a start be, for a reason. Of a timer only the occurrence that failed is dropped."""
    start = get(ctx, kind, start_id)
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid("请写明放弃的原因。", fields={"reason": "例如：流程图已改，另行发起"})
    history.record_in(ctx, "system", "start.dropped", reason=reason.strip()[:500], **describe(start))
    if isinstance(start, StartTimer):
        start_timers.skip(ctx, start)
    else:
        ctx.session.delete(start)


def describe(start: GivenUp) -> dict[str, Any]:
    """Return what the history says a start was."""
    said: dict[str, Any] = {"process": start.process_id, "element": start.element_id, "start": start.id}
    if isinstance(start, PendingStart):
        said |= {"round_id": start.round_id, "name": start.name, "subject": start.subject or ""}
    return said


def _list(ctx: Context, kind: type[Start]) -> list[Start]:
    query = select(kind).where(kind.attempts >= MAX_ATTEMPTS).order_by(kind.id)
    return list(ctx.session.scalars(query))
