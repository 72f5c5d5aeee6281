"""Whom the organiser may give more time: any unit that puts people forward in a round."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from service.models import Round, Unit
from service.workflow.context import Context


def list_units(ctx: Context, entry: Round, holders: Sequence[Unit]) -> Sequence[Unit]:
    """Return who recommends in a round, the ``holders``, and every active unit below, in the tree's order."""
    if not holders:
        return []
    # below the organiser are workplaces outside every branch, too
    tops = [unit.path for unit in holders] + [entry.organiser.path]
    below = or_(*(Unit.path.startswith(path, autoescape=True) for path in tops))
    query = select(Unit).where(below, Unit.active, Unit.id != entry.organiser_id)
    return list(ctx.session.scalars(query.order_by(Unit.path)))
