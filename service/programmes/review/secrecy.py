"""When counts would tell who voted what: so few votes on somebody that each can be told from the others.

It is known who has voted, and of whom each must step back. What keeps a vote secret is therefore not how many
have voted in all, but how many on each nomination.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from service.models import Ballot, BallotCount, Nomination, NominationStatus, User, Voter
from service.programmes.privacy import provision
from service.programmes.review import conflicts
from service.workflow.context import Context

RECUSED = "recused"  #: counted beside the choices: how many stepped back from a nomination (回避)
TELLING = "从票数就能看出各人投了什么"
MOST_NAMES = 3  #: named in a sentence; of the others it says how many


@dataclass(frozen=True, kw_only=True)
class Short:
    """A nomination with so few votes that they are no secret."""

    nomination: Nomination
    possible: int  #: how many there would be if everybody voted who still can


def list_on_paper(ctx: Context, ballot: Ballot) -> set[int]:
    """Return what is voted on: whoever stepped out since the ballot was drawn up is not any more."""
    query = select(BallotCount.nomination_id).join(Nomination, Nomination.id == BallotCount.nomination_id)
    query = query.where(BallotCount.ballot_id == ballot.id, Nomination.status != NominationStatus.WITHDRAWN)
    return set(ctx.session.scalars(query))


def list_short(ctx: Context, ballot: Ballot, least: int) -> list[Short]:
    """Return the nominations still on the paper on which fewer than ``least`` have voted."""
    number = func.sum(BallotCount.votes)
    query = (
        select(BallotCount.nomination_id, number)
        .where(BallotCount.ballot_id == ballot.id, BallotCount.choice != RECUSED)
        .where(BallotCount.nomination_id.in_(list_on_paper(ctx, ballot)))
        .group_by(BallotCount.nomination_id)
        .having(number < least)
        .order_by(BallotCount.nomination_id)
    )
    votes = {nomination_id: int(given) for nomination_id, given in ctx.session.execute(query)}
    if not votes:
        return []
    waiting = select(Voter.user_id).join(User, User.id == Voter.user_id)
    waiting = waiting.where(Voter.ballot_id == ballot.id, Voter.has_voted.is_(False), User.active)
    able = count_able(ctx, list(ctx.session.scalars(waiting)), votes)
    people = ctx.session.scalars(select(Nomination).where(Nomination.id.in_(votes)).order_by(Nomination.id))
    return [Short(nomination=one, possible=votes[one.id] + able[one.id]) for one in people]


def count_able(ctx: Context, voters: Sequence[int], subjects: Collection[int]) -> Mapping[int, int]:
    """Return nomination -> how many of some voters need not step back from it."""
    barred = conflicts.list_of(ctx, voters, subjects)
    return {subject: sum(subject not in barred[user] for user in voters) for subject in subjects}


def forget(ctx: Context, ballot: Ballot, *, but: Collection[int] = ()) -> None:
    """Remove what was counted of all nominations of a ballot, but for some."""
    ctx.session.execute(
        delete(BallotCount).where(BallotCount.ballot_id == ballot.id, BallotCount.nomination_id.not_in(but)),
        execution_options={"synchronize_session": False},
    )


def write_names(ctx: Context, people: Sequence[Nomination]) -> str:
    """Write whom a sentence is about, as the actor may be told of them."""
    unnamed = provision.find_unnamed(ctx, people[:MOST_NAMES])
    names = "、".join(unnamed.get(person.id, person.name) for person in people[:MOST_NAMES])
    return names if len(people) <= MOST_NAMES else f"{names}等 {len(people)} 人"
