"""Going back in a round: never to a ballot, nor behind a count, a draw or a signal."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import UserTask
from service.workflow.task import returns, taking_back
from tests.programmes.review.panel_story import CHAIR, ORGANISER, PARTY, PanelStory


def earlier(story: PanelStory, login: str, step: str) -> list[str]:
    """Return the steps that somebody's open task may be sent back to."""
    with story.acting(login) as ctx:
        task = ctx.session.get_one(UserTask, story.round_task(ctx, step))
        return [element for element, _ in returns.list_earlier(ctx, task)]


def take_back(story: PanelStory, login: str, step: str) -> None:
    """Let somebody take back what he did last at a step."""
    with story.acting(login) as ctx:
        query = select(UserTask.id).where(
            UserTask.element_id == step, UserTask.completed_by_id == ctx.actor.user_id
        )
        taking_back.take_back(ctx, ctx.session.scalars(query).one())


@pytest.fixture
def deliberating(scoring: PanelStory) -> PanelStory:
    """Everybody has voted, and the list lies before the leading group."""
    scoring.score_all()
    scoring.meet()
    scoring.vote_all()
    return scoring


@pytest.mark.parametrize("step", ["cast_ballot", "draw_experts", "close_scoring", "panel_meeting"])
def test_nothing_is_sent_back_behind_the_count(deliberating: PanelStory, step: str) -> None:
    assert earlier(deliberating, PARTY, "deliberate") == []

    with pytest.raises(Invalid, match="不能退回到这一步"), deliberating.acting(PARTY) as ctx:
        returns.send_back(ctx, deliberating.round_task(ctx, "deliberate"), step, "请再研究。")


def test_the_last_vote_cannot_be_taken_back(deliberating: PanelStory) -> None:
    with pytest.raises(Conflict, match="由几人分别办理，不能撤回"):
        take_back(deliberating, deliberating.voters()[-1], "cast_ballot")

    deliberating.deliberate()
    assert deliberating.status(1) == "not_selected"


def test_a_vote_before_the_last_cannot_be_taken_back(scoring: PanelStory) -> None:
    scoring.score_all()
    scoring.meet()
    *others, last = scoring.voters()
    for login in others:
        scoring.vote(login)

    assert earlier(scoring, last, "cast_ballot") == []
    with pytest.raises(Conflict, match="由几人分别办理，不能撤回"):
        take_back(scoring, others[-1], "cast_ballot")


def test_the_draw_cannot_be_taken_back(scoring: PanelStory) -> None:
    assert earlier(scoring, ORGANISER, "close_scoring") == []

    with pytest.raises(Conflict, match="已经发出“开始评分”，不能撤回"):
        take_back(scoring, ORGANISER, "draw_experts")


def test_what_is_settled_cannot_be_deliberated_again(deliberating: PanelStory) -> None:
    deliberating.deliberate()

    assert earlier(deliberating, ORGANISER, "publish_candidates") == []
    with pytest.raises(Conflict, match="已经发出“名单审定”，不能撤回"):
        take_back(deliberating, PARTY, "deliberate")


def test_the_meeting_may_send_the_list_back_to_the_ranking(scoring: PanelStory) -> None:
    scoring.score_all()

    assert earlier(scoring, CHAIR, "panel_meeting") == ["close_scoring"]


def test_the_way_back_to_the_panel_that_is_drawn_stays(deliberating: PanelStory) -> None:
    deliberating.deliberate("return")

    assert earlier(deliberating, CHAIR, "panel_meeting") == ["close_scoring"]
    deliberating.meet()
    deliberating.vote_all()
    deliberating.deliberate()
    assert deliberating.status(2) == "selected"
