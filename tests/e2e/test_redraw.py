"""Redrawing the diagram in the browser: the next nomination takes the new way, those that run keep theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.test_walk import fill_in, nominate
from tests.e2e.visitor import Visitor, write_photos

Visit = Callable[..., Visitor]

WHO = "诸葛新程"
DIAGRAM = Path(__file__).parents[2] / "processes/changzhou-good-youth/changzhou-good-youth.bpmn"


def test_the_next_nomination_takes_the_new_way(visit: Visit, tmp_path: Path) -> None:
    admin, league, district, head = visit("admin"), visit("tuanzhibu"), visit("liyang"), visit("dangzhibu")

    remove_step(admin, "workplace_opinion", "所在单位意见并入团组织意见")
    nominate(league, WHO)
    fill_in(league, WHO, write_photos(tmp_path))
    league.open_task(WHO, "所在单位团组织意见")
    league.fill("意见", "同意推荐。")
    league.decide("同意")

    assert district.has_task(WHO, "推荐单位团组织意见")
    running = first_waiting(league, "所在单位团组织意见")
    league.open_task(running, "所在单位团组织意见")
    league.fill("意见", "同意推荐。")
    league.decide("同意")
    assert head.has_task(running, "所在单位意见")


def test_a_diagram_that_cannot_run_is_refused_with_the_element(visit: Visit, tmp_path: Path) -> None:
    admin = visit("admin")
    drawn = DIAGRAM.read_text(encoding="utf-8")
    file = tmp_path / "elsewhere.bpmn"
    file.write_text(drawn.replace("recommender@recommender", "somebody@recommender"), encoding="utf-8")
    open_modeler(admin)

    with admin.page.expect_file_chooser() as chooser:
        admin.page.locator("#open").click()
    chooser.value.set_files(file)
    admin.page.locator("#check").click()

    expect(admin.page.locator("#problems")).to_contain_text(
        "“推荐单位团组织意见”的角色 somebody 没有人可以担任"
    )


def open_modeler(admin: Visitor) -> None:
    admin.go("/modeler/changzhou-good-youth")
    expect(admin.page.locator("[data-element-id=recommender_opinion]")).to_be_visible()


def select(admin: Visitor, element_id: str) -> None:
    """Select an element of the drawing, however small it is drawn."""
    admin.page.locator(f"g.djs-element[data-element-id={element_id}] > .djs-hit").first.click(force=True)


def remove_step(admin: Visitor, element_id: str, note: str) -> None:
    """Delete a step: the modeler joins what came before to what comes after. Then publish."""
    open_modeler(admin)
    select(admin, element_id)
    admin.page.keyboard.press("Delete")
    expect(admin.page.locator(f"[data-element-id={element_id}]")).to_have_count(0)
    admin.page.get_by_label("发布说明").fill(note)
    admin.page.locator("#publish").click()
    yes = admin.page.locator("dialog.xs-dialog button[value=yes]")
    if yes.count():
        yes.click()
    expect(admin.page.locator("#notices")).to_contain_text("已发布为第 2 版")
    expect(admin.page.locator("#opened-version")).to_have_text("第 2 版")
    expect(admin.page.get_by_label("发布说明")).to_have_value("")


def first_waiting(league: Visitor, step: str) -> str:
    """Return who of the demonstration's own nominees waits at a step."""
    league.go("/")
    row = league.page.locator("tbody tr", has_text=step).first
    return row.inner_text().split(" · ")[0].strip()


def test_a_button_of_the_panel_stays_under_the_mouse_that_comes_to_it(visit: Visit) -> None:
    admin = visit("admin")
    open_modeler(admin)
    select(admin, "take_quota")
    group = admin.page.locator(".bio-properties-panel-group-header", has_text="输入映射")
    plus = group.locator("button.bio-properties-panel-add-entry")
    before = plus.bounding_box()
    assert before is not None

    admin.page.mouse.move(before["x"] + 3, before["y"] + before["height"] / 2, steps=5)
    widths = []
    for _ in range(5):
        admin.page.wait_for_timeout(100)
        widths.append((plus.bounding_box() or before)["width"])
    admin.page.mouse.down()
    admin.page.mouse.up()

    # the word 新增 is shown, and stays: a button that shrinks away from the mouse takes it back again
    assert len(set(widths)) == 1
    assert widths[0] > before["width"]
    expect(group).to_contain_text("1")
