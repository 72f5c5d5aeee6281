"""A secret ballot: everybody votes once, the counts are right, and nothing ties a vote to its voter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pytest
from sqlalchemy import inspect, select, text, update

from service.errors import Conflict, NotFound
from service.models import BallotCount, Base, ListChange, Nomination, UserTask, Voter
from service.programmes.review import ballots, standings, succession, ties
from service.workflow.context import Context
from service.workflow.task import task_access, user_tasks
from tests.at_once import at_once
from tests.programmes.review.panel_story import PanelStory

Vote = tuple[int, int, int]  #: how many are for, against, and stepped back


@pytest.fixture
def voting(scoring: PanelStory) -> PanelStory:
    """Nominations 2 and 3 are put to the vote."""
    scoring.score_all((6, 8, 7))
    scoring.meet()
    return scoring


def test_votes_are_counted(voting: PanelStory) -> None:
    first, *others = voting.voters()

    voting.vote(first, "against")
    for login in others:
        voting.vote(login, n3="abstain")

    many = len(others)
    assert _counts(voting) == {  # one of them works where nominee 2 works
        (2, "for"): many - 1, (2, "against"): 1, (2, "abstain"): 0,
        (3, "for"): 0, (3, "against"): 1, (3, "abstain"): many,
    }  # fmt: skip


def test_who_finds_no_majority_comes_off_the_list(voting: PanelStory) -> None:
    for login in voting.voters():
        voting.vote(login, n3="against")

    assert voting.proposed() == [2]
    with voting.wiring.reading() as ctx:
        change = ctx.session.scalars(select(ListChange)).one()
        many = len(voting.voters())
        assert change.reason == f"赞成 0 票，反对 {many} 票，弃权 0 票，未获通过"
        assert (change.step, change.changed_by) != ("", "")


def test_half_of_the_votes_is_no_majority(voting: PanelStory) -> None:
    logins = voting.voters()
    for number, login in enumerate(logins):
        voting.vote(login, n3="for" if number < len(logins) // 2 else "abstain")

    assert voting.proposed() == [2]


def test_nobody_sees_counts_while_the_ballot_is_open(voting: PanelStory) -> None:
    voting.vote(voting.voters()[0])

    with voting.acting("laojing") as ctx:
        ballot = ballots.find_newest(ctx, voting.entry(ctx))
        assert ballot is not None
        assert (ballots.list_results(ctx, ballot), ballots.count_turnout(ctx, ballot)) == ([], 1)


def test_one_votes_once(voting: PanelStory) -> None:
    login = voting.voters()[0]
    with voting.acting(login) as ctx:
        task_id = voting.round_task(ctx, "cast_ballot")
    voting.vote(login)

    with pytest.raises(Conflict), voting.acting(login) as ctx:
        ballots.cast(ctx, task_id, {2: "against", 3: "against"})

    assert _counts(voting)[2, "against"] == 0


@pytest.mark.usefixtures("both_databases")
def test_two_voters_at_once_are_both_counted(voting: PanelStory) -> None:
    first, second, *_ = voting.voters()

    outcomes = at_once([partial(_cast, voting, login, {2: "for", 3: "against"}) for login in (first, second)])

    assert outcomes == ["done", "done"]
    counts = _counts(voting)
    assert (counts[2, "for"], counts[3, "against"]) == (2, 2)


@pytest.mark.usefixtures("both_databases")
def test_the_same_voter_twice_at_once_is_counted_once(voting: PanelStory) -> None:
    login = voting.voters()[0]

    outcomes = at_once([partial(_cast, voting, login, {2: "for", 3: "for"})] * 2)

    assert sorted(outcomes) == ["AlreadyDone", "done"]
    assert _counts(voting)[2, "for"] == 1


@pytest.mark.parametrize("choices", [{2: "for"}, {2: "for", 3: "yes"}, {2: "for", 3: "for", 1: "for"}, {}])
def test_a_ballot_that_is_not_filled_in_counts_for_nothing(
    voting: PanelStory, choices: dict[int, str]
) -> None:
    login = voting.voters()[0]

    assert _cast(voting, login, choices) == "Invalid"

    assert set(_counts(voting).values()) == {0}
    with voting.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Voter).where(Voter.has_voted)).all() == []


def test_the_task_is_not_completed_without_a_vote(voting: PanelStory) -> None:
    login = voting.voters()[0]

    with pytest.raises(Conflict, match="请在投票页上逐人选择后投票"), voting.acting(login) as ctx:
        user_tasks.complete(ctx, voting.round_task(ctx, "cast_ballot"), "cast", {"n2": "against"})


def test_whoever_has_no_vote_learns_nothing_of_it(voting: PanelStory) -> None:
    with voting.acting(voting.voters()[0]) as ctx:
        task_id = voting.round_task(ctx, "cast_ballot")

    with pytest.raises(NotFound), voting.acting("liyang") as ctx:
        ballots.cast(ctx, task_id, {2: "for", 3: "for"})


@pytest.mark.usefixtures("both_databases")
def test_nothing_kept_tells_one_vote_from_another(voting: PanelStory) -> None:
    """The same turnout with the votes given the other way round leaves the same database behind."""
    first, second, *_ = voting.voters()
    with voting.wiring.reading() as ctx:
        before = _everything(ctx)

    voting.vote(first, "for")
    voting.vote(second, "against")

    with voting.wiring.reading() as ctx:
        changed = {name: rows for name, rows in _everything(ctx).items() if rows != before[name]}
    votes = changed.pop("ballot_count")
    assert sorted(row[-1] for row in votes) == [0, 0, 0, 0, 1, 1, 1, 1]
    kept = repr(changed)
    assert [word for word in ("against", "abstain", "反对", "弃权") if word in kept] == []
    assert "ballot_voter" in changed


@pytest.mark.usefixtures("both_databases")
def test_a_vote_writes_every_count(voting: PanelStory, database_kind: str) -> None:
    """PostgreSQL keeps the transaction that wrote a row: all counts have the same, so it tells nothing."""
    voting.vote(voting.voters()[0], "for", n3="against")

    with voting.wiring.reading() as ctx:
        if database_kind == "postgresql":
            written = ctx.session.execute(text("SELECT DISTINCT xmin::text FROM ballot_count")).all()
            assert len(written) == 1
        columns = {column["name"] for column in inspect(ctx.session.connection()).get_columns("ballot_count")}
    assert columns == {"ballot_id", "nomination_id", "choice", "votes"}


def test_a_vote_that_fails_leaves_nothing_behind(voting: PanelStory) -> None:
    login = voting.voters()[0]
    with voting.acting(login) as ctx:
        task = ctx.session.get_one(UserTask, _task(voting, ctx))
        task.key = "gone"  # the engine does not know it

    assert _cast(voting, login, {2: "for", 3: "against"}) == "TooLate"

    assert set(_counts(voting).values()) == {0}
    with voting.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Voter).where(Voter.has_voted)).all() == []


def _cast(story: PanelStory, login: str, choices: Mapping[int, str]) -> str:
    return story.attempt(login, lambda ctx: ballots.cast(ctx, _task(story, ctx), choices))


def _task(story: PanelStory, ctx: Context) -> int:
    """Return the actor's voting task, done or not."""
    query = select(UserTask).where(UserTask.element_id == "cast_ballot").order_by(UserTask.id)
    return next(
        task.id
        for task in ctx.session.scalars(query)
        if task.completed_by_id == ctx.actor.user_id or task_access.is_candidate(ctx, task)
    )


def _counts(story: PanelStory) -> dict[tuple[int, str], int]:
    with story.wiring.reading() as ctx:
        return {
            (row.nomination_id, row.choice): row.votes
            for row in ctx.session.scalars(select(BallotCount).where(BallotCount.choice.in_(ballots.CHOICES)))
        }


def _everything(ctx: Context) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, encrypted columns as they are read."""
    return {
        table.name: sorted(
            (tuple(row) for row in ctx.session.execute(select(table).order_by(*table.primary_key.columns))),
            key=repr,
        )
        for table in Base.metadata.sorted_tables
    }


def test_a_committee_votes_on_everybody_without_scores_and_the_votes_rank_them(scoring: PanelStory) -> None:
    listed, voters, fallen = _vote_by_committee(scoring, {1: 9, 2: 7, 3: 9})

    assert (listed, voters, fallen) == (3, 9, 1)
    [(first, *_), (second, *_), _] = rows = _rows(scoring)
    tie = "票数相同，按推荐次序"
    assert {first, second} == {1, 3}
    assert [row[1:] for row in rows] == [(1, 9_000, tie), (2, 9_000, tie), (3, 7_000, "")]
    assert scoring.proposed() == [first, second]
    assert _reasons(scoring) == ["得 7 票（参加表决 7 人），列第 3 名，超出 2 个名额"]


def test_equal_votes_at_the_last_place_leave_the_choice_to_the_meeting(scoring: PanelStory) -> None:
    _, _, fallen = _vote_by_committee(scoring, {1: 7, 2: 9, 3: 7})

    tie = "票数相同，由会议决定"
    assert [row[1:] for row in _rows(scoring)] == [(1, 9_000, ""), (2, 7_000, tie), (3, 7_000, tie)]
    assert (fallen, scoring.proposed()[0], len(scoring.proposed()), _reasons(scoring)) == (0, 2, 3, [])


def test_a_meeting_goes_on_only_after_it_has_decided_of_equal_votes(voting: PanelStory) -> None:
    voting.vote_all()
    _vote_by_committee(voting, {1: 7, 2: 9, 3: 7})
    _, kept, dropped = voting.proposed()
    names = f"{voting.read(kept).name}、{voting.read(dropped).name}"

    with pytest.raises(Conflict) as told:
        voting.deliberate()
    with voting.wiring.reading() as ctx, pytest.raises(Conflict, match="须由会议决定"):
        ties.is_proposed(ctx, ctx.session.get_one(Nomination, kept))
    _take_off(voting, dropped, "两人得票相同，会议比较业绩后决定。")
    voting.deliberate()

    assert told.value.message == (
        f"名单末位票数相同，须由会议决定。龙城工匠培育对象：{names}得票相同，请调出 1 人，写明理由后再提交。"
    )
    assert voting.proposed() == [2, kept]
    assert _reasons(voting) == ["两人得票相同，会议比较业绩后决定。"]


def test_who_lost_by_the_meetings_choice_among_equals_is_next_in_line(voting: PanelStory) -> None:
    voting.vote_all()
    _vote_by_committee(voting, {1: 7, 2: 9, 3: 7})
    _, _, dropped = voting.proposed()

    _take_off(voting, dropped, "两人得票相同，会议比较业绩后决定。")

    with voting.wiring.reading() as ctx:
        assert succession.place_of(ctx, ctx.session.get_one(Nomination, dropped)) == 1


def test_a_list_with_equal_votes_may_be_sent_back_undecided(voting: PanelStory) -> None:
    voting.vote_all()
    _vote_by_committee(voting, {1: 7, 2: 9, 3: 7})

    voting.deliberate("return")

    assert len(voting.proposed()) == 3


@pytest.mark.parametrize(
    ("votes", "places", "bound"),
    [
        ([9, 7, 7], 2, 7),
        ([9, 9, 7], 2, None),
        ([9, 8, 7, 5, 5], 2, None),
        ([9, 9], 2, None),
        ([9, 9, 9], 0, None),
    ],
)
def test_the_last_place_is_shared_where_the_votes_around_it_are_equal(
    votes: list[int], places: int, bound: int | None
) -> None:
    assert ties.find_bound(votes, places) == bound


def test_who_found_no_majority_is_ranked_behind_everybody_who_did(scoring: PanelStory) -> None:
    with scoring.wiring.transaction() as ctx:
        entry = scoring.entry(ctx)
        standings.propose(ctx, entry)
        ballots.open_ballot(ctx, entry, "expert")
        _give(ctx, {1: (4, 5, 0), 2: (5, 4, 0), 3: (6, 3, 0)})
        fallen = ballots.count(ctx, entry, by_votes=True)

    assert fallen == 1
    assert scoring.proposed() == [3, 2]


@pytest.mark.parametrize(
    ("given", "proposed", "tied"),
    [
        pytest.param({1: (7, 2, 0), 2: (6, 0, 3), 3: (5, 4, 0)}, [2, 1], [], id="6 of 6 before 7 of 9"),
        pytest.param({1: (6, 0, 3), 2: (9, 0, 0), 3: (8, 1, 0)}, [2, 1], [], id="9 of 9 before 6 of 6"),
        pytest.param({1: (6, 3, 0), 2: (4, 2, 3), 3: (9, 0, 0)}, [3, 1], [], id="6 of 9 before 4 of 6"),
        pytest.param({1: (5, 4, 0), 2: (4, 2, 3), 3: (6, 3, 0)}, [3, 2], [], id="4 of 6 before 5 of 9"),
        pytest.param({1: (6, 0, 3), 2: (6, 1, 2), 3: (6, 3, 0)}, [1, 2], [], id="6 of 6, of 7, of 9"),
        pytest.param({1: (9, 0, 0), 2: (6, 0, 3), 3: (6, 0, 3)}, [1, 3, 2], [3, 2], id="6 of 6 twice, last"),
        pytest.param({1: (6, 0, 3), 2: (6, 0, 3), 3: (5, 4, 0)}, [1, 2], [1, 2], id="6 of 6 twice, first"),
        pytest.param({1: (3, 3, 3), 2: (6, 3, 0), 3: (4, 2, 3)}, [2, 3], [], id="3 of 6 is no majority"),
    ],
)
def test_who_was_voted_on_by_fewer_is_ranked_by_his_share(
    scoring: PanelStory, given: Mapping[int, Vote], proposed: list[int], tied: list[int]
) -> None:
    with scoring.wiring.transaction() as ctx:
        entry = scoring.entry(ctx)
        standings.propose(ctx, entry)
        ballots.open_ballot(ctx, entry, "expert")
        _give(ctx, given)
        ballots.count(ctx, entry, by_votes=True)

    assert scoring.proposed() == proposed
    assert [number for number, _, _, tie in _rows(scoring) if tie] == tied


def test_nobody_votes_where_nobody_holds_the_role(scoring: PanelStory) -> None:
    with scoring.wiring.transaction() as ctx:
        entry = scoring.entry(ctx)
        standings.propose(ctx, entry)

        with pytest.raises(Conflict, match="没有投票人"):
            ballots.open_ballot(ctx, entry, "committee")


def _give(ctx: Context, given: Mapping[int, Vote]) -> None:
    for nomination_id, numbers in given.items():
        for choice, number in zip((ballots.FOR, ballots.AGAINST, ballots.RECUSED), numbers, strict=True):
            found = (BallotCount.nomination_id == nomination_id, BallotCount.choice == choice)
            ctx.session.execute(update(BallotCount).where(*found).values(votes=number))


def _vote_by_committee(story: PanelStory, votes: Mapping[int, int]) -> tuple[int, int, int]:
    """Put everybody to the vote and count; how many were listed, may vote, and came off."""
    with story.wiring.transaction() as ctx:
        entry = story.entry(ctx)
        listed = standings.propose(ctx, entry)
        ballot, voters = ballots.open_ballot(ctx, entry, "expert")
        for nomination_id, number in votes.items():
            found = (
                BallotCount.ballot_id == ballot.id,
                BallotCount.nomination_id == nomination_id,
                BallotCount.choice == ballots.FOR,
            )
            ctx.session.execute(update(BallotCount).where(*found).values(votes=number))
        return listed, len(voters), ballots.count(ctx, entry, by_votes=True)


def _rows(story: PanelStory) -> list[tuple[int, int, int, str]]:
    with story.wiring.reading() as ctx:
        rows = standings.list_of(ctx, story.entry(ctx))
        return [(row.nomination_id, row.rank, row.total, row.tie) for row in rows]


def _reasons(story: PanelStory) -> list[str]:
    with story.wiring.reading() as ctx:
        return [change.reason for change in ctx.session.scalars(select(ListChange))]


def _take_off(story: PanelStory, nomination_id: int, reason: str) -> None:
    with story.acting("dangzu") as ctx:
        task = story.round_task(ctx, "deliberate")
        standings.amend(ctx, task, nomination_id, proposed=False, reason=reason)
