"""Who is away and who leaves, in a browser: a colleague acts for somebody 代理, a nominee withdraws 退出."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import Stage, serve_story
from tests.e2e.visitor import Visit, open_browsers

AWAY, LEAVING = "赵安然", "钱百川"
STORY = f"""
says: 不在岗的请人代理，被推荐人可以退出
proves: [X12]
people:
  {AWAY}: {{unit: liyang-qingfeng, category: 生产管理类}}
  {LEAVING}: {{unit: liyang-qingfeng, category: 技术技能类}}
story:
  - nominate: {AWAY}
  - nominate: {LEAVING}
  - complete: 填写推荐表
    of: everybody
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two nominations wait for the opinion of their workplace's league branch."""
    with serve_story(tmp_path_factory.mktemp("absence"), "changzhou-good-youth", STORY) as served:
        yield served


@pytest.fixture
def visit_stage(browser: Browser, stage: Stage) -> Iterator[Visit]:
    with open_browsers(browser, stage.address) as visit:
        yield visit


def test_a_colleague_signs_in_the_place_of_who_is_away(visit_stage: Visit) -> None:
    league, colleague = visit_stage("tuanzhibu", width=360), visit_stage("dangzhibu")
    league.go("/delegations")
    league.page.get_by_role("searchbox", name="代理人").press_sequentially("dangzhi")
    expect(league.page.get_by_role("radio", name="演示-青锋党支部")).to_be_checked()
    league.page.get_by_label("到哪天止").fill("2024-03-22")
    league.page.get_by_label("事由").fill("外出培训")
    league.page.get_by_role("button", name="设置代理").click()
    row = league.page.locator("tbody tr", has_text="演示-青锋党支部 代 演示-青锋团支部")
    expect(row).to_contain_text("外出培训")

    colleague.open_task(AWAY, "所在单位团组织意见")
    colleague.fill("意见", "代为审核，同意推荐。")
    colleague.decide("同意")

    league.go("/nominations/1")
    expect(league.page.locator(".opinions")).to_contain_text("演示-青锋党支部（代演示-青锋团支部）")
    league.go("/delegations")
    row.get_by_role("button", name="结束").click()
    league.page.locator("dialog.xs-dialog button[value=yes]").click()
    expect(row).to_contain_text("已结束")
    assert not colleague.has_task(LEAVING, "所在单位团组织意见")
    assert league.errors + colleague.errors == []


def test_who_withdraws_leaves_no_task_behind_and_says_why(visit_stage: Visit) -> None:
    league = visit_stage("tuanzhibu", width=360)
    assert league.has_task(LEAVING, "所在单位团组织意见")
    league.go(f"/nominations?text={LEAVING}")
    league.page.get_by_role("link", name=LEAVING).click()
    league.page.get_by_role("link", name="办理退出").click()

    league.page.get_by_label("退出原因").fill("本人调离本市。")
    league.page.get_by_role("button", name="确认退出").click()

    expect(league.page.locator(".datagrid").first).to_contain_text("退出")
    expect(league.page.get_by_text("本人调离本市。").first).to_be_visible()
    assert not league.has_task(LEAVING, "所在单位团组织意见")
    assert league.errors == []
