"""Whoever stepped out, or took his consent to provision back: the meetings' lists name him no more."""

from __future__ import annotations

from collections.abc import Callable

from service.models import Nomination
from service.programmes.review import standings
from service.programmes.round import withdrawals
from tests.programmes.review.panel_story import ORGANISER, PanelStory
from tests.programmes.review.test_provision import withdraw as take_back
from tests.web.browser import Browser

Browse = Callable[..., Browser]
PANEL = "/rounds/1/panel"
NAMED = r'<td class="title"><a href="/rounds/1/panel/seats/(\d)">([^<]+)</a>'


def step_out(story: PanelStory, number: int) -> None:
    with story.acting(ORGANISER) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, number), "本人书面申请退出。")


def test_the_meeting_reads_that_somebody_is_gone_and_the_organiser_who(
    browse: Browse, story: PanelStory, two_places: None
) -> None:
    story.score_all((8, 7, 6))
    names = {number: story.read(number).name for number in (1, 2, 3)}

    step_out(story, 1)
    take_back(story, 2, ORGANISER)

    chair, organiser = browse("zuzhang").get(PANEL), browse(ORGANISER).get(PANEL)
    assert chair.all(NAMED) == [("1", "（已退出）"), ("2", "（已撤回同意）"), ("3", names[3])]
    assert organiser.all(NAMED) == [(str(number), name) for number, name in names.items()]
    assert [names[1] in chair.text, names[2] in chair.text] == [False, False]
    assert "退出：调出，本人退出评选。" in organiser.text


def test_whose_place_is_free_may_be_given_to_another_and_not_back(
    browse: Browse, story: PanelStory, two_places: None
) -> None:
    story.score_all((8, 7, 6))
    step_out(story, 1)
    chair = browse("zuzhang")

    back = chair.post(f"{PANEL}/list", {"nomination": 1, "proposed": "yes", "reason": "递补。"})
    another = chair.post(f"{PANEL}/list", {"nomination": 3, "proposed": "yes", "reason": "递补。"})

    assert (back.status, "已退出评选，不能再调入名单" in back.text) == (409, True)
    assert another.status == 302
    assert story.proposed() == [2, 3]


def test_nobody_is_asked_to_vote_on_whoever_stepped_out_meanwhile(browse: Browse, story: PanelStory) -> None:
    story.score_all()
    story.meet()
    first, *others = story.voters()
    story.vote(first)
    step_out(story, 2)
    take_back(story, 3, ORGANISER)
    name = story.read(3).name
    with story.acting(others[0]) as ctx:
        address = f"/votes/{story.round_task(ctx, 'cast_ballot')}"

    page = browse(others[0]).get(address)
    for login in others:
        story.vote(login)

    assert sorted(set(page.all(r'name="choice-(\d)"'))) == ["1", "3"]
    assert ("（已撤回同意）" in page.text, name in page.text) == (True, False)
    assert story.proposed() == [3, 1]
    with story.wiring.reading() as ctx:
        changes = standings.list_changes(ctx, story.entry(ctx))
    assert {number: [one.step for one in found] for number, found in changes.items()} == {2: ["退出"]}


def test_an_expert_reads_no_name_of_whoever_took_his_consent_back(browse: Browse, story: PanelStory) -> None:
    login = story.experts(1)[0]
    story.score(1, login)
    name = story.read(1).name
    before = browse(login).get("/scoring/rounds/1").text

    take_back(story, 1, ORGANISER)

    after = browse(login).get("/scoring/rounds/1").text
    assert (name in before, name in after, "（已撤回同意）" in after) == (True, False, True)
