"""Moving running instances to another version by the pages: plan, dry run, order, progress, stop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select

from service.models import Migration, TaskStatus, UserTask
from service.programmes import wiring
from service.programmes.diagram import diagrams
from service.scheduler import migrations as duty
from service.web.admin import migrations
from service.web.frame import words
from service.wire import Service
from service.workflow.definition import deployments
from tests.web.browser import Browser, Page, count_statements

Browse = Callable[..., Browser]
KEY = "changzhou-good-youth"
BASE = f"/modeler/{KEY}/migrations"
DIAGRAM = (Path(__file__).parents[3] / "processes" / KEY / f"{KEY}.bpmn").read_text(encoding="utf-8")
STEP, NAME = "recommender_opinion", "推荐单位团组织意见"
#: 3 wait at the league's opinion, found again by its name, 2 at the recommender's, which is not
REDRAWN = (
    DIAGRAM.replace("workplace_league_opinion", "league_says")
    .replace(f'"{STEP}"', '"district_says"')
    .replace(f">{STEP}<", ">district_says<")
    .replace(f'name="{NAME}"', 'name="区县意见"')
    .replace("03-25&#34;)", "03-28&#34;)")
)


def publish(service: Service, diagram: str) -> None:
    with service.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, KEY)
        deployments.publish(ctx, KEY, diagram.encode(), pack.forms, pack.decisions, note="改")


@pytest.fixture
def redrawn(service: Service) -> Service:
    """A second version, to which all 13 instances of the demonstration could be moved."""
    publish(service, REDRAWN)
    return service


@pytest.fixture
def admin(redrawn: Service, browse: Browse) -> Browser:
    return browse("admin")


class Form(HTMLParser):
    """The form that a page sends on: what its fields hold, and of each select what may be chosen."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self._select = ""
        self._is_inside = False
        self.feed(page.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = told.get("method") == "post" and "/migrations" in told["action"]
        elif self._is_inside and tag == "select":
            self._select = told["name"]
            self.options[self._select] = []
        elif self._is_inside and tag == "option":
            self.options[self._select].append(told["value"])
            if "selected" in told:
                self.sent[self._select] = told["value"]
        elif self._is_inside and tag == "input" and (told.get("type") != "radio" or "checked" in told):
            self.sent[told["name"]] = told["value"]


def propose(admin: Browser, **changes: str) -> dict[str, str]:
    """Return the plan as it is proposed, but for some fields."""
    return {**Form(admin.get(f"{BASE}/new")).sent, **changes}


def try_out(admin: Browser, **changes: str) -> Page:
    return admin.post(f"{BASE}/trial", propose(admin, **changes))


def order(admin: Browser, reason: str = "市里改了安排", **changes: str) -> Page:
    """Try the proposed plan out, then order it."""
    return admin.post(BASE, {**Form(try_out(admin, **changes)).sent, "reason": reason})


def figures(page: Page) -> list[tuple[str, str]]:
    """Return the numbers at the top and what they count."""
    return page.all(r'<div class="h1[^"]*">(\d+)</div><div class="[^"]*">([^<]+)</div>')


def look(service: Service, *columns: Any) -> list[tuple[Any, ...]]:
    with service.wiring.reading() as ctx:
        return [tuple(row) for row in ctx.session.execute(select(*columns))]


def versions_of(service: Service) -> Counter[int]:
    """Return how many running instances each version has."""
    with service.wiring.reading() as ctx:
        return Counter({one.number: one.active for one in diagrams.list_versions(ctx, KEY) if one.active})


def run(service: Service) -> None:
    """Let the scheduler do what was ordered, and close the order."""
    while duty.run_once(service.wiring):
        pass


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
        "map:notice_window",
        "move:submission_deadline",
        "move:open_joint_review",
        "move:publish_candidates",
        "move:notice_window",
        "move:confirm_awards",
        "cancel",
    ]
    assert {"map:district_says", "move:fill_in_form", "cancel"} <= set(offered[f"to-{STEP}"])
    assert "map:fill_in_form" in offered[f"to-{STEP}"]


def test_a_dry_run_tells_and_changes_nothing(admin: Browser, redrawn: Service) -> None:
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


def test_those_that_reached_a_step_can_be_left_out(admin: Browser, redrawn: Service) -> None:
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


def test_instances_move_and_those_that_cannot_stay_with_their_reason(
    admin: Browser, redrawn: Service
) -> None:
    ordered = order(admin)
    waiting = admin.get(ordered.location)
    run(redrawn)
    done = admin.get(ordered.location)

    assert ordered.location == f"{BASE}/1"
    assert figures(waiting) == [("0", "已迁移"), ("13", "等待迁移"), ("0", "留在原版")]
    assert waiting.all(r'hx-get="([^"]*)"[^>]*hx-trigger="every 2s"') == [f"{BASE}/1?status=all"]
    assert figures(done) == [("11", "已迁移"), ("0", "等待迁移"), ("2", "留在原版")]
    assert "hx-get" not in done.html
    assert done.text.count(f"「{NAME}」（{STEP}）正在进行，方案没有写明它在新图里怎么办 办法：") == 2
    assert versions_of(redrawn) == {1: 2, 2: 11}
    assert "第 1 版 → 第 2 版" in admin.get(BASE).text
    assert admin.get(f"{BASE}/1?status=moved").text.count("已迁移 ") == 12


def test_a_moved_instance_tells_so_and_still_names_the_steps_of_its_old_version(
    admin: Browser, redrawn: Service
) -> None:
    order(admin, **{f"to-{STEP}": "map:district_says"})
    run(redrawn)
    with redrawn.wiring.reading() as ctx:
        passed = ctx.session.scalars(passed_the_league()).all()[0]

    trail = admin.get(f"/instances/{passed.instance_id}").text

    assert "迁移到另一版流程图 → 第 2 版 · 市里改了安排" in trail
    assert "办结“所在单位团组织意见”：同意" in trail


def test_a_done_task_keeps_its_word_when_its_step_is_gone(admin: Browser, redrawn: Service) -> None:
    order(admin, **{f"to-{STEP}": "map:district_says"})
    run(redrawn)

    with redrawn.wiring.reading() as ctx:
        done = list(ctx.session.scalars(passed_the_league()))
        told = words.of_outcomes(ctx, done)

    assert told == {task.id: "同意" for task in done}
    assert len(done) > 1


def passed_the_league() -> Select[tuple[UserTask]]:
    """Return the tasks that were done while the league's step had its old id."""
    done = (UserTask.element_id == "workplace_league_opinion", UserTask.status == TaskStatus.COMPLETED)
    return select(UserTask).where(*done).order_by(UserTask.id)


def test_a_round_that_waits_for_its_timer_alone_moves_with_its_deadline_counted_anew(
    admin: Browser, redrawn: Service
) -> None:
    order(admin, deadlines="recompute", **{f"to-{STEP}": "map:district_says"})

    run(redrawn)

    assert versions_of(redrawn) == {2: 13}


def test_an_order_needs_a_reason(admin: Browser, redrawn: Service) -> None:
    refused = order(admin, reason="", **{f"to-{STEP}": "map:district_says"})

    assert refused.status == 422
    assert "请填写迁移的原因。" in refused.text
    assert 'class="form-control is-invalid" id="f-reason"' in refused.html
    assert Form(refused).sent[f"to-{STEP}"] == "map:district_says"
    assert look(redrawn, Migration.id) == []


def test_a_plan_that_was_not_tried_out_is_not_ordered(admin: Browser, redrawn: Service) -> None:
    tried = Form(try_out(admin)).sent

    refused = admin.post(BASE, {**tried, f"to-{STEP}": "cancel", "reason": "改期"})

    assert refused.status == 409
    assert "方案在试算之后改过，请重新试算" in refused.text
    assert Form(refused).sent["plan_hash"] != tried["plan_hash"]
    assert Form(refused).sent["reason"] == "改期"
    assert look(redrawn, Migration.id) == []


def test_a_second_migration_waits_for_the_first(admin: Browser, redrawn: Service) -> None:
    order(admin)

    trial, second = try_out(admin), order(admin)

    assert "第 1 版到第 2 版的迁移还没有办完" in trial.text
    assert second.status == 409
    assert "请等它办完，或先停止它" in second.text
    assert look(redrawn, Migration.id) == [(1,)]


def test_stopping_leaves_the_rest_where_it_is(admin: Browser, redrawn: Service) -> None:
    order(admin)

    stopped = admin.post(f"{BASE}/1/stop")
    page = admin.get(stopped.location)
    again = admin.get(admin.post(f"{BASE}/1/stop").location)
    run(redrawn)

    assert "已停止，13 个尚未迁移的实例留在原来的版本。" in page.text
    assert figures(page) == [("0", "已迁移"), ("0", "等待迁移"), ("13", "留在原版")]
    assert "停止了这次迁移。" in page.text
    assert "已经没有等着迁移的实例。" in again.text
    assert versions_of(redrawn) == {1: 13}


def test_instances_move_back(admin: Browser, redrawn: Service) -> None:
    choice = {f"to-{STEP}": "map:district_says"}
    order(admin, **choice)
    run(redrawn)

    back = Form(admin.get(f"{BASE}/new?source=2&target=1")).sent
    tried = Form(admin.post(f"{BASE}/trial", {**back, "to-district_says": f"map:{STEP}"})).sent
    admin.post(BASE, {**tried, "reason": "改回"})
    run(redrawn)

    assert versions_of(redrawn) == {1: 13}


def test_where_nothing_runs_an_older_version_there_is_nothing_to_move(
    browse: Browse, redrawn: Service
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


def test_lists_are_paged(admin: Browser, redrawn: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "SHOWN", 4)
    tried = try_out(admin)
    second = admin.post(f"{BASE}/trial", {**Form(tried).sent, "turn": "warn:2"})
    order(admin)
    first = admin.get(f"{BASE}/1")
    following = admin.get(first.all(r'rel="next" href="([^"]*)"')[0])

    assert count_rows(tried, "warn") == (4, ["warn:2"])
    assert count_rows(second, "warn") == (2, ["warn:1"])
    assert count_rows(second, "ok") == (4, ["ok:2"])
    titles = [page.all(r'id="instance-(\d+)"') for page in (first, following)]
    assert titles == [["1", "2", "3", "4"], ["5", "6", "7", "8"]]


def count_rows(page: Page, level: str) -> tuple[int, list[str]]:
    """Return how many rows a list of the report shows, and where one can turn to."""
    part = page.html[page.html.index(f'id="{level}"') :].partition("</section>")[0]
    return part.count('<td class="title">'), re.findall(r'name="turn" value="([^"]*)"', part)


@pytest.mark.parametrize("login", ["shiwei", "liyang", "xiaoming"])
def test_only_administrators_move_instances(browse: Browse, redrawn: Service, login: str) -> None:
    browser = browse(login)

    pages = [browser.get(path) for path in (BASE, f"{BASE}/new", f"{BASE}/1")]
    posts = [browser.post(path) for path in (BASE, f"{BASE}/new", f"{BASE}/trial", f"{BASE}/1/stop")]

    assert [page.status for page in (*pages, *posts)] == [403] * 7
    assert "只有系统管理员可以迁移运行中的实例。" in pages[0].text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/modeler/nope/migrations", 404),
        (f"{BASE}/7", 404),
        (f"{BASE}/new?source=1&target=9", 404),
        (f"{BASE}/new?source=1&target=1", 409),
    ],
)
def test_what_is_not_there_gets_a_sentence(admin: Browser, path: str, status: int) -> None:
    assert admin.get(path).status == status


def test_a_choice_nobody_offered_is_refused(admin: Browser) -> None:
    refused = try_out(admin, **{f"to-{STEP}": "delete:everything"})

    assert (refused.status, "处理方式“delete:everything”无法识别" in refused.text) == (422, True)


def test_pages_ask_the_database_no_more_for_more_instances(admin: Browser, redrawn: Service) -> None:
    order(admin)
    asked = []
    for width in (1, 3):
        with pytest.MonkeyPatch.context() as patch, count_statements(redrawn.engine) as sent:
            patch.setattr(migrations, "SHOWN", width)
            admin.get(f"{BASE}/1")
        asked.append(len(sent))

    assert asked[0] == asked[1]


def test_the_list_of_orders_asks_no_more_for_more_of_them(admin: Browser, redrawn: Service) -> None:
    asked = []
    for _ in range(3):
        order(admin)
        admin.post(f"{BASE}/1/stop")
        with count_statements(redrawn.engine) as sent:
            admin.get(BASE)
        asked.append(len(sent))

    assert asked == asked[:1] * 3
