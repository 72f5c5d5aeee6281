"""The page of reserves (A-10, X27): who waits, what was left, and the button that promotes the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import App, create_app
from service.clock import MovableClock
from service.programmes.pack.packs import load_pack
from service.wire import Runtime
from tests.api.caller import Caller
from tests.programmes.publication.reserve_pack import open_story, to_notice
from tests.programmes.publication.test_reserves import withdraw
from tests.programmes.story import CATEGORY, Story
from tests.web.browser import Browser
from tests.web.conftest import NOW, PROGRAMME, ROOT, by_wall, settings_of

PAGE = "/rounds/1/reserves"


@pytest.fixture
def story(database_url: str, tmp_path: Path) -> Iterator[Story]:
    pack = load_pack(ROOT / "processes", ROOT / "forms", PROGRAMME)
    with open_story(database_url, pack, tmp_path) as opened:
        yield opened


@pytest.fixture
def app(story: Story, tmp_path: Path) -> App:
    settings = settings_of(tmp_path, is_demonstration=False)
    with story.wiring.reading() as ctx:
        engine = ctx.session.get_bind()
    service = Runtime(settings=settings, secret_key="test", engine=engine, wiring=story.wiring)  # type: ignore[arg-type]
    return create_app(by_wall(service, MovableClock(NOW)))


def test_a10_organiser_sees_the_place_and_promotes_the_first_reserve(app: App, story: Story) -> None:
    [leaving], [first, _] = to_notice(story, 1, 2)
    withdraw(story, leaving)
    browser, name = Browser(app, "shiwei"), story.read(first).name

    assert "公示后空出 1 个候选人名额，可以递补。" in browser.get("/rounds/1").text
    assert f"1. {name} 候补中" in browser.get(PAGE).text
    posted = browser.post(PAGE, {"category": CATEGORY})
    page = browser.get(PAGE).text
    again = browser.post(PAGE, {"category": CATEGORY})

    assert posted.status == 302
    assert f"{name}已递补，补充公示已发布；期满后才能公布。" in page
    assert f"1. {name} 已递补" in page
    assert (again.status, "没有空出的名额" in again.text) == (409, True)


def test_a10_supplementary_notice_is_public_and_takes_objections(app: App, story: Story) -> None:
    [leaving], [first] = to_notice(story, 1, 1)
    withdraw(story, leaving)
    Browser(app, "shiwei").post(PAGE, {"category": CATEGORY})

    visitor = Browser(app)
    [notice] = [
        row for row in Caller(app.test_client(), "").get("/notices").json if row["kind"] == "supplement"
    ]
    page = visitor.get(f"/public/{notice['slug']}").text

    assert "递补候选人的补充公示" in visitor.get("/public").text
    assert (story.read(first).name in page, "公示中" in page, "提出异议" in page) == (True, True, True)


def test_x27_reserves_are_shown_to_the_organiser_alone(app: App, story: Story) -> None:
    _, [first] = to_notice(story, 1, 1)

    assert [Browser(app, login).get(PAGE).status for login in ("shiwei", "admin", "liyang")] == [
        200,
        200,
        403,
    ]
    client = app.test_client()
    asked = Caller(client, "").post("/tokens", {"login": "shiwei", "password": "xuanshu-demo"})
    [row] = Caller(client, asked.json["token"]).get("/rounds/1/reserves").json
    assert (row["nomination_id"], row["category"], row["position"], row["promoted_at"]) == (
        first,
        CATEGORY,
        1,
        None,
    )
