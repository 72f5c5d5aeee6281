"""Awards: entries in the register of titles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service.models import Award, Nomination, NominationStatus, Round
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.workflow.context import Context


def grant(ctx: Context, nomination: Nomination) -> Award:
    """Enter a nominee into the register of titles; one who is in it already stays as he is."""
    existing = ctx.session.scalar(select(Award).where(Award.nomination_id == nomination.id))
    if existing is not None:
        return existing
    programme = wiring.pack_of(ctx, nomination.round).programme
    award = Award(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        title=programme.award.title,
        category=nomination.category or "",
        number=f"{nomination.round.year}{nomination.round_id:03d}{nomination.id:06d}",
        granted_at=ctx.now,
    )
    ctx.session.add(award)
    nominations.end(nomination, NominationStatus.AWARDED, "")
    ctx.session.flush()
    return award


def list_of(ctx: Context, entry: Round) -> Sequence[Award]:
    """Return a round's awards by category."""
    query = select(Award).where(Award.round_id == entry.id).options(joinedload(Award.nomination))
    return list(ctx.session.scalars(query.order_by(Award.category, Award.id)))


def count_by_category(ctx: Context, entry: Round) -> dict[str, int]:
    """Return how many hold the title, by category."""
    query = select(Award.category, func.count().label("number")).where(Award.round_id == entry.id)
    return {row.category: row.number for row in ctx.session.execute(query.group_by(Award.category))}
