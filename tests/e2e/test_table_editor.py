"""Editing a decision table in the browser: the next nomination is judged by it, those that run by theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.test_walk import fill_in, nominate
from tests.e2e.visitor import Visitor, write_photos

Visit = Callable[..., Visitor]

TABLE = "/modeler/changzhou-good-youth/decisions"
EARLIER, LATER = "司徒在先", "司徒在后"
#: two people born in August 1995
NUMBERS = {EARLIER: "320400199508150032", LATER: "320400199508160054"}


def test_next_nomination_is_judged_by_the_table_edited_here(visit: Visit, tmp_path: Path) -> None:
    admin, league = visit("admin"), visit("tuanzhibu")
    photos = write_photos(tmp_path)
    nominate(league, EARLIER)

    open_editor(admin)
    for row in (3, 4, 5):
        bound = cell(admin, row, "出生日期")
        bound.fill(bound.input_value().replace("1989-01-01", "1996-01-01"))
    words = cell(admin, 5, "依据")
    words.fill('"超过28周岁：演示用的新条件，须写明破格理由"')
    try_out(admin, "1995-08-15")
    expect(admin.page.locator("#verdict")).to_contain_text("结论：EXCEPTION")
    publish(admin, "年龄上限改为 28 周岁")
    nominate(league, LATER)
    for who, number in NUMBERS.items():
        fill_in(league, who, photos, number)

    assert [verdict(league, who) for who in (EARLIER, LATER)] == ["符合", "破格，须说明理由"]
    assert "超过28周岁：演示用的新条件" in league.text()


def test_bad_cells_are_marked_and_the_table_works_by_keyboard(visit: Visit) -> None:
    admin = visit("admin", width=360)
    open_editor(admin)
    keys = admin.page.keyboard
    cell(admin, 1, "出生日期").focus()

    keys.press("Control+A")
    keys.type("> 2006")
    keys.press("Enter")
    expect(cell(admin, 2, "出生日期")).to_be_focused()
    keys.press("Alt+ArrowDown")
    expect(cell(admin, 3, "出生日期")).to_be_focused()
    keys.press("F8")

    expect(admin.page.locator("#problems .problem-error")).to_have_count(1)
    expect(admin.page.locator(".cell-problem:visible")).to_have_text(
        '这一列应是日期，写作 date("2026-01-01")；2006 不是。'
    )
    expect(admin.page.locator("#changes")).to_contain_text("原第 3 行移到第 2 行")
    assert admin.page.evaluate("document.documentElement.scrollWidth") == 360
    assert admin.find_flaws() == {}


def test_rows_are_added_copied_and_removed_and_a_draft_is_kept(visit: Visit) -> None:
    admin = visit("admin")
    open_editor(admin)
    rows = admin.page.locator("#rules tr")

    admin.page.get_by_role("button", name="添加一行").click()
    expect(cell(admin, 9, "出生日期")).to_be_focused()
    admin.page.get_by_role("button", name="复制第 1 行").click()
    admin.page.get_by_role("button", name="删除第 10 行").click()
    expect(rows).to_have_count(9)
    admin.page.get_by_role("button", name="保存草稿").click()
    expect(admin.page.locator("#table-status")).to_contain_text("已保存草稿")
    admin.page.reload()

    expect(rows).to_have_count(9)
    assert cell(admin, 1, "出生日期").input_value() == cell(admin, 2, "出生日期").input_value()
    admin.page.get_by_role("button", name="丢弃草稿").click()
    admin.page.locator("dialog.xs-dialog button[value=yes]").click()
    expect(admin.page.locator("#notices, .alert").filter(has_text="草稿已丢弃").first).to_be_visible()


def open_editor(admin: Visitor) -> None:
    admin.go(TABLE)
    admin.page.get_by_role("link", name="编辑“年龄条件”").click()
    expect(admin.page.locator("#rules tr").first).to_be_visible()


def cell(admin: Visitor, row: int, column: str) -> Locator:
    return admin.page.get_by_label(f"第 {row} 行，{column}", exact=True)


def try_out(admin: Visitor, born: str) -> None:
    admin.page.get_by_label(re.compile("^出生日期")).fill(born)
    admin.page.locator("#trial").get_by_role("button", name="试算").click()


def publish(admin: Visitor, note: str) -> None:
    admin.page.get_by_label("发布说明").fill(note)
    admin.page.locator("#publish").click()
    admin.page.locator("dialog.xs-dialog button[value=yes]").click()
    expect(admin.page.locator("body")).to_contain_text("已发布第 2 版")


def verdict(league: Visitor, who: str) -> str:
    """Open a nomination and return what the rules said of it."""
    league.go(f"/nominations?text={who}")
    league.page.get_by_role("link", name=re.compile(who)).first.click()
    shown = league.page.locator(".datagrid-item", has_text="自动核验").locator(".badge")
    return shown.inner_text().strip()
