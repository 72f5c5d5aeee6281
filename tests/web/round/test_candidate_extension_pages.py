"""More time for one candidate, from his own page, and for any unit below, from the round's (X10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service.models import CandidateExtension, Extension, Nomination, NominationStatus, Round, Stage, Unit
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser

Browse = Callable[..., Browser]

GIVEN = {"until": "2024-04-01", "reason": "住院，材料延后"}


@pytest.fixture
def drafting(service: Runtime) -> int:
    """A nomination that is still being filled in."""
    query = select(Nomination.id).where(Nomination.status == NominationStatus.DRAFTING)
    with service.wiring.reading() as ctx:
        return ctx.session.scalars(query.order_by(Nomination.id)).first() or 0


def test_x10_one_candidate_gets_more_time_from_his_page(browse: Browse, drafting: int, ctx: Context) -> None:
    browser = browse("shiwei")
    [way] = browser.get(f"/nominations/{drafting}").all(r'href="(/nominations/\d+/extension)"')

    asked = browser.get(way)
    done = browser.post(way, GIVEN)

    assert "只给这一份申报更多时间" in asked.text
    assert (done.status, done.location) == (302, f"/nominations/{drafting}")
    kept = ctx.session.execute(select(CandidateExtension.nomination_id, CandidateExtension.until)).one()
    assert tuple(kept) == (drafting, datetime(2024, 4, 1, 16, tzinfo=UTC))
    assert "延至 4月1日 24:00" in browser.get("/rounds/1").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"reason": " "}, "请填写延期原因"),
        ({"until": "soon"}, "日期写法不对"),
        ({"until": "2024-03-20"}, "必须晚于"),
        ({"until": "2042-04-01"}, "没有 2042 年的放假调休安排"),
        ({"until": "2042-04-01"}, "没有 2042 年的工作日历，请核对年份"),
    ],
)
def test_a_wrong_extension_comes_back_as_typed(
    browse: Browse, drafting: int, data: dict[str, str], said: str
) -> None:
    page = browse("shiwei").post(f"/nominations/{drafting}/extension", GIVEN | data)

    assert page.status == 422
    assert said in page.text


def test_nobody_but_the_organiser_gives_time(browse: Browse, drafting: int) -> None:
    path = f"/nominations/{drafting}/extension"

    found = [
        (browse(login).get(path).status, browse(login).post(path, GIVEN).status)
        for login in ("liyang", "wujin")
    ]

    assert found == [(403, 403), (404, 404)]
    assert path not in browse("liyang").get(f"/nominations/{drafting}").html


def test_x10_after_the_close_the_page_leads_to_a_new_nomination_of_the_same_name(
    browse: Browse, drafting: int, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        nomination = ctx.session.get_one(Nomination, drafting)
        nomination.status, nomination.name = NominationStatus.OVERDUE, "演示-何安"
        ctx.session.get_one(Round, 1).stage = Stage.QUALIFICATION
    organiser = browse("shiwei")

    assert "只给这名人选延期" in organiser.get(f"/nominations/{drafting}").text
    organiser.post(f"/nominations/{drafting}/extension", GIVEN)
    [way] = browse("tuanzhibu").get(f"/nominations/{drafting}").all(r'href="([^"]+)">重新发起申报')

    assert browse("tuanzhibu").get(way.replace("&amp;", "&")).all(r'name="name"[^>]* value="([^"]*)"') == [
        "演示-何安"
    ]


def test_x10_any_unit_below_is_found_by_its_name_or_code(browse: Browse, ctx: Context) -> None:
    browser = browse("shiwei")
    options = browser.get("/rounds/1").all(r'<option value="([^"]+（liyang-qingfeng）)">')

    for unit in (*options, "wujin-gehu"):
        browser.post("/rounds/1/extensions", {"stage": "submission", "unit": unit, **GIVEN})

    query = select(Unit.code).join(Extension, Extension.unit_id == Unit.id).order_by(Extension.id)
    assert list(ctx.session.scalars(query)) == ["liyang-qingfeng", "wujin-gehu"]


def test_a_unit_that_is_none_is_told_at_its_field(browse: Browse) -> None:
    page = browse("shiwei").post("/rounds/1/extensions", {"stage": "submission", "unit": "无此单位", **GIVEN})

    assert page.status == 422
    assert "请从列表中选择单位" in page.text
    assert page.all(r'id="extend-unit"[^>]* value="([^"]*)"') == ["无此单位"]
