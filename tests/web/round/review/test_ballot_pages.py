"""The ballot: voting, closing it over somebody who left, stepping back."""

from __future__ import annotations

from collections.abc import Callable

from service.models import Unit
from tests.programmes.review.panel_story import PanelStory
from tests.web.browser import Browser


def test_a_vote_is_cast_on_the_ballot_and_cannot_be_seen_again(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.meet()
    login = story.voters()[0]
    browser = browse(login)
    with story.acting(login) as ctx:
        address = f"/votes/{story.round_task(ctx, 'cast_ballot')}"

    short = browser.post(address, {"choice-1": "for", "choice-2": "against"})
    done = browser.post(address, {"choice-1": "for", "choice-2": "against", "choice-3": "abstain"})

    assert (short.status, "还有 1 人没有选择" in short.text) == (422, True)
    assert len(short.all(r'value="(?:for|against)" required checked')) == 2
    assert (done.status, browser.get(address).status, browser.post(address, {}).status) == (302, 409, 409)
    task = browser.get(address.replace("votes", "tasks"))
    assert (task.status, "against" in task.html, "弃权" in task.text) == (200, False, False)
    assert "已有 1 人投票" in browse("laojing").get("/rounds/1/panel").text


def test_the_organiser_closes_a_ballot_that_somebody_left(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.meet()
    gone, *others = story.voters()
    organiser, address = browse("laojing"), "/rounds/1/panel/ballot/close"
    early = organiser.get("/rounds/1/panel")
    story.leave(gone)
    for login in others:
        story.vote(login)

    without = organiser.post(address, {"reason": ""})
    offered = organiser.get("/rounds/1/panel")
    done = organiser.post(address, {"reason": "一位专家已离任"})

    assert ("不到法定人数" in early.text, address in early.html, address in offered.html) == (
        True,
        False,
        True,
    )
    assert address not in browse("zuzhang").get("/rounds/1/panel").html
    assert (without.status, "请写明原因" in without.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/panel")
    many = len(others)
    assert f"{many} 人投票，共 {many + 1} 人" in organiser.get("/rounds/1/panel").text


def test_a_ballot_that_would_be_no_secret_is_voided_and_opened_anew(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.seat_everybody()
    story.meet()
    able = story.vote_too_few()
    organiser, address = browse("laojing"), "/rounds/1/panel/ballot/void"
    early = organiser.get("/rounds/1/panel").html
    story.pass_until("2024-12-17 09:00")

    offered = organiser.get("/rounds/1/panel")
    closed = organiser.post("/rounds/1/panel/ballot/close", {"reason": "到截止仍未投票"})
    without = organiser.post(address, {"reason": ""})
    done = organiser.post(address, {"reason": "票数太少"})

    assert (address in early, address in offered.html) == (False, True)
    assert address not in browse("zuzhang").get("/rounds/1/panel").html
    assert f"对{story.read(3).name}投票的不到 3 人" in offered.text
    assert (closed.status, "从票数就能看出各人投了什么" in closed.text) == (409, True)
    assert (without.status, "请写明原因" in without.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/panel")
    shown = organiser.get("/rounds/1/panel").text
    assert "已有 0 人投票，共 5 人" in shown
    assert "上一次投票作废：票数太少（演示-市总劳经部" in shown
    assert [browse(login).get(f"/votes/{vote_task(story, login)}").status for login in able] == [200] * 5


def test_whoever_too_few_may_vote_on_is_named_before_the_ballot_is_voided(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.seat_everybody()
    story.meet()
    story.leave(story.vote_too_few()[-1])

    shown = browse("laojing").get("/rounds/1/panel").text

    assert f"可以对{story.read(3).name}投票的不到 3 位：不列入新的选票" in shown


def test_a_voter_is_not_asked_about_whom_he_must_step_back_from(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.meet()
    login = story.voters()[0]
    with story.wiring.reading() as ctx:
        unit = story.read(3).unit_id
        code = ctx.session.get_one(Unit, unit).code
    story.move(login, code)
    with story.acting(login) as ctx:
        address = f"/votes/{story.round_task(ctx, 'cast_ballot')}"
    browser = browse(login)

    page = browser.get(address)
    done = browser.post(address, {"choice-1": "for", "choice-2": "for"})

    assert sorted(set(page.all(r'name="choice-(\d)"'))) == ["1", "2"]
    assert ("与申报人同一单位，不参加这一项表决" in page.text, done.status) == (True, 302)
    for other in story.voters()[1:]:
        story.vote(other)
    assert (
        f"参加表决 {len(story.voters()) - 1} 人，回避 1 人" in browse("laojing").get("/rounds/1/panel").text
    )


def vote_task(story: PanelStory, login: str) -> int:
    with story.acting(login) as ctx:
        return story.round_task(ctx, "cast_ballot")
