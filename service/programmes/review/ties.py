"""Equal votes at the last place of a category: nothing is chosen for the meeting that has to decide.

Whoever stands there stays on the proposed list, which is then longer than its places, until a meeting has
taken off as many as are too many, each with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from sqlalchemy import select

from service.errors import Conflict
from service.models import Nomination, Round, Standing
from service.programmes import wiring
from service.programmes.pack.programme import Programme
from service.programmes.review import standings
from service.workflow.context import Context

Votes = TypeVar("Votes")  #: what makes two equal
#: what ``Standing.tie`` says of equal votes: further up, and at the last place
IN_ORDER, AT_THE_CUT = "票数相同，按推荐次序", "票数相同，由会议决定"
#: the outcome that sends a list back instead of going on with it
RETURN = "return"


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """Some of a category who have the same votes, more of them than there are places left."""

    category: str
    tied: Sequence[Standing]
    surplus: int  #: how many of them are to be taken off

    @property
    def names(self) -> str:
        """Their names, in the order of the list."""
        return "、".join(row.nomination.name for row in self.tied)


def find_bound(votes: Sequence[Votes], places: int) -> Votes | None:
    """Return the votes with which the last place is shared; ``votes`` come highest first."""
    if 0 < places < len(votes) and votes[places - 1] == votes[places]:
        return votes[places]
    return None


def list_undecided(programme: Programme, rows: Sequence[Standing]) -> list[Undecided]:
    """Return the categories of a list in which a meeting still has to take somebody off."""
    found = []
    for category, of_category in groupby(rows, key=lambda row: row.category):
        proposed = [row for row in of_category if row.proposed]
        tied = [row for row in proposed if row.tie == AT_THE_CUT]
        surplus = len(proposed) - programme.places_of(category)
        if tied and surplus > 0:
            found.append(Undecided(category=category, tied=tied, surplus=surplus))
    return found


def require_decided(ctx: Context, entry: Round) -> None:
    """Refuse to go on with a list on which equal votes are still to be decided."""
    programme = wiring.pack_of(ctx, entry).programme
    open_ = list_undecided(programme, standings.list_of(ctx, entry))
    if open_:
        what = "；".join(
            f"{programme.categories[one.category].name}：{one.names}得票相同，请调出 {one.surplus} 人"
            for one in open_
        )
        raise Conflict(f"名单末位票数相同，须由会议决定。{what}，写明理由后再提交。")


def is_proposed(ctx: Context, nomination: Nomination) -> bool:
    """Say whether a nomination is on the list; refused before there is one, or while it is undecided."""
    query = select(Standing.proposed, Standing.tie).where(Standing.nomination_id == nomination.id)
    standing = ctx.session.execute(query).one_or_none()
    if standing is None:
        raise Conflict("这份申报还没有排名。")
    if standing.proposed and standing.tie == AT_THE_CUT:
        require_decided(ctx, nomination.round)
    return bool(standing.proposed)
