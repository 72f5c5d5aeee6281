"""A department asks to recommend in a round 推荐单位认定, and the organiser decides, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import Stage, serve_story
from tests.e2e.visitor import Visit, open_browsers

UNIT, REASON = "常州市工业和信息化局", "本系统有一批产业工人符合条件。"
STORY = """
says: 经研究同意的市级有关部门也可作为推荐单位
proves: [N41]
people: {赵安然: {unit: wujin-1}}
story:
  - nominate: 赵安然
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A round that has just begun."""
    with serve_story(tmp_path_factory.mktemp("recommenders"), "longcheng-craftsmen", STORY) as served:
        yield served


@pytest.fixture
def visit_round(browser: Browser, stage: Stage) -> Iterator[Visit]:
    with open_browsers(browser, stage.address) as visit:
        yield visit


def test_a_department_is_admitted_and_recommends(visit_round: Visit) -> None:
    asking, organiser = visit_round("gongxin", width=360), visit_round("laojing")
    asking.go("/rounds/1/recommenders")
    listed = asking.page.locator("section", has_text="本届推荐单位").locator(".list-group-item")
    expect(listed.filter(has_text=UNIT)).to_have_count(0)

    asking.page.get_by_label("申请理由").fill(REASON)
    asking.page.get_by_role("button", name="提交申请").click()
    expect(asking.page.get_by_text("研究中")).to_be_visible()
    organiser.go("/rounds/1/recommenders")
    organiser.page.get_by_role("link", name=UNIT).click()
    expect(organiser.page.get_by_text(REASON).first).to_be_visible()
    organiser.open_task(UNIT, "研究认定")
    organiser.decide("同意认定")

    asking.go("/rounds/1/recommenders")
    expect(asking.page.get_by_text("已认定")).to_be_visible()
    expect(listed.filter(has_text=UNIT)).to_have_count(1)
    assert asking.errors + organiser.errors == []
