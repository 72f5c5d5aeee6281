"""The page of a round's places: giving them on, reporting people, and who has nobody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import HeadCount, Nomination, Quota, Round, Unit
from service.programmes.account import pack_units
from service.programmes.award import awards
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.round import allotments, rounds
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def selection(service: Runtime, clock: MovableClock) -> int:
    """A demonstration round of the selection by ratio, opened in its own year; its id."""
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs["thousand-good-youth"]
    now = clock()
    clock.move_to(read_demo(pack.demo).start)
    with service.wiring.transaction() as ctx:
        opened = demonstration.set_up(ctx, pack).id
    clock.move_to(now)
    return opened


def quota_of(ctx: Context, code: str) -> Quota:
    query = select(Quota).join(Unit).where(Unit.code == code, Quota.category == "production_management")
    return ctx.session.scalars(query).one()


def unit_id(ctx: Context, code: str) -> int:
    return ctx.session.scalars(select(Unit.id).where(Unit.code == code)).one()


def test_a_recommender_gives_places_on(browse: Browse, ctx: Context) -> None:
    browser, quota = browse("liyang"), quota_of(ctx, "liyang").id

    page = browser.post(
        "/rounds/1/places/allotments",
        {"quota": quota, "unit": unit_id(ctx, "liyang-qingfeng"), "places": "4"},
    )

    assert (page.status, page.location) == (302, "/rounds/1/places")
    shown = browser.get(f"/rounds/1/places?quota={quota}").text
    assert "共青团溧阳市委有 10 个，已分给下级 4 个，自己已用 0 个。" in shown
    assert "青锋精密机械有限公司（演示）" in shown


def test_a_recommender_takes_back_what_is_not_used(browse: Browse, ctx: Context) -> None:
    browser = browse("liyang")
    data = {"quota": quota_of(ctx, "liyang").id, "unit": unit_id(ctx, "liyang-qingfeng")}
    browser.post("/rounds/1/places/allotments", data | {"places": "0"})

    page = browser.post("/rounds/1/places/allotments/withdrawal", data)
    again = browser.post("/rounds/1/places/allotments/withdrawal", data)

    assert (page.status, page.location) == (302, f"/rounds/1/places?quota={data['quota']}")
    assert (again.status, "请从列表中选择" in again.text) == (422, True)
    assert browse("wujin").post("/rounds/1/places/allotments/withdrawal", data).status == 404


@pytest.mark.parametrize(
    ("places", "sentence"),
    [("11", "没有这么多可以分配的名额"), ("many", "请填写 0 或更大的整数"), ("", "请填写 0 或更大的整数")],
)
def test_places_that_cannot_be_given_are_refused_on_the_page(
    browse: Browse, ctx: Context, places: str, sentence: str
) -> None:
    data = {"quota": quota_of(ctx, "liyang").id, "unit": unit_id(ctx, "liyang-qingfeng"), "places": places}

    page = browse("liyang").post("/rounds/1/places/allotments", data)

    assert page.status in (409, 422)
    assert sentence in page.text


def test_nobody_gives_the_places_of_another_on(browse: Browse, ctx: Context) -> None:
    data = {"quota": quota_of(ctx, "liyang").id, "unit": unit_id(ctx, "liyang-qingfeng"), "places": "1"}

    assert browse("wujin").post("/rounds/1/places/allotments", data).status == 404
    assert browse("tuanzhibu").post("/rounds/1/places/allotments", data).status == 404


def test_a_unit_reports_its_people(browse: Browse, selection: int, ctx: Context) -> None:
    browser = browse("xiangmu-tuan")
    place = unit_id(ctx, "sxgz-1-2")

    page = browser.post(f"/rounds/{selection}/places/head-counts", {"unit": place, "number": "41"})

    assert (page.status, page.location) == (302, f"/rounds/{selection}/places")
    ctx.session.rollback()  # it read before
    number = select(HeadCount.number).where(HeadCount.unit_id == place)
    assert ctx.session.scalar(number) == 41
    assert "覆盖情况" not in browser.get(f"/rounds/{selection}/places").text


def test_a_unit_does_not_report_for_another(browse: Browse, selection: int, ctx: Context) -> None:
    data = {"unit": unit_id(ctx, "sxgz-1-3"), "number": "41"}

    page = browse("xiangmu-tuan").post(f"/rounds/{selection}/places/head-counts", data)

    assert page.status == 422
    assert "请选择单位。" in page.text


def test_n67_the_organiser_sees_who_has_nobody(browse: Browse, selection: int) -> None:
    page = browse("sxtuanshiwei").get(f"/rounds/{selection}/places")

    assert page.status == 200
    assert "机关和国有企业全覆盖 139 个单位还没有人选，共 140 个单位；人选 2 名" in page.text
    assert "各区、县（市）两新领域 5 个单位还没有人选，共 6 个单位；人选 2 名" in page.text
    assert "合计 0／1000 0／1000 1000" in page.text


@pytest.mark.parametrize(
    ("login", "number", "columns"),
    [
        ("shiwei", 0, ["单位", "人选"]),
        ("sxtuanshiwei", 1, ["单位", "青年人数", "名额", "人选"]),
    ],
)
def test_head_counts_stand_beside_the_units_only_where_places_come_from_them(
    browse: Browse, selection: int, login: str, number: int, columns: list[str]
) -> None:
    page = browse(login).get(f"/rounds/{(1, selection)[number]}/places").html

    coverage = page[page.index('id="coverage-1"') :]
    assert re.findall(r"<th>([^<]+)</th>", coverage[: coverage.index("</thead>")]) == columns


@pytest.mark.parametrize(
    ("login", "number"),
    [pytest.param("shiwei", 0, id="six categories"), pytest.param("sxtuanshiwei", 1, id="two hundred units")],
)
def test_a_large_table_has_the_whole_width(browse: Browse, selection: int, login: str, number: int) -> None:
    page = browse(login).get(f"/rounds/{(1, selection)[number]}/places").html

    assert width_of_table(page) == ["col-12"]


def test_a_small_table_stands_beside_what_is_to_be_done(browse: Browse, service: Runtime) -> None:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs["longcheng-craftsmen"]
    with service.wiring.transaction() as ctx:
        pack_units.load(ctx, pack.units)
        opened = rounds.open_round(ctx, pack, label="2024").id

    page = browse("admin").get(f"/rounds/{opened}/places").html

    assert width_of_table(page) == ["col-lg-7"]


def width_of_table(page: str) -> list[str]:
    return re.findall(r'<div class="([^"]+)">\s*<section class="card mb-3" id="quotas"', page)


def test_n65_round_says_how_many_hold_the_title_of_a_thousand_or_more(
    browse: Browse, selection: int, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        of_round = select(Nomination).where(Nomination.round_id == selection)
        awards.grant(ctx, ctx.session.scalars(of_round.limit(1)).one())

    page = browse("sxtuanshiwei").get(f"/rounds/{selection}")

    assert "已授称号 1 1 应有 1000 名以上" in page.text


def a_unit(ctx: Context, above: Unit, code: str, name: str) -> Unit:
    unit = Unit(code=code, name=name, level="单位", parent_id=above.id, path=f"{above.path}{code}/")
    ctx.session.add(unit)
    ctx.session.flush()
    return unit


def test_places_given_on_and_on_show_a_line_for_every_unit_they_came_through(
    browse: Browse, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        above = ctx.session.scalars(select(Unit).where(Unit.code == "liyang-qingfeng")).one()
        shop = a_unit(ctx, above, "workshop", "第一车间（演示）")
        team = a_unit(ctx, shop, "team", "第一班组（演示）")
        entry, top = ctx.session.get_one(Round, 1), quota_of(ctx, "liyang")
        other = select(Quota).where(Quota.unit_id == top.unit_id, Quota.category == "work_safety")
        middle = allotments.allot(ctx, entry, top, above, 4)
        allotments.allot(ctx, entry, allotments.allot(ctx, entry, middle, shop, 3), team, 1)
        allotments.allot(ctx, entry, ctx.session.scalars(other).one(), shop, 2)

    page = browse("shiwei").get("/rounds/1/places")
    [table] = page.all(r'<table class="table card-table table-quota">(.*?)</table>')
    named = r'<div class="d-flex">((?:<span class="indent[^>]*></span>)+)<span>([^<]+)</span>'
    rows = re.findall(rf"{named}.*?<td>(\d+／\d+)</td>", table, re.DOTALL)

    assert [(indent.count("indent"), name, used) for indent, name, used in rows] == [
        (1, "青锋精密机械有限公司（演示）", "0／4"),
        (2, "第一车间（演示）", "0／3"),
        (3, "第一班组（演示）", "0／1"),
        (1, "第一车间（演示）", "0／2"),
    ]
