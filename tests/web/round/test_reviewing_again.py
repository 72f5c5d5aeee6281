"""Whoever is asked to review somebody again reads on the task why: what a department objected to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import App, create_app
from service.clock import MovableClock
from service.programmes.pack.packs import load_pack
from service.programmes.round import round_events
from service.wire import Runtime
from tests.programmes.publication.changed_pack import open_story
from tests.programmes.story import ORGANISER, Story
from tests.web.browser import Browser
from tests.web.conftest import NOW, PROGRAMME, ROOT, by_wall, settings_of

REASON = "人社部门会签时提出：参保单位与所填不符。"


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


def test_the_reason_of_a_second_review_is_on_the_reviewers_page(app: App, story: Story) -> None:
    asked = story.nominate()
    story.to_review()
    story.complete(asked, "joint_review", "select")
    with story.acting(ORGANISER) as ctx:
        entry = story.entry(ctx)
        round_events.throw(ctx, entry, "message", "review_again", correlation_key=str(asked), reason=REASON)
    story.work_off()

    page = Browser(app, "huishen").get(f"/tasks/{story.task_id(asked, 'joint_review')}")

    assert "收到消息“重新会审”" in page.text
    assert REASON in page.text
