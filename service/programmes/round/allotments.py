"""Allotments: a recommender giving some of its places on to the units below it (逐级分配)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import contains_eager

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Quota, QuotaKind, Round, Unit
from service.programmes.nomination import nominations
from service.programmes.round import quotas
from service.workflow import history
from service.workflow.context import Context

ROLES = ("recommender", "unit_admin")
MOST = 100_000


def allot(ctx: Context, entry: Round, quota: Quota, unit: Unit, places: int) -> Quota:
    """Set how many of a quota's places a unit below its holder has; returns the unit's quota.

    What a unit has is no longer its holder's to use; fewer than it has used already cannot be left. The
    conditions are in the statements: two that give the same place away do not both succeed.
    """
    _check(ctx, entry, quota, unit, places)
    own = _own(ctx, quota, unit)
    more = places - own.places
    free = (
        update(Quota)
        .where(Quota.id == quota.id, Quota.taken + Quota.allotted + more <= Quota.places)
        .values(allotted=Quota.allotted + more)
    )
    left = (
        update(Quota)
        .where(Quota.id == own.id, Quota.taken + Quota.allotted <= places, Quota.places == own.places)
        .values(places=places)
    )
    if more and not _runs(ctx, free):
        raise Conflict(f"{quota.unit.name}没有这么多可以分配的名额。", fields={"places": "请减少名额"})
    if more and not _runs(ctx, left):
        raise Conflict(f"{unit.name}已经用去的名额多于 {places} 个。", fields={"places": "不能少于已用名额"})
    ctx.session.expire(own)
    ctx.session.expire(quota)
    history.record_in(
        ctx, f"round:{entry.id}", "quota.allotted", round_id=entry.id, unit=unit.name,
        holder=quota.unit.name, category=quota.category, places=places,
    )  # fmt: skip
    return own


def take_back(ctx: Context, entry: Round, quota: Quota, unit: Unit) -> None:
    """Undo an allotment of which nothing is used: the unit draws on its holder's places again.

    Unlike an allotment of 0, with which it may put nobody forward.
    """
    _check(ctx, entry, quota, unit, 0)
    unused = (Quota.taken == 0, Quota.allotted == 0)
    own = (Quota.parent_id == quota.id, Quota.unit_id == unit.id)
    places = ctx.session.scalar(delete(Quota).where(*own, *unused).returning(Quota.places))
    if places is None:
        raise Conflict(f"{unit.name}没有{quota.unit.name}分配的名额，或者已经用去，不能取消分配。")
    given_back = update(Quota).where(Quota.id == quota.id).values(allotted=Quota.allotted - places)
    _runs(ctx, given_back)
    ctx.session.expire(quota)
    history.record_in(
        ctx, f"round:{entry.id}", "quota.taken_back", round_id=entry.id, unit=unit.name,
        holder=quota.unit.name, category=quota.category, places=places,
    )  # fmt: skip


def list_given(ctx: Context, quota: Quota) -> Sequence[Quota]:
    """Return what was given on of a quota, in the order of the tree."""
    query = select(Quota).join(Unit, Unit.id == Quota.unit_id).where(Quota.parent_id == quota.id)
    return list(ctx.session.scalars(query.options(contains_eager(Quota.unit)).order_by(Unit.path)))


def get_quota(ctx: Context, entry: Round, quota_id: int) -> Quota:
    """Return a quota of a round that the actor may give places of; any other does not exist for him."""
    quota = ctx.session.get(Quota, quota_id)
    found = quota is not None and quota.round_id == entry.id and quota.kind == QuotaKind.NOMINATION
    if quota is None or not found or not may_allot(ctx, entry, quota.unit):
        raise NotFound("没有这项名额，或您无权分配。")
    return quota


def may_allot(ctx: Context, entry: Round, holder: Unit) -> bool:
    """Say whether the actor may give a unit's places on: who recommends for it, or the organiser."""
    if ctx.actor.is_system or nominations.is_organiser(ctx, entry):
        return True
    return nominations.acts_at_or_above(ctx.actor, holder, ROLES)


def list_allottable(ctx: Context, entry: Round) -> Sequence[Quota]:
    """Return the quotas of a round the actor may give places of, in the order of the annex."""
    query = (
        select(Quota)
        .join(Unit, Unit.id == Quota.unit_id)
        .where(Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION)
        .order_by(Quota.id)
    )
    return [quota for quota in ctx.session.scalars(query) if may_allot(ctx, entry, quota.unit)]


def list_below(ctx: Context, holder: Unit) -> Sequence[Unit]:
    """Return the active units below a holder, in the order of the tree."""
    below = Unit.path.startswith(holder.path, autoescape=True)
    query = select(Unit).where(below, Unit.id != holder.id, Unit.active).order_by(Unit.path)
    return list(ctx.session.scalars(query))


def _check(ctx: Context, entry: Round, quota: Quota, unit: Unit, places: int) -> None:
    if not may_allot(ctx, entry, quota.unit):
        raise Forbidden("只能分配本单位的名额。")
    if not quotas.is_by_hand(ctx, entry):
        raise Conflict("这个活动的名额按报送人数计算，不再逐级分配。")
    fields = {}
    if unit.id == quota.unit_id or not unit.path.startswith(quota.unit.path):
        fields["unit"] = f"请选择{quota.unit.name}的下级单位"
    if not 0 <= places <= MOST:
        fields["places"] = "请填写 0 或更大的整数"
    if fields:
        raise Invalid("名额没有分配，请改正后再提交。", fields=fields)


def _own(ctx: Context, quota: Quota, unit: Unit) -> Quota:
    query = select(Quota).where(
        Quota.round_id == quota.round_id, Quota.kind == quota.kind, Quota.unit_id == unit.id,
        Quota.category == quota.category,
    )  # fmt: skip
    own = ctx.session.scalar(query.execution_options(populate_existing=True))
    if own is not None and own.parent_id != quota.id:
        raise Conflict(f"{unit.name}的名额不是由{quota.unit.name}分配的。", fields={"unit": "请选择其他单位"})
    if own is None:
        own = Quota(
            round_id=quota.round_id, kind=quota.kind, unit_id=unit.id, category=quota.category, places=0,
            taken=0, allotted=0, hard=quota.hard, parent_id=quota.id,
        )  # fmt: skip
        ctx.session.add(own)
        ctx.session.flush()
    return own


def _runs(ctx: Context, statement: object) -> bool:
    result = ctx.session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    return bool(result.rowcount == 1)
