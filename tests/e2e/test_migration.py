"""Moving what runs to the redrawn diagram in the browser: plan, dry run, order, progress, and who gets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.visitor import Visitor

Visit = Callable[..., Visitor]
KEY = "changzhou-good-youth"
BASE = f"/modeler/{KEY}/migrations"
DIAGRAM = Path(__file__).parents[2] / f"processes/{KEY}/{KEY}.bpmn"
OLD, NEW = "推荐单位团组织意见", "区县意见"
#: as the page's own script would publish it
PUBLISH = """async ([address, xml]) => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const headers = { 'X-CSRFToken': token, 'Content-Type': 'text/xml', 'X-Requested-With': 'fetch' };
  return (await fetch(address, { method: 'POST', body: xml, headers })).status;
}"""


def publish(admin: Visitor) -> None:
    """Publish a version in which the recommender's step has another id and another name."""
    xml = DIAGRAM.read_text(encoding="utf-8").replace('"recommender_opinion"', '"district_says"')
    xml = xml.replace(">recommender_opinion<", ">district_says<").replace(f'name="{OLD}"', f'name="{NEW}"')
    admin.go("/modeler")
    address = f"/modeler/{KEY}/publish?note=推荐单位一步改由区县办"
    assert admin.page.evaluate(PUBLISH, [address, xml]) == 200


def look_at(visitor: Visitor) -> tuple[int, dict[str, list[str]]]:
    """Return how wide the page is, and its flaws."""
    return visitor.page.evaluate("document.documentElement.scrollWidth"), visitor.find_flaws()


def try_out(visitor: Visitor) -> None:
    """Say where those wait that nothing was found for, and try it out by the keyboard."""
    page = visitor.page
    visitor.go(f"{BASE}/new")
    page.get_by_label(f"“{OLD}”在新版里怎么办").select_option("map:district_says")
    page.get_by_role("button", name="试迁移").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="试迁移结果")).to_be_visible()


def test_nominations_that_wait_go_on_at_the_redrawn_step(visit: Visit) -> None:
    admin, phone, district = visit("admin"), visit("admin", width=360), visit("liyang")
    publish(admin)
    seen = {}

    admin.go("/modeler")
    admin.page.get_by_role("link", name="迁移到当前版本").click()
    expect(admin.page.locator("main")).to_contain_text("有 1 个环节停着实例，在第 2 版里却没有找到对应的")
    for who, width in ((admin, 1280), (phone, 360)):
        who.go(f"{BASE}/new")
        seen["plan", width] = look_at(who)
        try_out(who)
        seen["report", width] = look_at(who)
    admin.page.get_by_role("link", name=re.compile("可以迁移$")).click()
    expect(admin.page.locator("#ok")).to_be_in_viewport()
    admin.page.get_by_label("原因").fill("市里改由区县办理")
    admin.page.get_by_role("button", name="开始迁移").click()
    admin.page.locator("dialog.xs-dialog button[value=yes]").click()
    expect(admin.page.locator("#state")).to_contain_text("已办完")
    expect(admin.page.locator("#figure-moved")).to_contain_text("13")
    for who, width in ((admin, 1280), (phone, 360)):
        for name, path in (("orders", BASE), ("progress", f"{BASE}/1?status=moved")):
            who.go(path)
            seen[name, width] = look_at(who)
    district.go("/")

    assert seen == {key: (key[1], {}) for key in seen}
    assert len(seen) == 8
    rows = district.page.locator("tbody tr")
    expect(rows.filter(has_text=NEW).first).to_be_visible()
    expect(rows.filter(has_text=OLD)).to_have_count(0)
    assert (admin.errors, phone.errors) == ([], [])


def test_an_organiser_publishes_and_moves_nothing(visit: Visit) -> None:
    organiser = visit("shiwei")

    organiser.go("/modeler")

    expect(organiser.page.get_by_role("link", name="修改流程图").first).to_be_visible()
    expect(organiser.page.get_by_role("link", name=re.compile("迁移"))).to_have_count(0)
