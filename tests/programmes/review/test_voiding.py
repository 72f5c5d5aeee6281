"""A ballot that cannot be counted as a secret is voided: another is opened, and nothing of it is kept."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import (
    Ballot,
    BallotCount,
    Candidate,
    HistoryEvent,
    ListChange,
    Notification,
    User,
)
from service.programmes.review import ballots, closings, voiding
from tests.programmes.review.panel_story import CHAIR, ORGANISER, PanelStory
from tests.programmes.review.test_secret_counts import LATE, close, results

REASON = "投票人数不足"


@pytest.fixture
def stuck(scoring: PanelStory) -> PanelStory:
    """Five may vote; the two who must step back from nominee 3 have, with one other."""
    scoring.score_all((6, 8, 7))
    scoring.seat_everybody()
    scoring.meet()
    scoring.vote_too_few()
    return scoring


def void(story: PanelStory, reason: str = REASON, *, by: str = ORGANISER) -> None:
    with story.acting(by) as ctx:
        voiding.void(ctx, story.entry(ctx), reason)


@pytest.mark.usefixtures("both_databases")
def test_everybody_is_asked_anew_and_the_votes_before_are_gone(stuck: PanelStory) -> None:
    stuck.pass_until(LATE)
    able = stuck.voters()[:5]

    void(stuck)

    assert asked(stuck) == able
    with stuck.wiring.reading() as ctx:
        void_one, again = ctx.session.scalars(select(Ballot).order_by(Ballot.id))
        assert (void_one.closed_at, again.closed_at, again.voters) == (stuck.clock(), None, 5)
        counts = ctx.session.scalars(select(BallotCount)).all()
        assert {(row.ballot_id, row.votes) for row in counts} == {(again.id, 0)}
        assert ctx.session.scalars(select(ListChange)).all() == []
    for login in able:
        stuck.vote(login)
    assert (results(stuck), stuck.proposed()) == ({2: 5, 3: 3}, [2, 3])
    stuck.deliberate()
    assert stuck.status(3) == "selected"


def test_everybody_has_as_long_as_at_first_and_is_told(stuck: PanelStory) -> None:
    stuck.pass_until(LATE)

    void(stuck)

    with stuck.wiring.reading() as ctx:
        tasks = closings.list_waiting(ctx, stuck.entry(ctx))
        told = select(Notification.text).where(Notification.user_task_id.in_([task.id for task in tasks]))
        texts = set(ctx.session.scalars(told))
    assert {task.due_date for task in tasks} == {datetime.fromisoformat("2024-12-21T00:00:00+08:00")}
    [text] = texts
    assert text.endswith(f"建议名单投票：上一次投票已经作废，请重新投票。原因：{REASON}")


def test_it_is_in_the_history_with_its_reason_and_no_votes(stuck: PanelStory) -> None:
    stuck.pass_until(LATE)

    void(stuck)

    with stuck.wiring.reading() as ctx:
        [event] = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "ballot.voided"))
        assert event.details == {"reason": REASON, "voted": 3, "voters": 9}
        [voided] = voiding.list_voided(ctx, stuck.entry(ctx))
        assert (voided.reason, voided.voted, voided.voters, voided.at) == (REASON, 3, 9, stuck.clock())
        passed = select(HistoryEvent.details).where(HistoryEvent.kind == "task.passed_over")
        assert {row["reason"] for row in ctx.session.scalars(passed)} == {f"投票作废，重新发出选票：{REASON}"}


def test_somebody_on_whom_too_few_may_vote_is_left_to_the_meeting(stuck: PanelStory) -> None:
    stuck.leave(stuck.voters()[3])
    with stuck.acting(ORGANISER) as ctx:
        entry = stuck.entry(ctx)
        ballot = ballots.find_newest(ctx, entry)
        assert ballot is not None
        short = [person.id for person in voiding.list_short(ctx, entry, ballot)]

    void(stuck)

    with stuck.wiring.reading() as ctx:
        change = ctx.session.scalars(select(ListChange)).one()
        assert set(ctx.session.scalars(select(BallotCount.nomination_id))) == {2}
    assert (short, change.nomination_id, change.proposed, change.step) == ([3], 3, False, "投票")
    assert change.reason == "可以对其投票的不到 3 位，不能无记名投票，未付表决，由会议决定"
    stuck.vote_all()
    assert (results(stuck), stuck.proposed()) == ({2: 4}, [2])


def test_nothing_is_voided_while_it_may_still_be_counted(stuck: PanelStory) -> None:
    with pytest.raises(Conflict, match=r"还有人可以投票，不能作废这次投票.*请等没有投票的人投票"):
        void(stuck)

    assert len(asked(stuck)) == 2


def test_nothing_is_voided_that_may_be_closed(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    scoring.seat_everybody()
    scoring.meet()
    _late, *others = scoring.voters()
    for login in others:
        scoring.vote(login)
    scoring.pass_until(LATE)

    with pytest.raises(Conflict, match="可以结束并计票，不能作废"):
        void(scoring)

    close(scoring)


def test_without_a_quorum_by_the_end_it_may_be_voided(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    scoring.seat_everybody()
    scoring.meet()
    for login in scoring.voters()[:3]:
        scoring.vote(login)
    scoring.pass_until(LATE)

    void(scoring)

    assert asked(scoring) == scoring.voters()


def test_where_nobody_may_be_voted_on_it_stays(stuck: PanelStory) -> None:
    for login in stuck.voters()[2:5]:
        stuck.leave(login)

    with pytest.raises(Conflict, match="可以投票的都不到 3 位，不能重新发出选票"):
        void(stuck)

    assert results(stuck) == {}


def test_nobody_else_voids_it(stuck: PanelStory) -> None:
    stuck.pass_until(LATE)

    with pytest.raises(Forbidden):
        void(stuck, by=CHAIR)


def test_a_reason_is_asked_for(stuck: PanelStory) -> None:
    stuck.pass_until(LATE)

    with pytest.raises(Invalid, match="请写明原因"):
        void(stuck, " ")


def asked(story: PanelStory) -> list[str]:
    """Return the logins of those who have a task to vote at."""
    with story.wiring.reading() as ctx:
        tasks = [task.id for task in closings.list_waiting(ctx, story.entry(ctx))]
        keys = ctx.session.scalars(select(Candidate.group_key).where(Candidate.user_task_id.in_(tasks)))
        users = [int(key.removeprefix("user:")) for key in keys if key.startswith("user:")]
        return sorted(ctx.session.scalars(select(User.login).where(User.id.in_(users))))
