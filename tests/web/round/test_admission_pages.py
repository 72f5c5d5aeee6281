"""002-B 推荐单位认定: a department asks on the round's page, the organiser decides, then it recommends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import (
    ANY_CATEGORY,
    Instance,
    InstanceStatus,
    Nomination,
    QuotaKind,
    Round,
    Stage,
    Unit,
    User,
    UserTask,
)
from service.programmes.nomination import starting
from service.programmes.round import admissions, quotas, rounds
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.person import actors, people
from tests.web.browser import Browser, count_statements
from tests.web.conftest import set_up_in

Browse = Callable[..., Browser]

REASON = "我局联系的重点企业有合适人选。"


NOW = datetime(2024, 11, 18, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demonstration of the craftsmen's programme in it, never changed."""
    return set_up_in(tmp_path_factory.mktemp("craftsmen"), "longcheng-craftsmen", NOW)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def craftsmen(service: Runtime) -> int:
    """The round of the craftsmen's programme, which takes nominations; its id."""
    with service.wiring.reading() as ctx:
        return ctx.session.scalars(select(Round.id)).one()


def unit_id(ctx: Context, code: str) -> int:
    return ctx.session.scalars(select(Unit.id).where(Unit.code == code)).one()


def decide(browse: Browse, service: Runtime, outcome: str) -> int:
    with service.wiring.reading() as ctx:
        query = select(UserTask.id).where(
            UserTask.element_id == "decide_admission", UserTask.status == "open"
        )
        task = ctx.session.scalars(query).one()
    return browse("laojing").complete(task, outcome).status


def test_002b_department_asks_and_recommends_once_it_is_admitted(
    browse: Browse, craftsmen: int, service: Runtime
) -> None:
    path = f"/rounds/{craftsmen}/recommenders"
    with service.wiring.reading() as ctx:
        department = unit_id(ctx, "gxj")

    assert browse("gongxin").post(path, {"unit": department, "reason": REASON}).status == 302
    assert "研究中" in browse("gongxin").get(path).text
    assert REASON in browse("laojing").get(path).text
    decide(browse, service, "agree")

    assert "已认定" in browse("gongxin").get(path).text
    with service.wiring.transaction() as ctx:
        entry, unit = rounds.get(ctx, craftsmen), ctx.session.get_one(Unit, department)
        user = ctx.session.scalars(select(User).where(User.login == "gongxin")).one()
        assert "recommender@gxj" in people.groups_of(ctx, user)
        begun = starting.start(ctx, entry, unit=unit, category="craftsman", source="unit", name="演示-人选")
        assert ctx.session.get_one(Nomination, begun.id).recommender.code == "gxj"


def test_002b_refused_department_does_not_recommend_and_may_ask_again(
    browse: Browse, craftsmen: int, service: Runtime
) -> None:
    path = f"/rounds/{craftsmen}/recommenders"
    with service.wiring.reading() as ctx:
        department = unit_id(ctx, "gxj")
    browse("gongxin").post(path, {"unit": department, "reason": REASON})

    assert browse("gongxin").post(path, {"unit": department, "reason": REASON}).status == 409
    decide(browse, service, "refuse")

    assert "未予认定" in browse("gongxin").get(path).text
    assert browse("gongxin").post(path, {"unit": department, "reason": REASON}).status == 302
    with service.wiring.reading() as ctx:
        query = select(Instance.status).where(Instance.process_id == "admission").order_by(Instance.id)
        assert list(ctx.session.scalars(query)) == [InstanceStatus.COMPLETED, InstanceStatus.ACTIVE]


def test_002b_request_is_refused_with_what_is_wrong(browse: Browse, craftsmen: int, service: Runtime) -> None:
    path = f"/rounds/{craftsmen}/recommenders"
    with service.wiring.reading() as ctx:
        department, district = unit_id(ctx, "gxj"), unit_id(ctx, "wujin")

    missing = browse("gongxin").post(path, {"unit": department, "reason": " "})
    assert (missing.status, "请写明申请理由" in missing.text) == (422, True)
    assert browse("gongxin").post(path, {"unit": district, "reason": REASON}).status == 403
    assert browse("wujin").post(path, {"unit": department, "reason": REASON}).status == 403
    assert browse("gongxin").post(path, {"unit": "x", "reason": REASON}).status == 422
    with service.wiring.transaction() as ctx:
        rounds.set_stage(ctx, rounds.get(ctx, craftsmen), Stage.QUALIFICATION)
    closed = browse("gongxin").post(path, {"unit": department, "reason": REASON})
    assert (closed.status, "申报已经截止" in closed.text) == (409, True)


def test_list_of_requests_costs_the_same_however_many_there_are(
    browse: Browse, craftsmen: int, service: Runtime
) -> None:
    browser, costs = browse("laojing"), []
    for codes in (["first"], ["second", "third", "fourth"]):
        for code in codes:
            _ask_for(service, craftsmen, code)
        browser.get(f"/rounds/{craftsmen}/recommenders")
        with count_statements(service.engine) as statements:
            browser.get(f"/rounds/{craftsmen}/recommenders")
        costs.append(len(statements))

    assert costs[0] == costs[1]


def _ask_for(service: Runtime, round_id: int, code: str) -> None:
    with service.wiring.transaction() as ctx:
        entry = rounds.get(ctx, round_id)
        unit = Unit(code=code, name=f"演示-{code}", level="部门", path=f"{entry.organiser.path}{code}/")
        ctx.session.add(unit)
        ctx.session.flush()
        user = ctx.session.scalars(select(User).where(User.login == "gongxin")).one()
        actor = replace(actors.actor_of(ctx, user), groups=frozenset({f"applicant@{code}"}))
        admissions.ask(replace(ctx, actor=actor), entry, unit, REASON)


def test_002b_others_do_not_see_a_request(browse: Browse, craftsmen: int, service: Runtime) -> None:
    path = f"/rounds/{craftsmen}/recommenders"
    with service.wiring.reading() as ctx:
        department = unit_id(ctx, "gxj")
    browse("gongxin").post(path, {"unit": department, "reason": REASON})
    with service.wiring.reading() as ctx:
        query = select(Instance.id).where(Instance.process_id == "admission")
        instance = ctx.session.scalars(query).one()

    assert REASON not in browse("wujin").get(path).text
    seen = {
        login: browse(login).get(f"/instances/{instance}").status for login in ("gongxin", "laojing", "wujin")
    }
    assert seen == {"gongxin": 200, "laojing": 200, "wujin": 404}


def test_recommenders_are_shown_fifty_a_page_at_the_cost_of_one(
    browse: Browse, craftsmen: int, service: Runtime
) -> None:
    browser, path = browse("laojing"), f"/rounds/{craftsmen}/recommenders"
    browser.get(path)
    with count_statements(service.engine) as few:
        browser.get(path)
    with service.wiring.transaction() as ctx:
        entry = rounds.get(ctx, craftsmen)
        root = entry.organiser.path
        units = [
            Unit(code=f"far-{n}", name=f"远方单位{n:03}", level="单位", path=f"{root}far-{n}/")
            for n in range(120)
        ]
        ctx.session.add_all(units)
        ctx.session.flush()
        for unit in units:
            quotas.set_places(ctx, entry, QuotaKind.NOMINATION, unit, {ANY_CATEGORY: 1}, hard=False)

    with count_statements(service.engine) as many:
        first = browser.get(path)
    pages = [first.text, *(browser.get(f"{path}?page={number}").text for number in (2, 3))]

    assert len(many) == len(few)
    found = [[n for n in range(120) if f"远方单位{n:03}" in text] for text in pages]
    assert [len(numbers) for numbers in found][1] == 50
    assert sorted(n for numbers in found for n in numbers) == list(range(120))
