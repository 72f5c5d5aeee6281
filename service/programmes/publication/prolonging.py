"""Prolonging a 公示 that runs: its last day moves, the diagram waits as long, and the page says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import Instance, Job, JobKind, Nomination, Notice, NoticeKind
from service.programmes.publication import notices, objections
from service.programmes.round import calendars, rounds
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.job import jobs

PROLONGED = "notice.prolonged"


def list_of(notice: Notice) -> Sequence[dict[str, Any]]:
    """Return how often a notice was prolonged (``from``, ``until``, ``reason``), oldest first.

    Its snapshot says nothing of it: that is what was published, and its hash is held against it.
    """
    return notice.prolonged or []


def prolong(ctx: Context, notice: Notice, until: datetime, reason: str) -> None:
    """Let a notice run to a later moment, with a reason that stands on its page and in the history.

    Every timer of its process that waits for the old end waits for the new one.
    """
    if not objections.may_register(ctx, notice):
        raise Forbidden("只有公示的单位可以延长公示。")
    rounds.check_reason(reason, "请填写延长的原因。")
    instance = _lock(ctx, notice)
    ctx.session.refresh(notice, ["closes_at", "closed_at", "prolonged"], with_for_update=True)
    if not notices.is_open(notice, ctx.now):
        raise Conflict("公示期已结束，不能再延长。")
    before = notice.closes_at
    assert before is not None
    if until <= before:
        raise Invalid("只能延长，不能缩短。", fields={"until": "请选择现在最后一天以后的日期"})
    calendars.require_year_of(ctx, notice.round, until, "until")
    waiting = select(Job.element_id).where(
        Job.instance_id == instance.id, Job.kind == JobKind.TIMER, Job.due_at == before
    )
    moved = [
        jobs.move_timer(ctx, instance, element_id, until, reason.strip())
        for element_id in ctx.session.scalars(waiting).all()
    ]
    if not any(moved):
        raise Conflict("流程图里没有等这份公示期满的计时，不能延长。请把计时改为 =notice.until。")
    told = {"from": before.isoformat(), "until": until.isoformat(), "reason": reason.strip()}
    notice.closes_at, notice.prolonged = until, [*list_of(notice), told]
    history.record_in(
        ctx,
        f"round:{notice.round_id}",
        PROLONGED,
        round_id=notice.round_id,
        notice=notice.id,
        **told,
    )


def _lock(ctx: Context, notice: Notice) -> Instance:
    """Lock the process that waits for a notice: the round's, or that of the one it is about."""
    if notice.kind == NoticeKind.CANDIDATES:
        number = notice.round.instance_id
    else:
        [about] = [p["nomination"] for c in notice.snapshot["categories"] for p in c["people"]]
        number = ctx.session.get_one(Nomination, about).instance_id
    assert number is not None
    return execution.lock(ctx, number)
