"""What an expert sees and does: his sheets, his seat, stepping back."""

from __future__ import annotations

from collections.abc import Callable

from tests.programmes.review.panel_story import PanelStory
from tests.programmes.review.test_provision import withdraw
from tests.web.browser import Browser
from tests.web.round.review.conftest import sits_everywhere


def test_a_sheet_brings_what_lists_the_files(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(1)[0]

    page = browse(login).get(f"/scoring/{story.score_task(1, login)}")

    assert page.all(r"(data-upload)") != []
    assert set(page.all(r"dist/(form\.\w+)")) == {"form.css", "form.js"}


def test_an_expert_finds_his_nominations_and_scores_one_after_the_other(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    login = sits_everywhere(story)
    browser = browse(login)

    duties = browser.get("/scoring/rounds/1")
    first, second = story.score_task(1, login), story.score_task(2, login)
    done = browser.post(f"/scoring/{first}", story.points(7) | {"remark": "技艺扎实"})

    assert (duties.status, duties.text.count("待评分")) == (200, 3)
    assert (done.status, done.location) == (302, f"/scoring/{second}")
    assert "已评 1 份，共 3 份" in browser.get("/scoring/rounds/1").text
    own = browser.get(f"/scoring/{first}")
    assert ("技艺扎实" in own.text, "70.000" in own.text, "提交评分" in own.text) == (True, True, False)


def test_a_refused_sheet_comes_back_with_what_was_given(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    login = story.experts(3)[0]
    task_id = story.score_task(3, login)
    points = story.points(7) | {"lead_duty": 11, "legacy_digital": 2}

    page = browse(login).post(f"/scoring/{task_id}", points | {"remark": "待定"})

    assert page.status == 422
    assert "不能大于 10" in page.text
    assert page.all(r'name="legacy_digital"[^>]*value="(\d+)"') == ["2"]
    assert "待定" in page.html


def test_the_task_of_an_expert_leads_to_his_sheet(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    task_id = story.score_task(3, login)

    page = browse(login).get(f"/tasks/{task_id}")

    assert (page.status, page.location) == (302, f"/scoring/{task_id}")


def test_an_expert_steps_back_with_a_reason(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    browser, address = browse(login), f"/scoring/{story.score_task(3, login)}"

    without = browser.post(f"{address}/recuse", {"reason": " "})
    done = browser.post(f"{address}/recuse", {"reason": "与申报人合作申请过专利"})

    assert (without.status, "请写明回避的原因" in without.text) == (422, True)
    assert (done.status, done.location, browser.get(address).status) == (302, "/", 404)
    assert login not in story.experts(3)


def test_the_nominees_side_is_not_told_who_scores(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    task_id = story.score_task(3, login)
    story.score(3, login)
    name = "演示-专家" + "甲乙丙丁戊己庚辛壬"[int(login[-1]) - 1]
    instance = story.read(3).instance_id
    unit, organiser = browse("liyang-1-gonghui"), browse("laojing")

    told = {
        who: [
            name in browser.get("/nominations/3").text,
            name in browser.get(f"/tasks/{task_id}").text,
            name in str(browser.get(f"/instances/{instance}").text),
        ]
        for who, browser in {"unit": unit, "organiser": organiser}.items()
    }

    assert told["unit"] == [False, False, False]
    assert told["organiser"][0] is True
    assert "评审专家" in unit.get("/nominations/3").text


def test_an_expert_sees_masked_numbers_and_may_not_have_them_shown(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    expert = story.experts(3)[0]
    sheet = browse(expert).get(f"/scoring/{story.score_task(3, expert)}")

    refused = browse(expert).post("/reveals/nomination/3/phone", {"reason": "核对"})

    assert sheet.all(r'action="(/reveals/[^"]+)"') == []
    assert (refused.status, "评审时不能查看证件号码、电话等信息" in refused.text) == (403, True)
    assert browse("laojing").post("/reveals/nomination/3/phone", {"reason": "核对"}).status == 200


def test_an_expert_is_told_that_a_consent_was_taken_back_instead_of_being_shown_the_papers(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    expert = story.experts(3)[0]
    address = f"/scoring/{story.score_task(3, expert)}"
    before = browse(expert).get(address)

    withdraw(story, 3, "laojing")

    after = browse(expert).get(address)
    refused = browse(expert).post(address, story.points(7))
    sheet = r'data-readonly|name="remark"'
    assert ("申报材料不再展示" in before.text, before.all(sheet) != []) == (False, True)
    assert ("申报材料不再展示" in after.text, after.all(sheet) != []) == (True, False)
    assert "现在不用评分" in after.text
    assert after.all(r'action="(/scoring/\d+/recuse)"') != []
    assert refused.status == 403


def test_the_organiser_sees_the_draw_and_asks_one_to_step_back(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    login = story.experts(3)[0]
    with story.acting(login) as ctx:
        user = ctx.actor.user_id
    organiser = browse("laojing")

    page = organiser.get("/rounds/1/panel")
    without = organiser.post("/rounds/1/panel/seats/3/dismiss", {"user": user, "reason": ""})
    done = organiser.post("/rounds/1/panel/seats/3/dismiss", {"user": user, "reason": "被举报有利害关系"})

    assert ("双色球2024141期" in page.text, "重算一致" in page.text) == (True, True)
    assert (without.status, done.status) == (422, 302)
    assert "被举报有利害关系（演示-市总劳经部）" in organiser.get("/rounds/1/panel/seats/3").text
    assert login not in story.experts(3)


def test_an_empty_seat_is_shown_and_filled(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    for expert in story.experts(3):
        story.score(3, expert)
    away = [f"zhuanjia{number}" for number in range(1, 10) if f"zhuanjia{number}" not in story.experts(3)]
    for expert in away:
        story.leave(expert)
    with story.acting(login) as ctx:
        user = ctx.actor.user_id
    organiser, address = browse("laojing"), "/rounds/1/panel/seats/3"

    organiser.post(f"{address}/dismiss", {"user": user, "reason": "被举报有利害关系"})
    page = organiser.get(address)
    without = organiser.post(f"{address}/fill", {})
    story.return_(away[-1])
    done = organiser.post(f"{address}/fill", {})

    assert ("还缺 1 位专家" in page.text, page.html.count(f"{address}/fill")) == (True, 1)
    assert (without.status, "没有可以替补的专家了" in without.text) == (409, True)
    assert (done.status, away[-1] in story.experts(3)) == (302, True)
    assert "还缺" not in organiser.get(address).text


def test_an_expert_who_left_is_marked_where_he_sits(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.leave(story.experts(3)[0])

    assert browse("laojing").get("/rounds/1/panel/seats/3").text.count("账号已停用") == 1
