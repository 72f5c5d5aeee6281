"""Who must step back (回避) has no vote on that nomination, and is in nobody's denominator."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import BallotCount, ListChange, User, Voter
from service.programmes.review import ballots, seats, standings
from tests.programmes.review.panel_story import CHAIR, PanelStory


@pytest.fixture
def voting(scoring: PanelStory) -> PanelStory:
    """Nominations 2 and 3 are put to the vote; one of the voters stepped back from 3."""
    login = _shared(scoring)
    with scoring.acting(login) as ctx:
        seats.recuse(ctx, scoring.score_task(3, login), "与申报人有师徒关系")
    scoring.score_all((6, 8, 7))
    scoring.meet()
    return scoring


def test_who_stepped_back_votes_on_the_others_only(voting: PanelStory) -> None:
    login = _recused(voting)

    with pytest.raises(Invalid), voting.acting(login) as ctx:
        ballots.cast(ctx, voting.round_task(ctx, "cast_ballot"), {2: "for", 3: "for"})
    with voting.acting(login) as ctx:
        ballots.cast(ctx, voting.round_task(ctx, "cast_ballot"), {2: "for"})

    assert _counts(voting) == {(2, "for"): 1, (3, "recused"): 1}


def test_a_majority_is_of_those_who_could_vote_on_it(voting: PanelStory) -> None:
    """Of an even number of voters one stepped back: half of all is more than half of the others."""
    gone = _recused(voting)
    others = [login for login in voting.voters() if login != gone]
    against = (len(others) - 1) // 2
    for number, login in enumerate(others):
        voting.vote(login, n3="against" if number < against else "for")
    voting.vote(gone)

    assert 3 in voting.proposed()
    with voting.wiring.reading() as ctx:
        ballot = ballots.find_newest(ctx, voting.entry(ctx))
        assert ballot is not None
        [_, result] = ballots.list_results(ctx, ballot)
    assert result.votes == {
        "for": len(others) - against, "against": against, "abstain": 0, "recused": 1,
    }  # fmt: skip


def test_the_reason_of_who_falls_names_how_many_stepped_back(voting: PanelStory) -> None:
    for login in voting.voters():
        voting.vote(login, n3="against")

    with voting.wiring.reading() as ctx:
        change = ctx.session.scalars(select(ListChange)).one()
    many = len(voting.voters()) - 1
    assert change.reason == f"赞成 0 票，反对 {many} 票，弃权 0 票，回避 1 人，未获通过"


@pytest.mark.parametrize("unit", ["liyang-1", "liyang"])
def test_a_colleague_has_no_vote(scoring: PanelStory, unit: str) -> None:
    scoring.score_all((6, 8, 7))
    scoring.meet()
    login = scoring.voters()[0]
    scoring.move(login, unit)

    scoring.vote(login)

    assert _counts(scoring) == {(2, "for"): 1, (3, "recused"): 1}


def test_who_must_step_back_from_everybody_has_no_vote_at_all(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    _amend(scoring, 2, proposed=False)
    login = scoring.voters()[0]
    scoring.move(login, "liyang-1")

    scoring.meet()

    with scoring.wiring.reading() as ctx:
        voters = set(ctx.session.scalars(select(User.login).join(Voter, Voter.user_id == User.id)))
    assert voters == {*scoring.voters()} - {login}


def test_a_ballot_of_two_is_not_opened(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    _few(scoring, least=len(scoring.voters()) + 1)

    with pytest.raises(Conflict, match="从票数就能看出各人投了什么，不能无记名投票"):
        scoring.meet()


def test_a_nomination_on_which_so_few_may_vote_is_not_put_to_the_vote(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    able = len(scoring.voters())
    for login in scoring.voters()[: able - 2]:
        scoring.move(login, "liyang-1")

    with pytest.raises(Conflict, match=f"回避之后只有 2 位可以对{scoring.read(3).name}投票，少于 3 位"):
        scoring.meet()


@pytest.mark.parametrize(("unit", "why"), [("liyang-1", "与申报人同一单位"), ("liyang", "供职于推荐单位")])
def test_the_chair_does_not_decide_of_a_colleague(scoring: PanelStory, unit: str, why: str) -> None:
    scoring.score_all((6, 8, 7))
    scoring.move(CHAIR, unit)

    with pytest.raises(Conflict, match=f"应当回避（{why}）"):
        _amend(scoring, 3, proposed=False)

    assert scoring.proposed() == [2, 3]


def test_the_chair_does_not_put_himself_on_the_list(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))
    with scoring.wiring.transaction() as ctx:
        chair = ctx.session.scalars(select(User).where(User.login == CHAIR)).one()
        ctx.session.get_one(type(scoring.read(1)), 1).nominee_id = chair.id

    with pytest.raises(Conflict, match="应当回避（申报人本人）"):
        _amend(scoring, 1, proposed=True)


def _amend(story: PanelStory, nomination_id: int, *, proposed: bool) -> None:
    with story.acting(CHAIR) as ctx:
        task_id = story.round_task(ctx, "panel_meeting")
        standings.amend(ctx, task_id, nomination_id, proposed=proposed, reason="经会议研究")


def _shared(story: PanelStory) -> str:
    """Somebody who sits at nominations 2 and 3."""
    return sorted({*story.experts(2)} & {*story.experts(3)})[0]


def _recused(story: PanelStory) -> str:
    with story.wiring.reading() as ctx:
        query = select(User.login).join(seats.Seat, seats.Seat.user_id == User.id)
        return ctx.session.scalars(query.where(seats.Seat.status == "recused")).one()


def _few(story: PanelStory, *, least: int) -> None:
    """Let the programme ask for so many voters."""
    review = story.pack.programme.review
    assert review is not None
    story.use(replace(story.pack.programme, review=replace(review, least_voters=least)))


def _counts(story: PanelStory) -> dict[tuple[int, str], int]:
    with story.wiring.reading() as ctx:
        rows = ctx.session.scalars(select(BallotCount).where(BallotCount.votes > 0))
        return {(row.nomination_id, row.choice): row.votes for row in rows}
