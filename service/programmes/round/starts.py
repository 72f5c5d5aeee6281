"""Where an actor may begin a nomination."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from service.models import Round, Unit, User
from service.programmes import wiring
from service.programmes.nomination import nominations, recommenders
from service.workflow.context import Context

UNIT_ADMIN = "unit_admin"


def list_units(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the active units somebody recommends from, at or below where the actor's role nominates."""
    actor = ctx.actor
    query = select(Unit).where(Unit.active).order_by(Unit.path)
    if not nominations.is_organiser(ctx, entry):
        starts = wiring.pack_of(ctx, entry).programme.starts
        roles = [role for start in starts if start.source == "unit" for role in start.roles]
        below = nominations.at_or_below(actor, [*roles, UNIT_ADMIN])
        if below is None:
            return []
        query = query.where(below)
    is_recommended = recommended(ctx, entry)
    return [unit for unit in ctx.session.scalars(query) if is_recommended(unit)]


def find_own_unit(ctx: Context, entry: Round) -> Unit | None:
    """Return the unit the actor works at, if he may put himself forward from there (个人自荐)."""
    user = ctx.session.get(User, ctx.actor.user_id) if ctx.actor.user_id else None
    if user is None or not ctx.actor.holds("nominee"):
        return None
    unit = ctx.session.get_one(Unit, user.unit_id)
    return unit if recommended(ctx, entry)(unit) else None


def list_recommenders(ctx: Context, entry: Round, unit: Unit | None) -> Sequence[Unit]:
    """Return the recommenders to choose from at a workplace: none where it has but the one above it.

    The one above stands first where there are others, which recommend by trade.
    """
    if unit is None:
        return []
    if not recommenders.is_outside(unit, recommenders.list_holders(ctx, entry)):
        return recommenders.list_by_trade(ctx, entry, unit)
    return recommenders.list_outside(ctx, entry)


def recommended(ctx: Context, entry: Round) -> Callable[[Unit], bool]:
    """Return the test whether somebody recommends from a unit, for many units at the cost of one."""
    holders = recommenders.list_holders(ctx, entry)
    codes = {holder.code for holder in holders}
    takes_others = bool(recommenders.list_outside(ctx, entry))

    def is_recommended(unit: Unit) -> bool:
        if codes.intersection(unit.path.split("/")):
            return True
        return takes_others and recommenders.is_outside(unit, holders)

    return is_recommended
