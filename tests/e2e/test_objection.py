"""An objection in a browser: lodged by the public with evidence, looked into, settled, and answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import Stage, serve_story
from tests.e2e.visitor import Visit, Visitor, open_browsers

WHO = "赵安然"
OBJECTOR = "演示-周若谷"
STORY = f"""
says: 公示期间有异议，经核实不属实的，维持候选人资格并答复反映人
proves: [X06]
people:
  {WHO}: {{unit: liyang-qingfeng, category: 生产管理类}}
story:
  - nominate: {WHO}
  - carry: everybody
  - wait_until: 2024-03-26 10:00
  - complete: 开启联合会审
  - carry: everybody
  - wait_until: 2024-04-01 09:00
  - complete: 提请会签
  - complete: 部门会签
    who: renshe
  - complete: 部门会签
    who: gongxin
  - complete: 确认候选人名单并公示
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The candidates are published, and anybody may object."""
    with serve_story(tmp_path_factory.mktemp("objection"), "changzhou-good-youth", STORY) as served:
        yield served


@pytest.fixture
def visit_notice(browser: Browser, stage: Stage) -> Iterator[Visit]:
    with open_browsers(browser, stage.address) as visit:
        yield visit


def test_an_objection_with_evidence_is_looked_into_and_answered(visit_notice: Visit, tmp_path: Path) -> None:
    public = visit_notice(width=360)
    receipt = lodge(public, tmp_path)
    assert "已收到" in ask(public, receipt)

    organiser = visit_notice("shiwei")
    organiser.open_task(WHO, "登记受理")
    expect(organiser.page.get_by_role("link", name="照片说明.pdf")).to_be_visible()
    organiser.choose("来源", "网上")
    organiser.fill("登记意见", "署实名，有联系方式，予以受理。")
    organiser.fill("需要说明的问题", "请说明获奖证书由谁颁发、何时颁发。")
    organiser.decide("受理")
    assert "正在核查" in ask(public, receipt)
    state_the_case(visit_notice("tuanzhibu", width=360), tmp_path)
    organiser.open_task(WHO, "核查")
    expect(organiser.page.get_by_role("heading", name="所在单位说明情况")).to_be_visible()
    expect(organiser.page.get_by_role("link", name="获奖证书.pdf")).to_be_visible()
    organiser.fill("核查经过", "调阅档案，走访同事。")
    organiser.fill("结论", "经核查，反映的情况不属实。")
    organiser.decide("不属实")

    answer = ask(public, receipt)
    assert "经核查不属实" in answer
    assert "反映的情况不属实。" in answer
    assert public.errors + organiser.errors == []


def state_the_case(league: Visitor, folder: Path) -> None:
    """Answer for the workplace what the organiser asks, without reading who objected or in what words."""
    certificate = folder / "获奖证书.pdf"
    certificate.write_bytes(b"%PDF-1.4\n%%EOF")
    league.open_task(WHO, "所在单位说明情况")
    expect(league.page.get_by_text("请说明获奖证书由谁颁发")).to_be_visible()
    shown = league.page.content()
    assert [
        word for word in (OBJECTOR, "0000-1234567", "获奖时间与证书不符", "照片说明.pdf") if word in shown
    ] == []
    league.fill("情况说明", "证书由市人社局颁发，原件在单位存档。")
    league.upload("proof", certificate)
    league.decide("提交说明")


def test_the_nominees_side_is_not_told_who_objected(visit_notice: Visit, tmp_path: Path) -> None:
    lodge(visit_notice(), tmp_path)
    league = visit_notice("tuanzhibu")

    league.go("/nominations/1")

    expect(league.page.get_by_role("heading", level=1, name=WHO)).to_be_visible()
    assert OBJECTOR not in league.page.content()


def test_an_anonymous_objection_is_told_what_is_missing(visit_notice: Visit) -> None:
    public = visit_notice(width=360)
    open_form(public)
    public.fill("反映的事实", "材料中的获奖时间与证书不符，请核对。")
    public.page.evaluate("document.querySelector('form.card').noValidate = true")

    public.page.get_by_role("button", name="提交异议").click()

    expect(public.page.get_by_role("alert")).to_be_visible()
    expect(public.page.get_by_label("姓名或单位名称")).to_have_attribute("aria-invalid", "true")
    expect(public.page.get_by_label("反映的事实")).to_have_value("材料中的获奖时间与证书不符，请核对。")


def open_form(public: Visitor) -> None:
    """Find the candidate on the published list and open the form beside his name."""
    public.go("/public")
    public.page.get_by_role("link", name="候选人的公示").click()
    public.page.get_by_role("link", name=f"对{WHO}提出异议").click()
    expect(public.page.get_by_role("heading", level=1, name="提出异议")).to_be_visible()


def lodge(public: Visitor, folder: Path) -> str:
    """Object with a file; the receipt, which is shown once."""
    proof = folder / "照片说明.pdf"
    proof.write_bytes(b"%PDF-1.4\n%%EOF")
    open_form(public)
    public.fill("姓名或单位名称", OBJECTOR)
    public.fill("联系方式", "0000-1234567")
    public.fill("反映的事实", "材料中的获奖时间与证书不符，请核对。")
    public.page.get_by_label("证明材料").set_input_files(proof)
    public.page.get_by_role("button", name="提交异议").click()
    receipt = public.page.locator("code.user-select-all").inner_text()
    public.page.reload()
    expect(public.page.get_by_text("回执已经显示过")).to_be_visible()
    return receipt


def ask(public: Visitor, receipt: str) -> str:
    """Ask what became of an objection."""
    public.go("/public/status")
    public.page.get_by_label("回执编号").fill(receipt)
    public.page.get_by_role("button", name="查询").click()
    answer = public.page.locator("dl.dates")
    expect(answer).to_be_visible()
    return answer.inner_text()
