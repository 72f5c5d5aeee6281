"""How far a round is from the number of titles its notice asks for (``[award] at_least``)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from service.models import Nomination, NominationStatus, Round
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.workflow.context import Context

LISTED = (NominationStatus.SELECTED, NominationStatus.AWARDED)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is asked for and what is there."""

    wanted: int
    listed: int  #: on the list, or holding the title already

    @property
    def missing(self) -> int:
        """How many are wanting still; fewer are announced as they are."""
        return max(self.wanted - self.listed, 0)


def find_target(ctx: Context, entry: Round) -> Target | None:
    """Return how the organiser's list stands; None for others, and where the notice names no number."""
    wanted = wiring.pack_of(ctx, entry).programme.award.at_least
    if not wanted or not nominations.is_organiser(ctx, entry):
        return None
    query = select(func.count(Nomination.id)).where(
        Nomination.round_id == entry.id, Nomination.status.in_(LISTED)
    )
    return Target(wanted=wanted, listed=ctx.session.scalar(query) or 0)
