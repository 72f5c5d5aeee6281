"""Exceptions (破格): who is one, how many a unit has recommended, whether there is room for more (A-13)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, func, or_, select

from service.engine.records import BpmnError
from service.models import Nomination, NominationStatus, QuotaKind, QuotaUse, Round, Unit
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.nomination.phases import statuses_of
from service.programmes.rule.eligibility import Result
from service.workflow.context import Context

FULL = "quota-full"

#: statuses nobody reaches without having been examined
EXAMINED = (*statuses_of("standing"), NominationStatus.NOT_SELECTED, NominationStatus.CANCELLED)


def require_room(ctx: Context, nomination: Nomination) -> None:
    """Refuse one 破格 more than ``settings.exceptions_per_unit`` lets a unit recommend; 0 sets no bound.

    Raises BpmnError ``quota-full``.
    """
    refusal = find_refusal(ctx, nomination)
    if refusal:
        raise BpmnError(FULL, refusal)


def find_refusal(ctx: Context, nomination: Nomination) -> str:
    """Say why a nomination may not be a 破格: its unit has recommended as many as it may; else nothing.

    Whoever gives a reason for one counts, whatever the tables said of him. The unit is held until the
    commit: of two at once, the second counts the first.
    """
    most = wiring.pack_of(ctx, nomination.round).programme.choices.exceptions_per_unit
    if not most or not (nomination.eligibility == Result.EXCEPTION or nomination.exception_reason):
        return ""
    held = select(Unit.id).where(Unit.id == nomination.recommender_id)
    ctx.session.execute(held.with_for_update(key_share=True))
    if _count_recommended(ctx, nomination) < most:
        return ""
    return (
        f"{nomination.recommender.name}已推荐破格人选 {most} 名，达到本活动每个推荐单位的上限，"
        "不能再推荐；可退回，或先退出一名破格人选。"
    )


def is_approved(nomination: Nomination) -> bool:
    """Say whether the organiser has agreed to a 破格: he let the nominee pass, or overruled the rules."""
    return nomination.eligibility == Result.FAIL or nomination.status in EXAMINED


def counts_as_exception(nomination: Nomination) -> bool:
    """Say of one nomination what ``is_exception`` asks of many."""
    explained = nomination.exception_reason != "" and is_approved(nomination)
    return nomination.eligibility == Result.EXCEPTION or explained


def is_exception() -> ColumnElement[bool]:
    """Return the condition that a nomination is a 破格: by the rules, or by a ruling."""
    ruled = or_(Nomination.eligibility == Result.FAIL, Nomination.status.in_(EXAMINED))
    return or_(Nomination.eligibility == Result.EXCEPTION, and_(Nomination.exception_reason != "", ruled))


def count_by_recommender(ctx: Context, entry: Round) -> Mapping[int, int]:
    """Return how many 破格 still in the running the actor may see, by recommending unit."""
    query = nominations.visible(
        ctx, entry, select(Nomination.recommender_id, func.count(Nomination.id))
    ).where(is_exception(), Nomination.status.in_(statuses_of("running")))
    return {row[0]: row[1] for row in ctx.session.execute(query.group_by(Nomination.recommender_id))}


def _count_recommended(ctx: Context, nomination: Nomination) -> int:
    """Count the others its recommender asks a 破格 for: they hold a place, or have left the unit."""
    holding = select(QuotaUse.nomination_id).where(
        QuotaUse.round_id == nomination.round_id, QuotaUse.kind == QuotaKind.NOMINATION
    )
    beyond = (*statuses_of("examining"), *statuses_of("standing"))
    query = select(func.count(Nomination.id)).where(
        Nomination.round_id == nomination.round_id,
        Nomination.recommender_id == nomination.recommender_id,
        Nomination.id != nomination.id,
        or_(Nomination.eligibility == Result.EXCEPTION, Nomination.exception_reason != ""),
        Nomination.status.not_in(FALLEN),
        Nomination.id.in_(holding) | Nomination.status.in_(beyond),
    )
    return ctx.session.scalar(query) or 0
