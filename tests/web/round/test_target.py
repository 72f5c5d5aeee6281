"""N02, N65: how far the list is from what the notice names is read before it is confirmed, not after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Nomination, NominationStatus, Round, Stage, TaskStatus, UserTask
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.scheduler import due_jobs
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]
MISSING = "已列入名单 1 名，距 1000 名还差 999 名"


@pytest.fixture
def selection(service: Runtime, clock: MovableClock) -> int:
    """The selection of a thousand with one on its list, submission closed; its id."""
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs["thousand-good-youth"]
    clock.move_to(read_demo(pack.demo).start)
    with service.wiring.transaction() as ctx:
        number = demonstration.set_up(ctx, pack).id
    clock.move_to(datetime.fromisoformat("2021-08-02T09:00:00+08:00"))
    while due_jobs.run_once(service.wiring):
        pass
    with service.wiring.transaction() as ctx:
        of_round = select(Nomination).where(Nomination.round_id == number).order_by(Nomination.id)
        ctx.session.scalars(of_round.limit(1)).one().status = NominationStatus.SELECTED
    return number


def test_n65_what_is_missing_stands_on_the_board_and_where_the_list_is_confirmed(
    browse: Browse, service: Runtime, selection: int
) -> None:
    with service.wiring.reading() as ctx:
        query = select(UserTask.id).where(
            UserTask.element_id == "confirm_display", UserTask.status == TaskStatus.OPEN
        )
        task = ctx.session.scalars(query).one()

    organiser = browse("sxtuanshiwei")

    assert MISSING in organiser.get(f"/tasks/{task}").text
    assert MISSING in organiser.get(f"/rounds/{selection}").text
    assert "还差" not in browse("guozi").get(f"/rounds/{selection}").text


def test_n02_empty_places_stand_category_by_category_once_somebody_could_be_listed(
    browse: Browse, service: Runtime
) -> None:
    organiser = browse("shiwei")
    before = organiser.get("/rounds/1").text
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Round, 1).stage = Stage.CONFIRMATION
        of_category = select(Nomination).where(Nomination.category == "production_management")
        ctx.session.scalars(
            of_category.order_by(Nomination.id).limit(1)
        ).one().status = NominationStatus.SELECTED

    page = organiser.get("/rounds/1").text

    assert "已列入名单" not in before
    assert "已列入名单 1 名，共 600 个名额；不足的如实公布，不凑数：" in page
    assert "生产管理类 1 / 100 ，差 99 名 综合服务类 0/ 100 ，差 100 名" in page
    assert "通知：“寻访六大类青年典型各 100 名”（N02）。" in page
    assert "已列入名单" not in browse("liyang").get("/rounds/1").text
