"""The review in a browser: a draw with its seed, 回避, scores, the ranked list, a ballot, deliberation."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from service.app import create_app
from service.clock import MovableClock
from service.models import HistoryEvent, Submission
from service.schema import upgrade
from service.wire import Runtime, wire
from tests.e2e.conftest import BUNDLE
from tests.e2e.visitor import Visit, Visitor, open_browsers
from tests.programmes.review.panel_story import SEED, PanelStory
from tests.web.conftest import settings_of
from tests.web.round.review.conftest import START, open_story

CHOICES = {"for": "赞成", "against": "反对", "abstain": "弃权"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A round of the craftsmen's programme with three nominations at their experts."""
    if not BUNDLE.is_file():
        pytest.skip("the front-end bundles are not built: run `make assets`")
    folder = tmp_path_factory.mktemp("review")
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(START), durable=False)
    upgrade(service.engine)
    open_story(service, opening=True).begin_scoring()
    yield service
    service.engine.dispose()


@pytest.fixture(scope="module")
def story(service: Runtime) -> PanelStory:
    return open_story(service)


@pytest.fixture(scope="module")
def address(service: Runtime) -> Iterator[str]:
    """Serve the round from this process."""
    server = make_server("127.0.0.1", 0, create_app(service), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit_review(browser: Browser, address: str) -> Iterator[Visit]:
    """Let somebody log in to the review in a browser of his own."""
    with open_browsers(browser, address) as visit:
        yield visit


def test_from_the_draw_to_the_deliberation(visit_review: Visit, story: PanelStory, tmp_path: Path) -> None:
    organiser = visit_review("laojing")
    organiser.go("/rounds/1/panel")
    expect(organiser.page.get_by_text(SEED)).to_be_visible()
    expect(organiser.page.get_by_text("重算一致")).to_be_visible()
    whole(organiser, tmp_path / "panel-drawn.png")

    step_back(visit_review, story)
    score(visit_review, story, tmp_path)
    score_the_rest(story)
    story.step("close_scoring", "laojing", "confirm", {})

    amend(visit_review, tmp_path)
    story.meet()
    vote(visit_review, story, tmp_path)

    leading = visit_review("dangzu")
    leading.go("/rounds/1/panel")
    assert "赞成" in leading.text()
    story.deliberate("return")
    leading.go("/rounds/1/panel")
    story.meet()
    for login in story.voters():
        story.vote(login)
    story.deliberate("approve")
    organiser.go("/rounds/1/panel")
    whole(organiser, tmp_path / "panel-decided.png")
    assert organiser.errors == []


def step_back(visit_review: Visit, story: PanelStory) -> None:
    """An expert gives his reason and somebody else sits in his place."""
    login = story.experts(3)[0]
    expert = visit_review(login)
    sheet = f"/scoring/{story.score_task(3, login)}"
    expert.go(sheet)
    expert.page.locator("summary", has_text="申请回避").click()
    form = expert.page.locator("form[action$=recuse]")
    form.locator("[name=reason]").fill("与申报人合作申请过专利")
    form.get_by_role("button").click()
    confirm(expert.page)
    expect(expert.page.get_by_role("heading", name="我的事项")).to_be_visible()
    assert login not in story.experts(3)
    assert expert.page.goto(expert.base + sheet).status == 404  # type: ignore[union-attr]


def score(visit_review: Visit, story: PanelStory, folder: Path) -> None:
    """An expert sees nobody's points, gives his own, and only then reads the others' without names."""
    first, second = story.experts(3)[:2]
    story.score(3, first, 9)
    expert = visit_review(second, width=360)
    sheet = f"/scoring/{story.score_task(3, second)}"
    expert.go(sheet)
    assert "90.000" not in expert.text()
    whole(expert, folder / "sheet-360.png")
    for box in expert.page.locator("input[type=number]").all():
        box.fill("7")
    expert.page.get_by_role("button", name="提交评分").click()
    confirm(expert.page)
    expect(expert.page).not_to_have_url(re.compile(f"{sheet}$"))
    expert.go(sheet)
    text = expert.text()
    assert "70.000" in text
    assert name_of(story, first) not in text
    assert expert.errors == []


def score_the_rest(story: PanelStory) -> None:
    for nomination, points in ((1, 6), (2, 8), (3, 7)):
        for login in story.experts(nomination):
            if story.score_task(nomination, login):
                story.score(nomination, login, points)


def amend(visit_review: Visit, folder: Path) -> None:
    """The list is ranked inside its category; the chair takes one off with a reason, and puts him back."""
    chair = visit_review("zuzhang")
    chair.go("/rounds/1/panel")
    whole(chair, folder / "panel-ranked.png")
    text = chair.text()
    assert text.index("80.000") < text.index("60.000")
    row = chair.page.locator("#n1")
    row.locator("summary", has_text="调出").click()
    row.locator("[name=reason]").fill("材料存疑")
    row.get_by_role("button", name="确定").click()
    expect(chair.page.get_by_text("材料存疑")).to_be_visible()
    expect(chair.page.locator("#n1", has_text="不在名单上")).to_be_visible()


def vote(visit_review: Visit, story: PanelStory, folder: Path) -> None:
    """Votes are cast on a page of their own; what is kept says who voted and not what."""
    login, *others = story.voters()
    voter = visit_review(login, width=360)
    with story.acting(login) as ctx:
        task = story.round_task(ctx, "cast_ballot")
    voter.go(f"/votes/{task}")
    whole(voter, folder / "ballot-360.png")
    for group in voter.page.locator("form fieldset").all():
        group.get_by_label(CHOICES["against"]).check()
    voter.page.get_by_role("button", name="投票", exact=True).click()
    confirm(voter.page)
    expect(voter.page.get_by_role("heading", name="我的事项")).to_be_visible()
    voter.go(f"/tasks/{task}")
    assert CHOICES["against"] not in voter.text()
    with story.wiring.reading() as ctx:
        kept = ctx.session.scalars(select(Submission.answers).where(Submission.user_task_id == task)).all()
        events = ctx.session.scalars(select(HistoryEvent.details)).all()
    assert kept == [{}]
    assert not [event for event in events if "against" in str(event)]
    for other in others:
        story.vote(other)
    assert voter.errors == []


def whole(visitor: Visitor, target: Path) -> None:
    """Keep a picture of a page, which must not be wider than its window."""
    visitor.page.screenshot(path=target, full_page=True)
    width = visitor.page.viewport_size
    assert width is not None
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == width["width"]


def confirm(page: Page) -> None:
    yes = page.locator("dialog.xs-dialog button[value=yes]")
    page.wait_for_timeout(300)
    if yes.count():
        yes.click()


def name_of(story: PanelStory, login: str) -> str:
    with story.acting(login) as ctx:
        return ctx.actor.name
