"""How far a round's list is from the numbers its notice names, in all and category by category.

``[award] at_least`` is how many a round is to reach; the places of a category are the most it may have.
Fewer are announced as fewer: what is missing is said before that, and nothing fills it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.models import Nomination, Round, Stage
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.nomination.phases import LISTED
from service.workflow.context import Context

#: stages in which nobody can be on the list yet
BEFORE = (Stage.PREPARATION, Stage.SUBMISSION, Stage.QUALIFICATION)


@dataclass(frozen=True, kw_only=True)
class Filling:
    """How many of a category's places are filled."""

    key: str  #: of the category
    name: str
    places: int
    listed: int

    @property
    def missing(self) -> int:
        """How many places are empty."""
        return max(self.places - self.listed, 0)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is asked for and what is there."""

    round_id: int
    wanted: int  #: in all; 0 where the notice names places instead
    listed: int  #: on the list, or holding the title already
    categories: Sequence[Filling] = ()  #: where the notice names places
    cited: str = ""  #: the notice's sentence

    @property
    def missing(self) -> int:
        """How many are wanting still; fewer are announced as they are."""
        return max(self.wanted - self.listed, 0)

    @property
    def places(self) -> int:
        """How many places there are in all."""
        return sum(category.places for category in self.categories)

    @property
    def short(self) -> list[Filling]:
        """The categories with empty places."""
        return [category for category in self.categories if category.missing]


def find_target(ctx: Context, entry: Round) -> Target | None:
    """Return how the organiser's list stands; None for others, and where the notice names no number.

    Empty places say nothing before anybody could have been put on the list.
    """
    programme = wiring.pack_of(ctx, entry).programme
    counts_places = programme.is_bounded and entry.stage not in BEFORE
    if not (programme.award.at_least or counts_places) or not nominations.is_organiser(ctx, entry):
        return None
    query = select(Nomination.category, func.count(Nomination.id)).where(
        Nomination.round_id == entry.id, Nomination.status.in_(LISTED)
    )
    listed = {row[0]: row[1] for row in ctx.session.execute(query.group_by(Nomination.category))}
    fillings = [
        Filling(key=key, name=category.name, places=programme.places_of(key), listed=listed.get(key, 0))
        for key, category in programme.categories.items()
        if counts_places and programme.places_of(key)
    ]
    return Target(
        round_id=entry.id,
        wanted=programme.award.at_least,
        listed=sum(listed.values()),
        categories=fillings,
        cited=programme.cite("award"),
    )
