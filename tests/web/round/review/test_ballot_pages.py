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
    assert (without.status, "请写明结束投票的原因" in without.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/panel")
    many = len(others)
    assert f"{many} 人投票，共 {many + 1} 人" in organiser.get("/rounds/1/panel").text


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
