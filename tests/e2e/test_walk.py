"""The walk: a nomination from a workplace in 溧阳市 to the announcement, by the people and the clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.visitor import Visitor, write_photos

Visit = Callable[..., Visitor]

WHO = "欧阳锦程"
ROUND = "寻访活动"
ID_NUMBER = "320400199508080011"


def test_a_nomination_goes_from_a_workplace_to_the_announcement(visit: Visit, tmp_path: Path) -> None:
    league, organiser = visit("tuanzhibu"), visit("shiwei")
    recommend(visit, league, write_photos(tmp_path))

    for consulted, step in ((visit("gongan"), "公安协查"), (visit("hangye"), "行业部门征询")):
        for who in (WHO, "滆湖", "滆湖", "滆湖", "滆湖"):
            consulted.open_task(who, step)
            consulted.fill_date("回复日期", "2024/3/15")
            consulted.fill("征询结果", "未发现问题。")
            consulted.decide("无问题")
    for who in (WHO, "滆湖", "滆湖", "滆湖", "滆湖"):
        organiser.open_task(who, "资格审查及初审")
        organiser.tick("已核实依法参加我市在职社会保险", "已核实具有中国国籍", "已核实热爱祖国")
        organiser.fill("审查意见", "材料齐全，符合条件。")
        organiser.decide("通过")

    # the nudges go out and 3月25日 closes the stage by itself: what was not recommended is overdue
    organiser.go("/")
    organiser.move_clock_to("2024-03-22")
    assert "催办提醒" in organiser.text()
    organiser.move_clock_to("2024-03-25")
    assert "“3月25日24:00”到点" in organiser.text()
    organiser.go("/nominations?status=overdue")
    expect(organiser.page.locator("tbody tr")).to_have_count(8)

    announce(visit, organiser)


def recommend(visit: Visit, league: Visitor, photos: list[Path]) -> None:
    """Fill in the paper form and give the three opinions on it."""
    nominate(league, WHO)
    fill_in(league, WHO, photos)
    league.open_task(WHO, "所在单位团组织意见")
    league.fill("意见", "该同志表现突出，同意推荐。")
    league.decide("同意")
    head = visit("dangzhibu")
    head.open_task(WHO, "所在单位意见")
    head.fill("意见", "情况属实，同意。")
    head.decide("同意")
    district = visit("liyang")
    district.open_task(WHO, "推荐单位团组织意见")
    district.fill("推荐理由", "扎根一线，技术过硬，群众公认。")
    district.decide("同意推荐")
    assert not district.has_task(WHO, "推荐单位团组织意见")


def announce(visit: Visit, organiser: Visitor) -> None:
    """Review, publish the candidates, let the window pass and announce; the public looks on."""
    reviewer, public = visit("huishen"), visit()
    organiser.open_task(ROUND, "开启联合会审")
    organiser.decide("开启联合会审")
    reviewer.wait_for_task(WHO, "联合会审")
    for who, outcome in ((WHO, "列为候选人"), *[("滆湖", "不列为候选人")] * 4):
        reviewer.open_task(who, "联合会审")
        reviewer.fill("会审意见", "经集中评审。")
        reviewer.decide(outcome)
    organiser.open_task(ROUND, "提请会签")
    expect(organiser.page.locator("#candidates")).to_contain_text(WHO)
    organiser.decide("提请会签")
    for department in (visit("renshe"), visit("gongxin")):
        department.open_task(ROUND, "部门会签")
        expect(department.page.locator("#candidates")).to_contain_text(WHO)
        department.decide("会签同意")
    organiser.open_task(ROUND, "确认候选人名单并公示")
    organiser.decide("确认名单并公示")

    public.go("/public")
    public.page.locator("main").get_by_role("link", name=re.compile("候选人的公示")).click()
    expect(public.page.get_by_text(WHO)).to_be_visible()
    assert ID_NUMBER[:6] not in public.page.content()

    organiser.go("/")
    organiser.move_clock_to("2024-04-10")
    organiser.open_task(ROUND, "综合评定")
    organiser.decide("确认授予称号")
    public.go("/public")
    public.page.locator("main").get_by_role("link", name=re.compile("名单的决定")).click()
    expect(public.page.get_by_text(WHO)).to_be_visible()
    organiser.wait_for_text("/nominations?status=awarded", WHO)


def nominate(league: Visitor, who: str) -> None:
    league.go("/nominations/new")
    league.page.fill("input[name=name]", who)
    league.page.check("input[name=category][value=technical_skills]")
    league.page.get_by_role("button", name="发起并填写推荐表").click()
    league.page.wait_for_load_state()


def fill_in(league: Visitor, who: str, photos: list[Path], id_number: str = ID_NUMBER) -> None:
    league.open_task(who, "填写推荐表")
    league.choose("性别", "男")
    league.choose("民族", "汉族")
    league.fill("出生年月", "1995-08")
    league.choose("学历", "大学本科")
    league.choose("政治面貌", "群众")
    league.fill("联系电话", "0000-1234567")
    league.fill("身份证号", id_number)
    league.fill("工作单位及职务", "青锋精密机械有限公司数控操作工")
    league.fill("个人事迹", "在岗位上钻研技术。" * 33)
    league.tick_everything()
    league.upload("portrait", photos[0])
    league.upload("work_photo", *photos[1:])
    league.decide("提交")
