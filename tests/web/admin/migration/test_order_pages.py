"""An order: who moves, who stays and why, stopping it and moving back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Select, select

from service.models import Migration, TaskStatus, UserTask
from service.web.admin import migrations
from service.web.frame import words
from service.wire import Runtime
from tests.web.admin.migration.conftest import (
    BASE,
    NAME,
    STEP,
    Form,
    figures,
    look,
    order,
    run,
    try_out,
    versions_of,
)
from tests.web.browser import Browser, Page


def test_instances_move_and_those_that_cannot_stay_with_their_reason(
    admin: Browser, redrawn: Runtime
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
    admin: Browser, redrawn: Runtime
) -> None:
    order(admin, **{f"to-{STEP}": "map:district_says"})
    run(redrawn)
    with redrawn.wiring.reading() as ctx:
        passed = ctx.session.scalars(passed_the_league()).all()[0]

    trail = admin.get(f"/instances/{passed.instance_id}").text

    assert "迁移到另一版流程图 → 第 2 版 · 市里改了安排" in trail
    assert "办结“所在单位团组织意见”：同意" in trail


def test_a_done_task_keeps_its_word_when_its_step_is_gone(admin: Browser, redrawn: Runtime) -> None:
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
    admin: Browser, redrawn: Runtime
) -> None:
    order(admin, deadlines="recompute", **{f"to-{STEP}": "map:district_says"})

    run(redrawn)

    assert versions_of(redrawn) == {2: 13}


def test_a_second_migration_waits_for_the_first(admin: Browser, redrawn: Runtime) -> None:
    order(admin)

    trial, second = try_out(admin), order(admin)

    assert "第 1 版到第 2 版的迁移还没有办完" in trial.text
    assert second.status == 409
    assert "请等它办完，或先停止它" in second.text
    assert look(redrawn, Migration.id) == [(1,)]


def test_stopping_leaves_the_rest_where_it_is(admin: Browser, redrawn: Runtime) -> None:
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


def test_instances_move_back(admin: Browser, redrawn: Runtime) -> None:
    choice = {f"to-{STEP}": "map:district_says"}
    order(admin, **choice)
    run(redrawn)

    back = Form(admin.get(f"{BASE}/new?source=2&target=1")).sent
    tried = Form(admin.post(f"{BASE}/trial", {**back, "to-district_says": f"map:{STEP}"})).sent
    admin.post(BASE, {**tried, "reason": "改回"})
    run(redrawn)

    assert versions_of(redrawn) == {1: 13}


def test_lists_are_paged(admin: Browser, redrawn: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
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
