"""Closing a ballot without those who do not vote: enough have, or nobody else can; with a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import Ballot, HistoryEvent, UserTask
from service.programmes.review import ballots, closings
from service.workflow.context import Context
from service.workflow.instance import incidents
from tests.programmes.review.panel_story import ORGANISER, PanelStory

REASON = "一位专家已离任"


@pytest.fixture
def voting(scoring: PanelStory) -> PanelStory:
    """Nominations 2 and 3 are put to the vote of nine, one of whom works where nominee 2 works."""
    scoring.score_all((6, 8, 7))
    scoring.seat_everybody()
    scoring.meet()
    return scoring


def close(story: PanelStory, reason: str = REASON, *, by: str = ORGANISER) -> None:
    with story.acting(by) as ctx:
        closings.close(ctx, story.entry(ctx), reason)


def test_a_voter_who_left_does_not_stop_the_round(voting: PanelStory) -> None:
    gone, *others = voting.voters()
    voting.leave(gone)
    for login in others:
        voting.vote(login, n3="against")

    close(voting)

    assert voting.proposed() == [2]
    voting.deliberate()
    assert voting.status(2) == "selected"
    with voting.wiring.reading() as ctx:
        ballot = ctx.session.scalars(select(Ballot)).one()
        assert (ballot.voters, ballots.count_turnout(ctx, ballot)) == (len(others) + 1, len(others))
        [event] = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "ballot.closed"))
        assert (event.stream, event.details) == ("round:1", {"reason": REASON, "without": [gone]})
        assert incidents.list_open(ctx) == []


def test_who_can_still_vote_has_until_the_task_is_due(voting: PanelStory) -> None:
    late, *others = voting.voters()
    for login in others:
        voting.vote(login)

    with pytest.raises(Conflict, match="还有 1 人可以投票，截止（2024年12月16日24:00）之前不能结束投票"):
        close(voting)
    voting.pass_until("2024-12-17 09:00")
    close(voting, "一位专家出差，未能投票")

    assert voting.attempt(late, _vote) == "NotFound"
    assert voting.proposed() == [2, 3]


def test_without_a_quorum_the_ballot_stays_open(voting: PanelStory) -> None:
    logins = voting.voters()
    for login in logins[: len(logins) // 2]:
        voting.vote(login)
    voting.pass_until("2024-12-17 09:00")

    with pytest.raises(Conflict, match=f"可以投票的 {len(logins)} 人中只有 {len(logins) // 2} 人投票"):
        close(voting)


def test_who_left_is_not_counted_in_the_quorum(voting: PanelStory) -> None:
    logins = voting.voters()
    for login in logins[:3]:
        voting.vote(login)
    for login in logins[3:]:
        voting.leave(login)

    close(voting)

    assert voting.proposed() == [2, 3]


def test_so_few_votes_that_they_are_no_secret_wait_for_the_others(voting: PanelStory) -> None:
    first, second, third, *others = voting.voters()
    for login in (first, second):
        voting.vote(login)
    for login in others:
        voting.leave(login)
    voting.pass_until("2024-12-17 09:00")

    with pytest.raises(Conflict, match="投票的不到 3 人"):
        close(voting)
    voting.vote(third)
    close(voting)


@pytest.mark.parametrize(("reason", "message"), [("  ", "请写明原因"), ("长" * 501, "原因太长")])
def test_a_reason_is_asked_for(voting: PanelStory, reason: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        close(voting, reason)


def test_nobody_else_closes_it(voting: PanelStory) -> None:
    with pytest.raises(Forbidden):
        close(voting, by="zuzhang")


def test_nothing_is_closed_twice(voting: PanelStory) -> None:
    voting.vote_all()

    with pytest.raises(Conflict, match="没有正在进行的投票"):
        close(voting)


def _vote(ctx: Context) -> None:
    query = select(UserTask.id).where(UserTask.element_id == "cast_ballot", UserTask.status == "cancelled")
    ballots.cast(ctx, ctx.session.scalars(query).one(), {2: "for", 3: "for"})
