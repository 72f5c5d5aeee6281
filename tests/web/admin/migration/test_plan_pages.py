"""The plan and its dry run: what is offered, told and changed by choosing."""

from __future__ import annotations

from collections import Counter

from service.models import Migration
from service.wire import Runtime
from tests.web.admin.migration.conftest import (
    BASE,
    NAME,
    STEP,
    Browse,
    Form,
    figures,
    look,
    order,
    run,
    try_out,
    versions_of,
)
from tests.web.browser import Browser


def test_older_versions_that_still_run_lead_to_the_plan(admin: Browser, browse: Browse) -> None:
    listed, organiser = admin.get("/modeler"), browse("shiwei").get("/modeler")

    assert listed.all(rf'href="({BASE}/new[^"]*)"') == [f"{BASE}/new?source=1"]
    assert "13 迁移到当前版本" in listed.text
    assert "/migrations" not in organiser.html


def test_the_plan_begins_where_something_is_open(admin: Browser) -> None:
    page = admin.get(f"{BASE}/new")

    name, number, badge = (
        r"<div><div>([^<]*)</div>",
        r'class="number">(\d+)</td>',
        r'class="badge[^>]*>([^<]*)<',
    )
    rows = page.all(f"{name}.*?{number}.*?{badge}")
    assert rows == [
        ("申报截止", "8", "按编号"),
        ("公安协查", "4", "按编号"),
        ("行业部门征询", "4", "按编号"),
        ("填写推荐表", "3", "按编号"),
        ("所在单位团组织意见", "3", "按名称"),
        (NAME, "2", "没有找到"),
        ("3月25日24:00", "1", "按编号"),
    ]
    assert "有 1 个环节停着实例，在第 2 版里却没有找到对应的" in page.text
    sent = Form(page).sent
    assert (sent["to-workplace_league_opinion"], sent[f"to-{STEP}"]) == ("map:league_says", "")
    folded = page.all(r"编号没有变的环节（(\d+) 个，一一对应）")
    assert [len([name for name in sent if name.startswith("to-")]) - len(rows)] == [
        int(one) for one in folded
    ]


def test_only_what_could_take_its_place_is_offered(admin: Browser) -> None:
    offered = Form(admin.get(f"{BASE}/new")).options

    choices = offered["to-submission_deadline"]
    assert choices == [
        "",
        "map:submission_deadline",
        "move:submission_deadline",
        "move:open_joint_review",
        "move:submit_list",
        "move:countersign",
        "move:publish_candidates",
        "move:confirm_awards",
        "cancel",
    ]
    assert {"map:district_says", "move:fill_in_form", "cancel"} <= set(offered[f"to-{STEP}"])
    assert "map:fill_in_form" in offered[f"to-{STEP}"]


def test_a_dry_run_tells_and_changes_nothing(admin: Browser, redrawn: Runtime) -> None:
    page = try_out(admin)

    assert figures(page) == [("5", "可以迁移"), ("6", "需要留意"), ("2", "不能迁移")]
    assert page.all(r'href="(#[a-z]+)"\s*><div') == ["#ok", "#warn", "#blocked"]
    blocked = page.html[page.html.index('id="blocked"') : page.html.index('id="warn"')]
    assert blocked.count(f"「{NAME}」（{STEP}）正在进行，方案没有写明它在新图里怎么办") == 2
    assert "办法：在方案里写明它对应新图的哪一步" in blocked
    assert (versions_of(redrawn), look(redrawn, Migration.id)) == ({1: 13}, [])


def test_what_is_chosen_for_a_step_frees_those_that_wait_there(admin: Browser) -> None:
    page = try_out(admin, **{f"to-{STEP}": "map:district_says"})

    assert figures(page)[2] == ("0", "不能迁移")
    assert "没有不能迁移的实例。" in page.text
    assert "逐个迁移这 13 个实例" in page.text


def test_deadlines_counted_anew_are_told_old_and_new(admin: Browser) -> None:
    page = try_out(admin, deadlines="recompute")

    moved = page.all(r"<li>([^：<]*)：<del[^>]*>([^<]*)</del> → <ins[^>]*>([^<]*)</ins>")
    assert Counter(moved) == {
        ("填写推荐表", "3月25日 24:00", "3月28日 24:00"): 3,
        ("所在单位团组织意见", "3月25日 24:00", "3月28日 24:00"): 3,
    }
    assert "全部在办实例 · 期限按新版重新计算" in page.text


def test_those_that_reached_a_step_can_be_left_out(admin: Browser, redrawn: Runtime) -> None:
    trial = try_out(admin, before="workplace_league_opinion")
    ordered = order(admin, before="workplace_league_opinion")
    run(redrawn)

    assert "仅还没有到过“所在单位团组织意见”的实例" in trial.text
    assert "已经到过而不迁移的 9 个" in trial.text
    assert versions_of(redrawn) == {1: 9, 2: 4}
    assert "仅还没有到过“所在单位团组织意见”的实例" in admin.get(ordered.location).text


def test_the_plan_comes_back_as_it_was_chosen(admin: Browser) -> None:
    tried = Form(try_out(admin, deadlines="recompute", **{f"to-{STEP}": "cancel"})).sent

    page = admin.post(f"{BASE}/new", tried)

    sent = Form(page).sent
    assert (sent[f"to-{STEP}"], sent["deadlines"]) == ("cancel", "recompute")
    assert page.text.count("人工选定") == 1


def test_where_nothing_runs_an_older_version_there_is_nothing_to_move(
    browse: Browse, redrawn: Runtime
) -> None:
    admin = browse("admin")

    empty = admin.get(f"{BASE}/new?source=2&target=1")
    order(admin, **{f"to-{STEP}": "map:district_says"})
    run(redrawn)

    assert "第 2 版没有在办的实例。" in empty.text
    assert "在办的实例都用现行的一版。" in admin.get(f"{BASE}/new").text
    assert "迁移到当前版本" not in admin.get("/modeler").text


def test_nothing_was_moved_yet(browse: Browse) -> None:
    page = browse("admin").get(BASE)

    assert "还没有迁移过" in page.text
