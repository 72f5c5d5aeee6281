"""The ballot over the API: how many have voted, never what; closing and voiding it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.app import App
from service.wire import Runtime
from tests.api.caller import Caller
from tests.api.conftest import token_of
from tests.programmes.review.panel_story import PanelStory

PATH = "/rounds/1/ballot"
Call = Callable[[str], Caller]


@pytest.fixture
def call(app: App, service: Runtime) -> Call:
    return lambda login: Caller(app.test_client(), token_of(service, login))


@pytest.fixture
def voting(story: PanelStory) -> PanelStory:
    story.score_all()
    story.seat_everybody()
    story.meet()
    return story


def test_there_is_none_before_it_is_opened(story: PanelStory, call: Call) -> None:
    assert story.read(1).id == 1
    assert call("laojing").get(PATH).status_code == 404


def test_it_tells_how_many_have_voted(voting: PanelStory, call: Call) -> None:
    voting.vote(voting.voters()[0])

    told = call("laojing").get(PATH).get_json()

    assert told == {
        "opened_at": "2024-12-11T02:00:00+00:00",
        "closed_at": None,
        "voters": 9,
        "voted": 1,
        "obstacle": "可以投票的 9 人中只有 1 人投票，不到法定人数，还不能结束投票。请等没有投票的人投票。",
        "may_void": False,
        "left_out": [],
        "voided": [],
    }


def test_it_is_closed_with_a_reason(voting: PanelStory, call: Call) -> None:
    gone, *others = voting.voters()
    voting.leave(gone)
    for login in others:
        voting.vote(login)
    organiser = call("laojing")

    without = organiser.post(f"{PATH}/close", {"reason": ""})
    done = organiser.post(f"{PATH}/close", {"reason": "一位专家已离任"})

    assert (without.status_code, done.status_code) == (422, 200)
    assert (done.get_json()["closed_at"], done.get_json()["obstacle"]) == ("2024-12-11T02:00:00+00:00", None)
    assert organiser.post(f"{PATH}/void", {"reason": "再投一次"}).status_code == 409


def test_what_would_be_no_secret_is_voided_once(voting: PanelStory, call: Call) -> None:
    voting.leave(voting.vote_too_few()[-1])
    organiser, body = call("laojing"), {"reason": "票数太少"}

    before = organiser.get(PATH).get_json()
    closed = organiser.post(f"{PATH}/close", body)
    done, again = (
        organiser.post(f"{PATH}/void", body, headers={"Idempotency-Key": "anew"}) for _ in range(2)
    )

    assert (before["may_void"], before["left_out"], closed.status_code) == (True, [3], 409)
    assert (done.status_code, again.get_json()) == (200, done.get_json())
    assert (done.get_json()["voted"], done.get_json()["voters"]) == (0, 4)
    [voided] = done.get_json()["voided"]
    assert (voided["reason"], voided["voted"], voided["voters"]) == ("票数太少", 3, 9)


@pytest.mark.parametrize(("login", "get", "post"), [("zuzhang", 200, 403), ("zhuanjia1", 404, 404)])
def test_only_the_organiser_ends_it(voting: PanelStory, call: Call, login: str, get: int, post: int) -> None:
    assert voting.voters()
    caller = call(login)

    answered = [caller.post(f"{PATH}/{act}", {"reason": "票数太少"}).status_code for act in ("close", "void")]

    assert (caller.get(PATH).status_code, answered) == (get, [post, post])
