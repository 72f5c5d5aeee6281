"""Where an actor may begin a nomination."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.models import Round, Unit, User
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.round import quotas
from service.workflow.context import Context

UNIT_ADMIN = "unit_admin"


def list_units(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the active units below a quota, at or below where the actor holds a role that nominates."""
    actor = ctx.actor
    query = select(Unit).where(Unit.active).order_by(Unit.path)
    if not nominations.is_organiser(ctx, entry):
        starts = wiring.pack_of(ctx, entry).programme.starts
        roles = [role for start in starts if start.source == "unit" for role in start.roles]
        below = nominations.at_or_below(actor, [*roles, UNIT_ADMIN])
        if below is None:
            return []
        query = query.where(below)
    holders = {unit.code for unit in quotas.units_with_places(ctx, entry)}
    return [unit for unit in ctx.session.scalars(query) if holders.intersection(unit.path.split("/"))]


def own_unit(ctx: Context, entry: Round) -> Unit | None:
    """Return the unit the actor works at, if he may put himself forward from there (个人自荐)."""
    user = ctx.session.get(User, ctx.actor.user_id) if ctx.actor.user_id else None
    if user is None or not ctx.actor.holds("nominee"):
        return None
    unit = ctx.session.get_one(Unit, user.unit_id)
    holders = {holder.code for holder in quotas.units_with_places(ctx, entry)}
    return unit if holders.intersection(unit.path.split("/")) else None
