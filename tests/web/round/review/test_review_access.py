"""Who may see and do what in a review, and what its pages cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.app import App
from service.wire import Runtime
from tests.programmes.review.panel_story import PanelStory
from tests.web.browser import Browser, count_statements
from tests.web.round.review.conftest import sits_everywhere

#: nobody, the nominee's unit, its recommender, an expert of his, the chair, the leading group, the organiser
ROLES = ("", "liyang-1-gonghui", "liyang", "expert", "zuzhang", "dangzu", "laojing")


TABLE = {
    "GET /scoring/rounds/1": (302, 404, 404, 200, 404, 404, 404),
    "GET /scoring/{task}": (302, 404, 404, 200, 404, 404, 404),
    "POST /scoring/{task}": (302, 403, 403, 422, 403, 403, 403),
    "POST /scoring/{task}/recuse": (302, 404, 404, 422, 404, 404, 404),
    "GET /votes/{task}": (302, 403, 403, 409, 403, 403, 403),
    "POST /votes/{task}": (302, 403, 403, 409, 403, 403, 403),
    "GET /rounds/1/panel": (302, 404, 404, 404, 200, 200, 200),
    "POST /rounds/1/panel/list": (302, 404, 404, 404, 409, 409, 409),
    "POST /rounds/1/panel/experts": (302, 404, 404, 404, 403, 403, 409),
    "GET /rounds/1/panel/seats/3": (302, 404, 404, 404, 200, 200, 200),
    "POST /rounds/1/panel/seats/3/dismiss": (302, 404, 404, 404, 404, 404, 422),
    "POST /rounds/1/panel/seats/3/fill": (302, 404, 404, 404, 404, 404, 409),
    "POST /rounds/1/panel/ballot/close": (302, 404, 404, 404, 403, 403, 422),
}


@pytest.mark.parametrize("view", TABLE)
def test_a_view_lets_in_whom_it_should(app: App, story: PanelStory, view: str) -> None:
    expert = story.experts(3)[0]
    method, path = view.format(task=story.score_task(3, expert)).split(" ")

    statuses = tuple(
        _call(Browser(app, expert if login == "expert" else login), method, path) for login in ROLES
    )

    assert statuses == TABLE[view]


def test_pages_cost_the_same_however_many_they_list(
    service: Runtime, browse: Callable[..., Browser], story: PanelStory
) -> None:
    expert, organiser = sits_everywhere(story), browse("laojing")
    browser = browse(expert)
    pages = {"/scoring/rounds/1": browser, "/rounds/1/panel": organiser}

    def cost() -> list[int]:
        counts = []
        for path, who in pages.items():
            with count_statements(service.engine) as sent:
                assert who.get(path).status == 200
            counts.append(len(sent))
        return counts

    three = cost()
    for number in (1, 2, 3):
        for login in story.experts(number):
            story.score(number, login)
    assert cost() == three
    story.step("close_scoring", "laojing", "confirm", {})

    assert cost()[1] <= three[1] + 2


def _call(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return browser.get(path).status
    return browser.client.open(path, method=method, headers={"X-CSRFToken": browser.token}).status_code
