"""The list and its meetings: ranks, ties, amendments, the balance of trades."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from service.app import create_app
from service.clock import MovableClock
from service.errors import Conflict
from service.models import BallotCount
from service.programmes.review import ballots, standings, ties
from service.schema import upgrade
from service.wire import wire
from tests.programmes.review.panel_story import PanelStory
from tests.web.browser import Browser
from tests.web.conftest import by_wall, settings_of
from tests.web.round.review.conftest import START, open_story


def test_the_meeting_amends_the_list_on_its_page(browse: Callable[..., Browser], story: PanelStory) -> None:
    story.score_all((6, 8, 7))
    chair = browse("zuzhang")

    without = chair.post("/rounds/1/panel/list", {"nomination": 1, "proposed": "no", "reason": ""})
    done = chair.post("/rounds/1/panel/list", {"nomination": 1, "proposed": "no", "reason": "材料存疑"})
    page = chair.get("/rounds/1/panel")

    assert (without.status, "调整名单须写明理由" in without.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/panel#n1")
    assert "调出，材料存疑（演示-专家组组长" in page.text
    assert page.text.index("80.000") < page.text.index("70.000") < page.text.index("60.000")
    assert browse("dangzu").post("/rounds/1/panel/list", {"nomination": 1}).status == 409


def test_equal_votes_at_the_last_place_are_shown_and_left_to_the_meeting(
    browse: Callable[..., Browser], story: PanelStory, two_places: None
) -> None:
    story.score_all((6, 8, 7))
    with story.wiring.transaction() as ctx:
        rows = standings.list_of(ctx, story.entry(ctx))
        for row in rows:
            row.proposed = True
        for row in rows[1:]:
            row.tie = ties.AT_THE_CUT
        names = f"{rows[1].nomination.name}、{rows[2].nomination.name}"

    seen = browse("zuzhang").get("/rounds/1/panel").text
    with pytest.raises(Conflict, match="须由会议决定"):
        story.meet()

    assert f"{names}得票相同，名额不够，还没有决定" in seen
    assert "请会议研究，调出 1 人并写明理由" in seen
    assert "等待会议决定调出 1 人" in browse("laojing").get("/rounds/1/panel").text


def test_a_list_ranked_by_votes_names_them_votes(browse: Callable[..., Browser], story: PanelStory) -> None:
    with story.wiring.transaction() as ctx:
        entry = story.entry(ctx)
        standings.propose(ctx, entry)
        ballots.open_ballot(ctx, entry, "expert")
        chosen = BallotCount.nomination_id == 2, BallotCount.choice == ballots.FOR
        others = BallotCount.nomination_id != 2, BallotCount.choice == ballots.AGAINST
        for voted in (chosen, others):
            ctx.session.execute(update(BallotCount).where(*voted).values(votes=7))
        ballots.count(ctx, entry, by_votes=True)

    page = browse("zuzhang").get("/rounds/1/panel")

    assert page.all(r"<th>(总分|票数)</th>") == ["票数"]
    assert page.all(r'data-label="票数"><span>([^<]+)<') == ["7 票", "0 票", "0 票"]


def test_the_meetings_may_read_what_they_decide_on(browse: Callable[..., Browser], story: PanelStory) -> None:
    instance = story.read(3).instance_id

    read = [browse(login).get(f"/instances/{instance}").status for login in ("zuzhang", "dangzu", "wujin")]

    assert read == [200, 200, 404]


def test_scores_are_on_the_organisers_page_once_they_are_ranked(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    """Whoever may ask an expert to step back must not see first what he gave."""
    organiser, address = browse("laojing"), "/rounds/1/panel/seats/3"
    for login in story.experts(3):
        story.score(3, login, 8)
    before = organiser.get(address).text
    for number in (1, 2):
        for login in story.experts(number):
            story.score(number, login, 6)

    story.step("close_scoring", "laojing", "confirm", {})
    after = organiser.get(address).text

    assert ("80.000" in before, "要求回避时看不到分数" in before, "要求回避" in before) == (False, True, True)
    assert (after.count("80.000"), "要求回避时看不到分数" in after, "要求回避" in after) == (5, False, False)


def test_the_balance_names_the_industries_of_the_list(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    with story.wiring.reading() as ctx:
        industries = {story.read(number).industry for number in (1, 2, 3)}
        assert ctx.now is not None

    text = browse("zuzhang").get("/rounds/1/panel").text

    assert len(industries) == 1
    assert f"行业 {industries.pop()} 3" in " ".join(text.split())


def test_before_the_draw_the_page_says_what_is_missing(
    drawn: Path, tmp_path: Path, wall: MovableClock
) -> None:
    service = wire(settings_of(tmp_path, is_demonstration=False), clock=MovableClock(START), durable=False)
    upgrade(service.engine)
    open_story(service, opening=True)
    app = create_app(by_wall(service, wall))

    page = Browser(app, "laojing").get("/rounds/1/panel")
    service.engine.dispose()

    assert (page.status, "还没有抽取专家" in page.text) == (200, True)
