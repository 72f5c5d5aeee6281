"""What is counted never tells who voted what: not of one nomination, nor when only a few are left."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict
from service.models import BallotCount, ListChange, Nomination
from service.programmes.review import ballots, closings
from service.programmes.round import withdrawals
from tests.programmes.review.panel_story import ORGANISER, PanelStory

LATE = "2024-12-17 09:00"


@pytest.fixture
def voting(scoring: PanelStory) -> PanelStory:
    """Nominations 2 and 3 are put to the vote of nine, one of whom works where nominee 2 works."""
    scoring.score_all((6, 8, 7))
    scoring.seat_everybody()
    scoring.meet()
    return scoring


def close(story: PanelStory) -> None:
    with story.acting(ORGANISER) as ctx:
        closings.close(ctx, story.entry(ctx), "到截止仍未投票")


def bar(story: PanelStory, *logins: str) -> None:
    """Let voters work where nominee 3 is recommended: they must step back from him."""
    for login in logins:
        story.move(login, "liyang")


def test_a_nomination_with_one_vote_keeps_the_ballot_open(voting: PanelStory) -> None:
    """Two stepped back from nominee 3, so that his one vote would be whose of the three it was."""
    first, second, third, fourth, fifth, *others = voting.voters()
    bar(voting, first, second)
    for login in (first, second, third):
        voting.vote(login)
    for login in others:
        voting.leave(login)
    voting.pass_until(LATE)
    name = voting.read(3).name

    with pytest.raises(Conflict) as told:
        close(voting)

    assert told.value.message == (
        f"对{name}投票的不到 3 人，从票数就能看出各人投了什么，还不能结束投票。"
        "请等没有投票的人投票，或作废这次投票，重新发出选票。"
    )
    for login in (fourth, fifth):
        voting.vote(login, n3="against")
    close(voting)
    assert voting.proposed() == [2]


@pytest.mark.parametrize("votes", [1, 2])
def test_so_few_votes_are_not_counted_when_the_rest_have_left(voting: PanelStory, votes: int) -> None:
    logins = voting.voters()
    for login in logins[:votes]:
        voting.vote(login)
    for login in logins[votes:]:
        voting.leave(login)
    voting.pass_until(LATE)

    with pytest.raises(Conflict, match=r"投票的不到 3 人.*请作废这次投票，重新发出选票"):
        close(voting)

    assert results(voting) == {}


def test_the_last_vote_is_refused_where_it_would_lay_others_bare(voting: PanelStory) -> None:
    *barred, third, last = voting.voters()
    bar(voting, *barred)
    for login in (*barred, third):
        voting.vote(login)

    with pytest.raises(Conflict, match="投票的不到 3 人，从票数就能看出各人投了什么，不能计票"):
        voting.vote(last)

    assert results(voting) == {}


def test_nothing_is_kept_of_votes_on_whoever_stepped_out(voting: PanelStory) -> None:
    """One had voted on him by then, and it is known who came first."""
    first, *others = voting.voters()
    voting.vote(first, n3="against")
    with voting.acting(ORGANISER) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, 3), "本人申请退出")
    for login in others:
        voting.vote(login)

    assert set(results(voting)) == {2}
    with voting.wiring.reading() as ctx:
        assert set(ctx.session.scalars(select(BallotCount.nomination_id))) == {2}


def test_who_came_last_is_not_said_to_have_taken_anybody_off(voting: PanelStory) -> None:
    for login in voting.voters():
        voting.vote(login, n3="against")

    with voting.wiring.reading() as ctx:
        assert ctx.session.scalars(select(ListChange.changed_by)).all() == ["系统"]


def test_whoever_left_before_the_ballot_counts_for_nothing_when_it_is_opened(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    for login in scoring.voters()[2:]:
        scoring.leave(login)

    with pytest.raises(Conflict, match="投票人只有 2 位，少于 3 位"):
        scoring.meet()


def results(story: PanelStory) -> dict[int, int]:
    """Return nomination -> how many votes on it are told."""
    with story.acting(ORGANISER) as ctx:
        ballot = ballots.find_newest(ctx, story.entry(ctx))
        assert ballot is not None
        return {result.nomination_id: result.voters for result in ballots.list_results(ctx, ballot)}
