"""The page of reserves in a browser: a candidate leaves, the first reserve is promoted and published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from service.programmes.pack.packs import load_pack
from service.wire import Runtime
from tests.e2e.stage import serve
from tests.e2e.visitor import open_browsers
from tests.programmes.publication.reserve_pack import open_story, to_notice
from tests.programmes.publication.test_reserves import withdraw
from tests.programmes.story import Story
from tests.web.conftest import PROGRAMME, ROOT, settings_of

PAGE = "/rounds/1/reserves"


@pytest.fixture
def story(database_url: str, tmp_path: Path) -> Iterator[Story]:
    """A round that keeps reserves."""
    pack = load_pack(ROOT / "processes", ROOT / "forms", PROGRAMME)
    with open_story(database_url, pack, tmp_path) as opened:
        yield opened


@pytest.fixture
def address(story: Story, tmp_path: Path) -> Iterator[str]:
    settings = settings_of(tmp_path, is_demonstration=False)
    with story.wiring.reading() as ctx:
        engine = ctx.session.get_bind()
    service = Runtime(settings=settings, secret_key="test", engine=engine, wiring=story.wiring)  # type: ignore[arg-type]
    with serve(service) as served:
        yield served


def test_the_first_reserve_takes_the_place_of_who_left(browser: Browser, story: Story, address: str) -> None:
    [leaving], [first, _] = to_notice(story, 1, 2)
    withdraw(story, leaving)
    name = story.read(first).name
    with open_browsers(browser, address) as visit:
        organiser, public = visit("shiwei", width=360), visit()
        organiser.go(PAGE)
        expect(organiser.page.get_by_text(f"公示后空出：{story.read(leaving).name}")).to_be_visible()

        organiser.page.get_by_role("button", name="递补第一名并发布补充公示").click()

        row = organiser.page.locator(".list-group-item", has_text=name)
        expect(row).to_contain_text("已递补")
        assert organiser.page.evaluate("document.documentElement.scrollWidth") == 360
        public.go("/public")
        public.page.get_by_role("link", name="递补候选人的补充公示").click()
        expect(public.page.get_by_role("link", name=f"对{name}提出异议")).to_be_visible()
        assert organiser.errors + public.errors == []
