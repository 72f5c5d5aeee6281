"""Somebody without an account registers 自荐登记, is confirmed, sets a password and begins, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import Visit, Visitor

NAME, PASSWORD = "演示-自荐人", "chang-mi-ma-2024"
NEW_PLANT = "演示新厂"


def look(visitor: Visitor, width: int) -> None:
    """See that a page fits its window and can be read."""
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == width
    assert visitor.find_flaws() == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_from_the_public_page_to_the_begun_nomination(visit: Visit, width: int) -> None:
    person, organiser = visit(width=width), visit("shiwei", width=width)
    page, desk = person.page, organiser.page
    name = f"{NAME}{width}"

    person.go("/public")
    page.get_by_role("link", name="正在登记").click()
    person.fill("姓名", name)
    person.fill("手机号码或电子邮箱", f"1380000{width:04d}")
    page.get_by_label(re.compile("^工作单位")).press_sequentially("青锋")
    page.get_by_role("radio", name=re.compile("青锋")).first.check()
    page.get_by_role("checkbox").check()
    look(person, width)
    page.get_by_role("button", name="提交登记").click()
    number, code = [one.inner_text() for one in page.locator("dd code").all()]
    look(person, width)

    organiser.go("/")
    desk.get_by_role("link", name="自荐登记待确认").click()
    look(organiser, width)
    desk.get_by_role("link", name=name, exact=True).click()
    look(organiser, width)
    desk.get_by_role("button", name="确认并开通账号").click()
    expect(desk.get_by_text("请把链接交给本人")).to_be_visible()
    look(organiser, width)

    page.get_by_role("link", name="查询登记结果").first.click()
    person.fill("登记号", number)
    person.fill("查询码", code)
    page.get_by_role("button", name="查询", exact=True).click()
    look(person, width)
    page.get_by_role("link", name="设置密码").click()
    look(person, width)
    person.fill("密码", PASSWORD)
    person.fill("再输入一遍密码", PASSWORD)
    page.get_by_role("button", name="设置密码").click()
    page.fill("input[name=login]", f"zj{number}")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.get_by_role("radio", name=re.compile("^生产管理类")).check()
    page.get_by_role("button", name="发起并填写推荐表").click()

    expect(page.locator("#task-form")).to_be_visible()
    assert person.errors + organiser.errors == []


def test_registering_by_the_keyboard_alone(visit: Visit) -> None:
    person = visit(width=360)
    page = person.page
    person.go("/public/registrations/1")
    page.get_by_label(re.compile("^姓名")).focus()

    for text in (f"{NAME}按键", "13800009999", NEW_PLANT):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_text("单位名单中没有找到")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox")).to_be_checked()
    for _ in range(3):  # over the notice of how data is handled and the way back
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("登记已收到")).to_be_visible()
    assert person.errors == []
