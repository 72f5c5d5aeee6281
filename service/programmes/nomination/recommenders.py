"""Recommenders: who recommends from a workplace, from outside every branch (A-08), and by trade (002-B)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, func, select

from service.errors import Invalid
from service.models import Quota, QuotaKind, Round, Unit
from service.programmes import wiring
from service.workflow.context import Context

_holding = select(Quota.unit_id).where(
    Quota.round_id == bindparam("of_round"), Quota.kind == QuotaKind.NOMINATION, Quota.parent_id.is_(None)
)
_HOLDERS = select(Unit).where(Unit.id.in_(_holding)).order_by(Unit.id)
_NEAREST = (
    select(Unit)
    .where(Unit.id.in_(_holding), Unit.code.in_(bindparam("path", expanding=True)))
    .order_by(func.length(Unit.path).desc())
    .limit(1)
)


def list_holders(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the units that hold places of a round by themselves, not given on to them by another."""
    return list(ctx.session.scalars(_HOLDERS, {"of_round": entry.id}))


def find_above(unit: Unit, holders: Collection[Unit]) -> Unit | None:
    """Return the nearest holder at or above a workplace; None outside every branch."""
    above = [holder for holder in holders if unit.path.startswith(holder.path)]
    return max(above, key=lambda holder: len(holder.path), default=None)


def is_outside(unit: Unit, holders: Collection[Unit]) -> bool:
    """Say whether a unit is a workplace outside every branch: no holder above it and none below."""
    return find_above(unit, holders) is None and not any(h.path.startswith(unit.path) for h in holders)


def list_outside(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return whom the programme lets recommend from workplaces outside every branch, in its order."""
    allowed = wiring.pack_of(ctx, entry).programme.choices.outside_recommenders
    holders = {holder.code: holder for holder in list_holders(ctx, entry)} if allowed else {}
    return [holders[code] for code in allowed if code in holders]


def list_admitted(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the departments admitted during the round (推荐单位认定) that recommend their trade's people.

    Those the programme names itself recommend their own branch alone.
    """
    pack = wiring.pack_of(ctx, entry)
    if not pack.programme.choices.admitted_recommend_others:
        return []
    named = {*pack.programme.quota.recommenders, *(pack.quotas.units if pack.quotas else ())}
    return [holder for holder in list_holders(ctx, entry) if holder.code not in named]


def list_by_trade(ctx: Context, entry: Round, unit: Unit) -> Sequence[Unit]:
    """Return whom a workplace below a recommender may choose: that one first, and those of its trade."""
    above = find_above(unit, list_holders(ctx, entry))
    admitted = [one for one in list_admitted(ctx, entry) if above is None or one.id != above.id]
    return [above, *admitted] if above is not None and admitted else []


def choose(ctx: Context, entry: Round, unit: Unit, wanted: Unit | None) -> Unit:
    """Return who recommends from a workplace: the nearest above it, or the one wanted, if he may.

    Raises Invalid at ``recommender`` where a choice is missing, not allowed or not there to be made.
    """
    path = [code for code in unit.path.split("/") if code]
    above = ctx.session.scalar(_NEAREST, {"of_round": entry.id, "path": path})
    if above is not None:
        if wanted is not None and wanted.id in {one.id for one in list_by_trade(ctx, entry, unit)}:
            return wanted
        if wanted is not None and wanted.id != above.id:
            said = f"{unit.name}由{above.name}推荐，不能另选"
            raise Invalid(f"{said}。", fields={"recommender": said})
        return above
    allowed = list_outside(ctx, entry) if is_outside(unit, list_holders(ctx, entry)) else []
    if not allowed:
        raise Invalid(f"{unit.name}的上级中没有分配名额的推荐单位。", fields={"unit": "请选择其他单位"})
    if wanted is None or wanted.id not in {holder.id for holder in allowed}:
        names = "、".join(holder.name for holder in allowed)
        raise Invalid(
            f"{unit.name}没有上级推荐单位，请选择一个推荐单位。",
            fields={"recommender": f"请从中选择：{names}"},
        )
    return wanted
