"""Secret ballots: who has voted is known, what he voted is not, and nothing that is kept ties the two.

There are no ballot papers, only counts. A vote writes every count of its ballot in one statement, adding
one to some of them and nothing to the others; the voter is told apart in another table, without a moment.
The choices never reach a submission, a draft, a variable, the history, a message or an incident: they
arrive by a page of their own (``cast``) and the user task is completed with no answers at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from sqlalchemy import and_, case, insert, or_, select, update

from service.errors import Conflict, Invalid
from service.models import (
    Ballot,
    BallotCount,
    Candidate,
    Nomination,
    Round,
    Seat,
    SeatStatus,
    Standing,
    User,
    UserTask,
    Voter,
)
from service.programmes import wiring
from service.programmes.review import conflicts, draws, secrecy, standings, ties
from service.programmes.round import rounds
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access, user_tasks

#: property of the user task at which a vote is cast
PROPERTY = "ballot"
FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
CHOICES = (FOR, AGAINST, ABSTAIN)
RECUSED = secrecy.RECUSED
STEP = "投票"
THOUSAND = 1000  #: a standing's total is in thousandths


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a closed ballot says of one nomination."""

    nomination_id: int
    votes: Mapping[str, int]
    passed: bool

    @property
    def voters(self) -> int:
        """How many voted on it: neither who stepped back from it nor who did not vote at all."""
        return sum(self.votes[choice] for choice in CHOICES)

    @property
    def worth(self) -> tuple[Fraction, int]:
        """What ranks it: the share of those who voted on it, so that nobody loses by who stepped back."""
        return Fraction(self.votes[FOR], self.voters or 1), self.votes[FOR]


NO_VOTES = Result(nomination_id=0, votes=dict.fromkeys(CHOICES, 0), passed=False)  #: of whom it was not about


def open_ballot(ctx: Context, entry: Round, role: str = "") -> tuple[Ballot, list[str]]:
    """Open a ballot on the proposed list; returns it and the voters' groups.

    Everybody who holds ``role`` at the organiser may vote, or where none is named everybody who has
    scored somebody in the round. A ballot is drawn up anew when the list comes back to the panel. Refused
    where so few may vote, on the whole or on one nomination, that the counts would tell who voted what.
    """
    return open_for(ctx, entry, list_voters(ctx, entry, role))


def open_for(ctx: Context, entry: Round, voters: Sequence[int]) -> tuple[Ballot, list[str]]:
    """Open a ballot on the proposed list for some people, as far as they may vote on anybody there."""
    proposed = select(Standing.nomination_id).where(Standing.round_id == entry.id, Standing.proposed)
    subjects = list(ctx.session.scalars(proposed.order_by(Standing.nomination_id)))
    if not subjects or not voters:
        raise Conflict("没有建议名单或没有投票人（评过分的专家，或任务头 role 的角色），不能投票。")
    voters = _require_secret(ctx, entry, voters, subjects)
    ballot = Ballot(round_id=entry.id, voters=len(voters), opened_at=ctx.now)
    ctx.session.add(ballot)
    ctx.session.flush()
    ctx.session.execute(
        insert(Voter), [{"ballot_id": ballot.id, "user_id": user, "has_voted": False} for user in voters]
    )
    ctx.session.execute(
        insert(BallotCount),
        [
            {"ballot_id": ballot.id, "nomination_id": subject, "choice": choice, "votes": 0}
            for subject in subjects
            for choice in (*CHOICES, RECUSED)
        ],
    )
    return ballot, [f"user:{user}" for user in voters]


def list_voters(ctx: Context, entry: Round, role: str) -> list[int]:
    """Return who may vote in a round: whoever holds ``role`` at the organiser, or has scored somebody."""
    if role:
        return sorted(user.id for user in notifications.list_holders(ctx, [f"{role}@{entry.organiser.code}"]))
    seated = select(Seat.user_id).join(User, User.id == Seat.user_id)
    seated = seated.where(Seat.round_id == entry.id, Seat.status == SeatStatus.SCORED, User.active)
    return list(ctx.session.scalars(seated.distinct().order_by(Seat.user_id)))


def _require_secret(ctx: Context, entry: Round, voters: Sequence[int], subjects: Sequence[int]) -> list[int]:
    """Return who may vote on something at all; refuse a ballot that could not be secret."""
    least = draws.rules_of(ctx, entry).least_voters
    barred = conflicts.list_of(ctx, voters, subjects)
    able = [user for user in voters if len(barred[user]) < len(subjects)]
    if len(able) < least:
        raise Conflict(f"投票人只有 {len(able)} 位，少于 {least} 位，{secrecy.TELLING}，不能无记名投票。")
    for subject in subjects:
        number = sum(subject not in barred[user] for user in able)
        if number < least:
            name = ctx.session.get_one(Nomination, subject).name
            raise Conflict(
                f"回避之后只有 {number} 位可以对{name}投票，少于 {least} 位，{secrecy.TELLING}。"
                "请补充评审专家，或先将其调出名单。"
            )
    return able


def find_newest(ctx: Context, entry: Round) -> Ballot | None:
    """Return a round's newest ballot."""
    query = select(Ballot).where(Ballot.round_id == entry.id).order_by(Ballot.id.desc()).limit(1)
    return ctx.session.scalars(query).first()


def list_subjects(ctx: Context, ballot: Ballot) -> Sequence[Standing]:
    """Return what is voted on, in the order of the ranked list."""
    entry = rounds.get(ctx, ballot.round_id)
    wanted = secrecy.list_on_paper(ctx, ballot)
    return [row for row in standings.list_of(ctx, entry) if row.nomination_id in wanted]


def count_turnout(ctx: Context, ballot: Ballot) -> int:
    """Return how many have voted."""
    query = select(Voter).where(Voter.ballot_id == ballot.id, Voter.has_voted)
    return len(ctx.session.scalars(query).all())


def cast(ctx: Context, task_id: int, choices: Mapping[int, str]) -> None:
    """Cast the actor's vote and complete his task, once and for all.

    Every nomination of the ballot needs a choice, but for those he must step back from: they are counted
    as such (回避) and belong to nobody's votes. The counts are raised under the ballot's row, so
    of two votes at once neither is lost.
    """
    task = task_access.lock_offered(ctx, task_id)
    ballot = _ballot_of(ctx, task)
    _require_own(ctx, task)
    on_paper = secrecy.list_on_paper(ctx, ballot)
    barred = _find_barred(ctx, on_paper)
    _require_complete(on_paper - barred.keys(), choices)
    turn = (Voter.ballot_id == ballot.id, Voter.user_id == ctx.actor.user_id, Voter.has_voted.is_(False))
    took = ctx.session.execute(
        update(Voter).where(*turn).values(has_voted=True), execution_options={"synchronize_session": False}
    )
    if took.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("您不是这次投票的投票人，或已经投过票。")
    picks = {**choices, **dict.fromkeys(barred, RECUSED)}
    chosen = [
        and_(BallotCount.choice == choice, BallotCount.nomination_id.in_(subjects))
        for choice in (*CHOICES, RECUSED)
        if (subjects := sorted(number for number, picked in picks.items() if picked == choice))
    ]
    ctx.session.execute(
        update(BallotCount)
        .where(BallotCount.ballot_id == ballot.id)
        .values(votes=BallotCount.votes + case((or_(*chosen), 1), else_=0)),
        execution_options={"synchronize_session": False},
    )
    user_tasks.complete(ctx, task_id, "cast", {})


def list_barred(ctx: Context, ballot: Ballot) -> Mapping[int, str]:
    """Return the nominations of a ballot that the actor must step back from, each with the reason."""
    return _find_barred(ctx, secrecy.list_on_paper(ctx, ballot))


def list_votable(ctx: Context, ballot: Ballot) -> list[int]:
    """Return the nominations of a ballot on which the actor has a vote."""
    barred = list_barred(ctx, ballot)
    return [row.nomination_id for row in list_subjects(ctx, ballot) if row.nomination_id not in barred]


def require_cast(ctx: Context, task: UserTask) -> None:
    """Refuse to complete a voter's task before he has voted on the ballot's own page."""
    ballot = _ballot_of(ctx, task)
    voted = select(Voter.has_voted).where(Voter.ballot_id == ballot.id, Voter.user_id == ctx.actor.user_id)
    if not ctx.session.scalar(voted):
        raise Conflict("请在投票页上逐人选择后投票。")


def count(ctx: Context, entry: Round, *, by_votes: bool = False) -> int:
    """Close the newest ballot and take whoever found no majority off the proposed list; returns how many.

    ``by_votes`` ranks those who did by their share of the votes, and takes off whoever is beyond the
    places of his category as well, but for those who share its last place: of them a meeting decides.
    Refused while so few have voted on somebody that the counts would tell who voted what. Of whoever
    stepped out meanwhile nothing is kept: a single vote on him may have been cast, and when is known.
    """
    ballot = find_newest(ctx, entry)
    if ballot is None or ballot.closed_at is not None:
        raise Conflict("没有正在进行的投票。")
    _require_countable(ctx, entry, ballot)
    ctx = ctx.as_system()  # whoever happened to come last takes nobody off
    ballot.closed_at = ctx.now
    by_nomination = {row.nomination_id: row for row in standings.list_of(ctx, entry)}
    secrecy.forget(ctx, ballot, but=secrecy.list_on_paper(ctx, ballot))
    fallen = [result for result in list_results(ctx, ballot) if not result.passed]
    for result in fallen:
        votes = result.votes
        recused = f"，回避 {votes[RECUSED]} 人" if votes.get(RECUSED) else ""
        reason = (
            f"赞成 {votes[FOR]} 票，反对 {votes[AGAINST]} 票，弃权 {votes[ABSTAIN]} 票{recused}，未获通过"
        )
        standings.change(ctx, by_nomination[result.nomination_id], proposed=False, step=STEP, reason=reason)
    return len(fallen) + (_rank_by_votes(ctx, entry, ballot) if by_votes else 0)


def _require_countable(ctx: Context, entry: Round, ballot: Ballot) -> None:
    least = draws.rules_of(ctx, entry).least_voters
    short = secrecy.list_short(ctx, ballot, least)
    if short:
        names = secrecy.write_names(ctx, [one.nomination for one in short])
        raise Conflict(
            f"对{names}投票的不到 {least} 人，{secrecy.TELLING}，不能计票。"
            "请主办单位在“评审”页作废这次投票，重新发出选票。"
        )


def _rank_by_votes(ctx: Context, entry: Round, ballot: Ballot) -> int:
    """Rank every category by the share of votes for each, then by their number, then as the list stood."""
    results = {result.nomination_id: result for result in list_results(ctx, ballot)}
    programme = wiring.pack_of(ctx, entry).programme
    return sum(
        _rank_category(
            ctx,
            [(row, results.get(row.nomination_id, NO_VOTES)) for row in rows],
            programme.places_of(category),
        )
        for category, rows in groupby(standings.list_of(ctx, entry), key=lambda row: row.category)
    )


def _rank_category(ctx: Context, rows: list[tuple[Standing, Result]], places: int) -> int:
    """Rank a category; returns how many were beyond its places. Equal votes at the last one are no choice."""
    ranked = sorted(rows, key=lambda pair: (pair[0].proposed, pair[1].worth, -pair[0].rank), reverse=True)
    passed = [result.worth for row, result in ranked if row.proposed]
    bound, counted = ties.find_bound(passed, places), Counter(passed)
    cut = 0
    for place, (row, result) in enumerate(ranked, start=1):
        number = result.votes[FOR]
        row.rank, row.total, row.tie = place, number * THOUSAND, ""
        if row.proposed and counted[result.worth] > 1:
            row.tie = ties.AT_THE_CUT if result.worth == bound else ties.IN_ORDER
        if row.proposed and 0 < places < place and result.worth != bound:
            reason = f"得 {number} 票（参加表决 {result.voters} 人），列第 {place} 名，超出 {places} 个名额"
            standings.change(ctx, row, proposed=False, step=STEP, reason=reason)
            cut += 1
    return cut


def list_results(ctx: Context, ballot: Ballot) -> list[Result]:
    """Return what a ballot came to; nothing while it is open."""
    if ballot.closed_at is None:
        return []
    majority = draws.rules_of(ctx, rounds.get(ctx, ballot.round_id)).majority
    found: dict[int, dict[str, int]] = {}
    query = select(BallotCount).where(BallotCount.ballot_id == ballot.id)
    for row in ctx.session.scalars(
        query.order_by(BallotCount.nomination_id).execution_options(populate_existing=True)
    ):
        found.setdefault(row.nomination_id, {})[row.choice] = row.votes
    return [
        Result(
            nomination_id=number,
            votes=votes,
            passed=votes[FOR] > majority * sum(votes[choice] for choice in CHOICES),
        )
        for number, votes in found.items()
    ]


def are_votes(rows: Sequence[Standing], results: Sequence[Result]) -> bool:
    """Say whether the totals of a list are the votes for each, which ranked it, and not points."""
    votes = {result.nomination_id: result.votes[FOR] for result in results}
    counted = [row for row in rows if row.nomination_id in votes]
    return bool(counted) and all(row.total == votes[row.nomination_id] * THOUSAND for row in counted)


def is_ballot_task(ctx: Context, task: UserTask) -> bool:
    """Say whether a vote is cast at a task."""
    return PROPERTY in deployments.get_element(ctx, task.instance, task.element_id).properties


def ballot_of(ctx: Context, task: UserTask) -> Ballot:
    """Return the ballot a voter's own task is about; raises Conflict when it is over, or another's."""
    _require_own(ctx, task)
    return _ballot_of(ctx, task)


def _ballot_of(ctx: Context, task: UserTask) -> Ballot:
    if not is_ballot_task(ctx, task):
        raise Conflict("这一步不是投票。")
    query = select(Ballot).where(Ballot.round_id == task.round_id, Ballot.closed_at.is_(None))
    ballot = ctx.session.scalar(query.order_by(Ballot.id.desc()).limit(1).with_for_update())
    if ballot is None:
        raise Conflict("投票已经结束。")
    return ballot


def _require_own(ctx: Context, task: UserTask) -> None:
    """Refuse a voter at somebody else's task: his vote would count as his own and close the other's."""
    mine = select(Candidate.user_task_id).where(
        Candidate.user_task_id == task.id, Candidate.group_key == f"user:{ctx.actor.user_id}"
    )
    if ctx.session.scalar(mine) is None:
        raise Conflict("投票须由投票人本人进行，不能代投。")


def _find_barred(ctx: Context, on_paper: set[int]) -> Mapping[int, str]:
    user = ctx.actor.user_id
    return {} if user is None else conflicts.list_of(ctx, [user], on_paper).get(user, {})


def _require_complete(asked: set[int], choices: Mapping[int, str]) -> None:
    open_ = asked - choices.keys()
    if open_ or choices.keys() - asked or set(choices.values()) - set(CHOICES):
        fields = {f"choice-{number}": "请选择赞成、反对或弃权" for number in sorted(open_)}
        raise Invalid(f"还有 {len(open_)} 人没有选择，没有投出。", fields=fields)
