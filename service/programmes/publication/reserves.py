"""Reserves (候补): kept in order when the candidates are chosen, promoted into a place that was left (A-10).

Nobody takes the title without a 公示 of his own: a promoted reserve is published by himself, and the
awards are not announced before that window is over.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service.engine.records import ThrownEvent
from service.errors import Conflict
from service.models import (
    Instance,
    InstanceStatus,
    Nomination,
    NominationStatus,
    QuotaKind,
    Reserve,
    Round,
    Stage,
)
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.publication import notices
from service.programmes.round import quotas, round_events, rounds, vacancies
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import events, execution

#: stages in which a reserve may still be promoted
OPEN = (Stage.NOTICE, Stage.CONFIRMATION)


def keep(ctx: Context, nomination: Nomination, place: int | None) -> bool:
    """Keep a nomination as a reserve if its category has room for one more; says whether.

    ``place`` is its place behind the proposed; None where nothing is ranked, and the order is that in
    which they are kept.
    """
    if _find(ctx, nomination) is not None:
        return True
    entry = nomination.round
    most = wiring.pack_of(ctx, entry).programme.award.reserves_per_category
    if not most:
        return False
    _hold(ctx, entry)
    if place is None:
        mine = (Reserve.round_id == entry.id, Reserve.category == nomination.category)
        place = 1 + (ctx.session.scalar(select(func.count(Reserve.id)).where(*mine)) or 0)
    if not 1 <= place <= most:
        return False
    ctx.session.add(
        Reserve(
            round_id=entry.id,
            nomination_id=nomination.id,
            category=nomination.category or "",
            position=place,
            kept_at=ctx.now,
        )
    )
    ctx.session.flush()
    return True


def list_of(ctx: Context, entry: Round) -> Sequence[Reserve]:
    """Return the reserves of a round, category by category in their order. For organisers only."""
    query = select(Reserve).where(Reserve.round_id == entry.id)
    query = query.options(
        joinedload(Reserve.nomination).joinedload(Nomination.unit),
        joinedload(Reserve.nomination).joinedload(Nomination.instance),
        joinedload(Reserve.replaces),
        joinedload(Reserve.notice),
    )
    return list(ctx.session.scalars(query.order_by(Reserve.category, Reserve.position, Reserve.id)))


def promote(ctx: Context, entry: Round, category: str) -> Reserve:
    """Promote the first reserve of a category into the first place left, and publish him (补充公示).

    Raises Conflict where there is no place, nobody waits, or it is too early or too late; what keeps a
    list from being published keeps his from it too.
    """
    rounds.require_organiser(ctx, entry)
    reserve = _lock_first(ctx, entry, category)  # an instance is locked before the round, as everywhere
    _hold(ctx, entry)
    if entry.stage not in OPEN:
        raise Conflict("只有公示开始以后、公布以前可以递补。")
    vacant = next((one for one in vacancies.list_of(ctx, entry) if one.category == category), None)
    if vacant is None:
        raise Conflict("这一类没有空出的名额，可能已经递补，请刷新页面。")
    if reserve is None:
        raise Conflict("这一类没有候补了，空出的名额不再递补，公布时按实际人数。")
    reserve.promoted_at, reserve.promoted_by = ctx.now, ctx.actor.name
    reserve.replaces_id = vacant.id
    reserve.notice = notices.open_supplement(ctx, reserve.nomination)
    _let_go_on(ctx, reserve)
    history.record_in(
        ctx, f"round:{entry.id}", "reserve.promoted", round_id=entry.id, nomination=reserve.nomination_id,
        replaces=vacant.id, category=category, notice=reserve.notice.id,
    )  # fmt: skip
    return reserve


def is_waiting(reserve: Reserve) -> bool:
    """Say whether a reserve may still be promoted."""
    instance = reserve.nomination.instance
    return reserve.promoted_at is None and instance is not None and instance.status == InstanceStatus.ACTIVE


def take_place(ctx: Context, nomination: Nomination) -> Reserve:
    """Make a promoted reserve a candidate; raises Conflict for anybody who was not promoted."""
    reserve = _find(ctx, nomination)
    if reserve is None or reserve.notice is None:
        raise Conflict("这份申报没有递补，不能列为候选人。")
    quotas.take(ctx, nomination, QuotaKind.AWARD)
    nominations.end(nomination, NominationStatus.SELECTED, "")
    return reserve


def close_notice(ctx: Context, nomination: Nomination) -> None:
    """End the 公示 of a promoted reserve; raises Conflict before its last day is over."""
    reserve = _find(ctx, nomination)
    if reserve is None or reserve.notice is None:
        raise Conflict("这份申报没有补充公示。")
    _hold(ctx, nomination.round)
    notices.close_supplement(ctx, reserve.notice)


def require_published(ctx: Context, nomination: Nomination) -> None:
    """Refuse the title to a reserve whose own 公示 is not over."""
    if not wiring.pack_of(ctx, nomination.round).programme.award.reserves_per_category:
        return
    reserve = _find(ctx, nomination)
    if reserve is not None and (reserve.notice is None or reserve.notice.closed_at is None):
        raise Conflict(f"{nomination.name}是递补的候选人，补充公示期满以前不能授予称号。")


def require_settled(ctx: Context, entry: Round) -> None:
    """Refuse to announce the awards while the 公示 of a promoted reserve who still stands runs.

    Holds the round until the commit, so that nobody is promoted while the awards are announced.
    """
    _hold(ctx, entry)
    running = [one for one in list_of(ctx, entry) if _is_running(one)]
    if running:
        names = "、".join(one.nomination.name for one in running)
        raise Conflict(f"{names}的补充公示还没有期满，期满后才能公布。")


def _is_running(reserve: Reserve) -> bool:
    instance = reserve.nomination.instance
    return (
        reserve.notice is not None
        and reserve.notice.closed_at is None
        and isinstance(instance, Instance)
        and instance.status == InstanceStatus.ACTIVE
    )


def _lock_first(ctx: Context, entry: Round, category: str) -> Reserve | None:
    """Return the first reserve of a category who waits, his process locked: he cannot withdraw meanwhile."""
    for reserve in list_of(ctx, entry):
        if reserve.category == category and is_waiting(reserve):
            execution.lock(ctx, reserve.nomination.instance_id or 0)
            ctx.session.refresh(reserve, ["promoted_at"])
            if is_waiting(reserve):
                return reserve
    return None


def _let_go_on(ctx: Context, reserve: Reserve) -> None:
    """Tell the reserve's process; refused where its diagram does not wait for it."""
    event = ThrownEvent(
        element_id="",
        kind="message",
        name=round_events.RESERVE_PROMOTED,
        correlation_key=str(reserve.nomination_id),
    )
    key = reserve.nomination.round.programme
    heard = events.throw(ctx, events.Reach(round_id=reserve.round_id, key=key), event)
    if not heard.waiting:
        raise Conflict("候补的流程还没有办到等待递补这一步，请稍后再试。")


def _find(ctx: Context, nomination: Nomination) -> Reserve | None:
    query = select(Reserve).where(Reserve.nomination_id == nomination.id)
    return ctx.session.scalar(query.options(joinedload(Reserve.notice)))


def _hold(ctx: Context, entry: Round) -> None:
    """Hold a round until the commit: who promotes, closes a 公示 or announces waits for the other."""
    if ctx.session.is_modified(entry):
        ctx.session.flush()
    ctx.session.refresh(entry, ["stage"], with_for_update=True)
