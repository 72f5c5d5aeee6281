"""Head counts: what units report of their young people, and the places a ratio makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from service.errors import Conflict, Forbidden, Invalid
from service.models import ANY_CATEGORY, HeadCount, Quota, QuotaKind, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import nominations, workplaces
from service.programmes.round import quotas
from service.workflow import history
from service.workflow.context import Context

MOST = 1_000_000


def report(ctx: Context, entry: Round, unit: Unit, number: int) -> int:
    """Keep how many young people a unit has and set its places accordingly; returns the places.

    A newer report replaces the older. Hard places are never set below what is taken already.
    """
    rule = wiring.pack_of(ctx, entry).programme.quota
    if rule.source != "ratio":
        raise Conflict("这个活动的名额不按人数计算，不需要报送人数。")
    if not (ctx.actor.is_system or _may_report(ctx, entry, unit)):
        raise Forbidden("只能报送本单位及下属单位的青年人数。")
    if not 0 <= number <= MOST:
        raise Invalid("人数填写有误。", fields={"number": f"应为 0 到 {MOST} 的整数"})
    quota, parent = _lock_rows(ctx, entry, unit, hard=rule.hard)
    count = _keep(ctx, entry, unit, number)
    places = rule.count_places(number)
    gained = places - (quota.places - quota.allotted)
    _require_room(unit, quota, places)
    quota.places += gained
    if parent is not None:
        parent.places += gained
        parent.allotted += gained
    history.record_in(
        ctx, f"round:{entry.id}", "head_count.reported", round_id=entry.id, unit=unit.name, number=number,
        places=places, report=count.id,
    )  # fmt: skip
    return places


def find_report(ctx: Context, entry: Round, unit: Unit) -> HeadCount | None:
    """Return what a unit reported, or None."""
    query = select(HeadCount).where(HeadCount.round_id == entry.id, HeadCount.unit_id == unit.id)
    return ctx.session.scalar(query)


def list_reportable(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the active units the actor may report for, in the order of the tree."""
    query = select(Unit).where(Unit.active, Unit.id != entry.organiser_id).order_by(Unit.path)
    if not nominations.is_organiser(ctx, entry):
        below = nominations.at_or_below(ctx.actor, _reporters(ctx, entry))
        if below is None:
            return []
        query = query.where(below)
    holders = {unit.code for unit in quotas.units_with_places(ctx, entry)}
    return [unit for unit in ctx.session.scalars(query) if holders.intersection(unit.path.split("/"))]


def _may_report(ctx: Context, entry: Round, unit: Unit) -> bool:
    return nominations.is_organiser(ctx, entry) or nominations.acts_at_or_above(
        ctx.actor, unit, _reporters(ctx, entry)
    )


def _reporters(ctx: Context, entry: Round) -> list[str]:
    """Return the roles that report for a unit, at it or above it."""
    return [*sorted(workplaces.roles_of(ctx, entry)), "recommender", workplaces.ADMINISTRATOR]


def _keep(ctx: Context, entry: Round, unit: Unit, number: int) -> HeadCount:
    count = find_report(ctx, entry, unit)
    if count is None:
        count = HeadCount(round_id=entry.id, unit_id=unit.id)
        ctx.session.add(count)
    count.number = number
    count.reported_by_id = ctx.actor.user_id
    count.reported_at = ctx.now
    ctx.session.flush()
    return count


def _lock_rows(ctx: Context, entry: Round, unit: Unit, *, hard: bool) -> tuple[Quota, Quota | None]:
    """Lock the recommender's quota, then the unit's own; makes the unit's the first time.

    The recommender's row comes first: who reports below the same recommender waits here.
    """
    codes = [code for code in unit.path.split("/") if code]
    of_round = (Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION)
    query = (
        select(Quota)
        .join(Unit, Unit.id == Quota.unit_id)
        .where(*of_round, Quota.parent_id.is_(None), Unit.code.in_(codes))
        .order_by(func.length(Unit.path).desc())
        .limit(1)
    )
    locked = query.with_for_update(of=Quota).execution_options(populate_existing=True)
    top = ctx.session.scalar(locked)
    if top is None:
        raise Invalid(f"{unit.name}的上级中没有推荐单位。", fields={"unit": "请选择其他单位"})
    if top.unit_id == unit.id:
        return top, None
    query = select(Quota).where(*of_round, Quota.unit_id == unit.id, Quota.category == ANY_CATEGORY)
    own = ctx.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if own is None:
        own = Quota(
            round_id=entry.id, kind=QuotaKind.NOMINATION, unit_id=unit.id, category=ANY_CATEGORY, places=0,
            taken=0, allotted=0, hard=hard, parent_id=top.id,
        )  # fmt: skip
        ctx.session.add(own)
    return own, top


def _require_room(unit: Unit, quota: Quota, places: int) -> None:
    if quota.hard and quota.taken > places:
        raise Conflict(f"{unit.name}已推荐 {quota.taken} 名，按报送人数只有 {places} 个名额，请先核对。")
