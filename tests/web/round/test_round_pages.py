from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Extension, PendingStart, Round, UserTask
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.definition import deployments
from tests.engine.sketch import draw
from tests.web.browser import Browser, Page, count_statements

Browse = Callable[..., Browser]


def test_the_round_page_shows_stages_funnel_and_quotas(browse: Browse) -> None:
    page = browse("shiwei").get("/rounds/1")

    assert page.status == 200
    assert page.all(r'<li class="(?:done|active)?"[^>]*>(\w+)') == [
        "筹备", "申报推荐", "资格审查", "联合会审", "社会公示", "综合评定", "已公布",
    ]  # fmt: skip
    assert level_totals(page) == ["3", "5", "4"]
    assert page.all(r"<tfoot>.*?合计</th>(.*?)</tr>")[0].count("110") == 6
    assert "4 ／ 660" in page.text
    assert "差额 10 9.09%" in page.text


def level_totals(page: Page) -> list[str]:
    """Read the sums of the table of statuses."""
    [section] = page.all(r'(<section class="card mb-3" id="progress">.*?</section>)')
    return re.findall(r"<strong><a [^>]*>(\d+)</a></strong>", section)


def test_every_number_opens_the_list_it_counts(browse: Browse) -> None:
    browser = browse("shiwei")
    page = browser.get("/rounds/1")

    links = page.all(r'<a (?:class="text-reset" )?href="(/nominations\?[^"]+)">(?=\d+</a>)')
    numbers = page.all(r'<a (?:class="text-reset" )?href="/nominations\?[^"]+">(\d+)</a>')
    listed = [browser.get(link).all(r'data-href="(/nominations/\d+)"') for link in links]

    assert len(links) > 20
    assert [len(rows) for rows in listed] == [int(number) for number in numbers]


def test_the_charts_carry_the_numbers_of_the_tables(browse: Browse) -> None:
    charts = [json.loads(text) for text in browse("shiwei").get("/rounds/1").all(r'data-chart="([^"]*)"')]

    levels, units, places, sexes, dates = charts
    sums = [sum(one["data"][row]["value"] for one in levels["series"]) for row in range(3)]
    assert (levels["rows"], sums) == (["填报中", "推荐中", "资格审查中"], [3, 5, 4])
    assert [one["data"][2]["value"] for one in units["series"]] == [0, 4, 0, 0]
    assert [(one["name"], one["data"][2]["value"]) for one in places["series"]] == [("已用", 4), ("剩余", 86)]
    assert sum(one["data"][-1]["value"] for one in sexes["series"]) == 12
    assert (dates["rows"], dates["spans"][1]["due"]) == (["筹备", "申报推荐"], "2024-03-26T00:00:00+08:00")


def test_a_list_says_what_else_it_is_narrowed_to_and_lets_go_of_it(browse: Browse) -> None:
    page = browse("shiwei").get("/nominations?round=1&phase=running&sex=男&place=1")

    assert page.all(r'aria-label="不再限于：([^"]+)"') == ["仍在评选中", "男", "占用推荐名额"]
    [without] = page.all(r'href="([^"]+)" aria-label="不再限于：男"')
    assert without == "/nominations?round=1&phase=running&place=1"
    assert len(page.all(r'data-href="(/nominations/\d+)"')) == 4


def test_keeping_the_numbers_current_keeps_nobody_logged_in(browse: Browse, wall: MovableClock) -> None:
    browser = browse("shiwei")

    statuses = []
    for _ in range(2):
        wall.move(minutes=20)
        statuses.append(browser.get("/rounds/1?live=1").status)

    assert statuses == [200, 302]


def test_the_organiser_alone_sees_late_units_and_forms(browse: Browse) -> None:
    organiser, recommender = browse("shiwei").get("/rounds/1"), browse("liyang").get("/rounds/1")

    assert "尚未报齐的单位" in organiser.text
    assert "8 份未完成" in organiser.text
    assert organiser.text.count("还没有申报") == 6
    assert "尚未报齐的单位" not in recommender.text
    assert "为一个单位办理延期" not in recommender.text


def test_a_recommender_counts_only_what_he_may_see(browse: Browse) -> None:
    assert level_totals(browse("liyang").get("/rounds/1")) == ["3", "5"]
    assert level_totals(browse("wujin").get("/rounds/1")) == ["4"]


def test_a_deadline_moves_with_a_reason(browse: Browse, ctx: Context) -> None:
    browser = browse("shiwei")

    page = browser.post("/rounds/1/dates", {"stage": "submission", "due": "2024-03-29", "reason": "各地来电"})

    assert (page.status, page.location) == (302, "/rounds/1#dates")
    assert "2024年3月29日 24:00" in browser.get("/rounds/1").text
    query = select(UserTask.due_date).where(UserTask.element_id == "fill_in_form", UserTask.status == "open")
    assert set(ctx.session.scalars(query)) == {datetime(2024, 3, 29, 16, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"stage": "submission", "due": "2024-03-29", "reason": " "}, "请填写调整原因"),
        ({"stage": "submission", "due": "nonsense", "reason": "x"}, "日期写法不对"),
        ({"stage": "submission", "due": "2024-03-01", "reason": "x"}, "新的截止时间必须晚于现在"),
        ({"stage": "submission", "due": "2042-03-29", "reason": "x"}, "没有 2042 年的放假调休安排"),
        ({"stage": "submission", "due": "2042-03-29", "reason": "x"}, "没有 2042 年的工作日历，请核对年份"),
        ({"stage": "review", "due": "2024-03-29", "reason": "x"}, "请选择阶段"),
    ],
)
def test_a_wrong_date_is_refused_in_place(
    browse: Browse, ctx: Context, data: dict[str, str], sentence: str
) -> None:
    page = browse("shiwei").post("/rounds/1/dates", data)

    assert page.status == 422
    assert sentence in page.text
    assert '<details class="list-group-item" open>' in page.html
    assert ctx.session.get_one(Round, 1).dates["submission"]["due"].startswith("2024-03-26T00:00")


def test_an_extension_of_a_unit_is_listed(browse: Browse, ctx: Context) -> None:
    browser = browse("shiwei")
    unit = browser.get("/rounds/1").all(r'<option value="(共青团金坛区委[^"]*)">')[0]
    data = {"stage": "submission", "unit": unit, "until": "2024-03-28", "reason": "网络故障"}

    page = browser.post("/rounds/1/extensions", data)
    unknown = browser.post("/rounds/1/extensions", {**data, "unit": "1"})
    typed = browser.post("/rounds/1/extensions", {**data, "until": "2042-03-28"})

    assert (page.status, unknown.status, typed.status) == (302, 422, 422)
    assert "没有 2042 年的放假调休安排" in typed.text
    assert "共青团金坛区委 延至 3月28日 24:00 网络故障" in browser.get("/rounds/1").text
    assert ctx.session.scalars(select(Extension.reason)).all() == ["网络故障"]


@pytest.mark.parametrize("path", ["/rounds/1/dates", "/rounds/1/extensions", "/rounds/1/events"])
@pytest.mark.parametrize("login", ["liyang", "tuanzhibu", "xiaoming", "admin"])
def test_only_the_organiser_changes_dates(browse: Browse, path: str, login: str) -> None:
    assert browse(login).post(path, {}).status == 403


def test_a_round_is_opened_once(browse: Browse, clock: MovableClock) -> None:
    clock.move(days=360)
    browser = browse("shiwei")
    data = {"programme": "changzhou-good-youth", "year": "2025", "label": ""}

    first, second = browser.post("/rounds/new", data), browser.post("/rounds/new", data)

    assert (first.status, first.location) == (302, "/rounds/2")
    assert second.status == 409
    assert "已经存在" in second.text
    assert "2025年3月25日 24:00" in browser.get("/rounds").text


@pytest.mark.parametrize(("field", "value"), [("year", "24"), ("programme", "nope")])
def test_a_round_without_programme_or_year_is_refused(browse: Browse, field: str, value: str) -> None:
    data = {"programme": "changzhou-good-youth", "year": "2025", field: value}

    page = browse("admin").post("/rounds/new", data)

    assert page.status == 422
    assert page.all(r'class="form-\w+ is-invalid" id="f-(\w+)"') == [field]


def test_the_round_page_costs_the_same_however_many_nominations(browse: Browse, service: Runtime) -> None:
    browser = browse("shiwei")
    browser.get("/rounds/1")

    with count_statements(service.engine) as sent:
        browser.get("/rounds/1")

    assert len(sent) <= 27


DRILL = """
start on_drill signal drill
user A groups=clerk@organiser
on_drill -> A
start on_question message question key="=about"
user B groups=clerk@organiser
on_question -> B
"""


def test_an_organiser_gives_a_signal_that_begins_a_process(browse: Browse, ctx: Context) -> None:
    deployments.publish(ctx, "changzhou-good-youth", draw(drill=DRILL), {})
    ctx.session.commit()
    browser = browse("shiwei")
    before = browser.get("/rounds/1").text
    data = {"event": "signal:drill", "reason": "演练"}

    given, after = browser.post("/rounds/1/events", data), browser.get("/rounds/1").text
    unknown = browser.post("/rounds/1/events", {**data, "event": "signal:submission_closed"})
    nonsense = browser.post("/rounds/1/events", {**data, "event": "drill"})
    no_reason = browser.post("/rounds/1/events", {**data, "reason": " "})

    assert "信号“on_drill”：0 处在等，开始 1 个流程" in before
    assert [page.status for page in (given, unknown, nonsense, no_reason)] == [302, 409, 422, 422]
    assert "已发出：0 处收到，开始 1 个流程。" in after
    assert [(one.process_id, one.round_id) for one in ctx.session.scalars(select(PendingStart))] == [
        ("drill", 1)
    ]


def test_a_process_that_could_not_begin_is_named(browse: Browse, ctx: Context) -> None:
    deployment = deployments.publish(ctx, "changzhou-good-youth", draw(drill=DRILL), {})
    place = {"process_id": "drill", "element_id": "on_drill", "kind": "signal", "name": "drill"}
    failed = {"attempts": 1, "last_error": "Faulted: 时间无效", "try_at": ctx.now}
    ctx.session.add(PendingStart(round_id=1, deployment_id=deployment.id, **place, **failed))
    ctx.session.commit()

    page = browse("shiwei").get("/rounds/1").text

    assert "由“drill”开始的流程没有启动，会自动再试 Faulted: 时间无效" in page
