from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Instance, Nomination, NominationStatus, Objection, Round
from service.programmes.publication import notices
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser

Browse = Callable[..., Browser]
GOOD = {"name": "秦证人", "contact": "0519-00000000", "facts": "该同志的工作年限与所填不符，请核实。"}


@pytest.fixture
def address(service: Runtime) -> str:
    """The public address of a notice of two candidates, one of them an exception."""
    with service.wiring.transaction() as ctx:
        for number in (11, 12):
            nomination = ctx.session.get_one(Nomination, number)
            nomination.status = NominationStatus.SELECTED
        nomination.exception_reason = "贡献特别突出"
        return f"/public/{notices.open_candidates(ctx, ctx.session.get_one(Round, 1)).slug}"


def test_the_notice_is_read_by_anybody_and_names_no_number(
    browse: Browse, address: str, ctx: Context
) -> None:
    page = browse().get(address)

    people = [ctx.session.get_one(Nomination, number) for number in (11, 12)]
    assert page.status == 200
    assert all(person.name in page.text for person in people)
    for person in people:
        assert person.id_number
        assert person.phone
        assert person.birth_date
        for secret in (person.id_number, person.phone, person.birth_date.isoformat()):
            assert secret not in page.html
    assert "2024年3月15日至2024年3月22日 24:00" in page.text
    assert "破格理由：贡献特别突出" in page.text
    assert "候选人的公示" in browse().get("/public").text


def test_a_notice_may_be_cached_and_is_not_sent_twice(browse: Browse, address: str) -> None:
    browser = browse()

    first = browser.get(address).response
    again = browser.client.get(
        address, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "zh-CN"}
    )

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert again.status_code == 304


def test_an_objection_is_taken_and_its_receipt_shown_once(browse: Browse, address: str, ctx: Context) -> None:
    visitor = browse()

    sent = visitor.post(f"{address}/objections/12", GOOD)
    shown, again = visitor.get("/public/receipt"), visitor.get("/public/receipt")
    receipt = shown.all(r'<code class="fs-2 user-select-all">([^<]+)</code>')[0]
    status = visitor.post("/public/status", {"receipt": receipt})

    objection = ctx.session.scalars(select(Objection)).one()
    assert sent.location == "/public/receipt"
    assert (objection.name, objection.receipt) == ("秦证人", receipt)
    assert receipt not in again.html
    assert "已收到，等待受理" in status.text
    nomination = ctx.session.get_one(Nomination, 12)
    for text in (status.html, visitor.get(address).html, visitor.get("/public").html):
        assert "秦证人" not in text
        assert GOOD["facts"] not in text
    assert nomination.name not in status.text


def test_the_organiser_finds_the_case_and_the_candidate_s_unit_does_not(
    browse: Browse, address: str, ctx: Context
) -> None:
    browse().post(f"{address}/objections/12", GOOD)

    case = ctx.session.scalars(select(Instance.id).where(Instance.process_id == "objection")).one()

    assert "已收到" in browse("shiwei").get("/rounds/1").text
    assert browse("shiwei").get(f"/instances/{case}").status == 200
    assert browse("wujin").get(f"/instances/{case}").status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"contact": " "}, "contact"),
        ({"facts": "太短"}, "facts"),
        ({"facts": "长" * 3001}, "facts"),
    ],
)
def test_an_objection_that_lacks_something_is_refused_in_place(
    browse: Browse, address: str, change: dict[str, str], field: str
) -> None:
    page = browse().post(f"{address}/objections/12", {**GOOD, **change})

    assert page.status == 422
    assert page.all(r'class="form-control is-invalid" id="f-(\w+)"') == [field]
    assert field == "name" or 'value="秦证人"' in page.html


def test_a_robot_that_fills_the_hidden_field_is_refused(browse: Browse, address: str, ctx: Context) -> None:
    page = browse().post(f"{address}/objections/12", {**GOOD, "website": "https://spam.invalid"})

    assert page.status == 422
    assert ctx.session.scalars(select(Objection)).all() == []


def test_objections_are_limited_by_address(browse: Browse, address: str) -> None:
    visitor = browse()

    statuses = [visitor.post(f"{address}/objections/12", {**GOOD, "name": ""}).status for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_the_window_ends_at_24_of_its_last_day(browse: Browse, address: str, clock: MovableClock) -> None:
    clock.move(days=7, hours=14, minutes=59)  # 22 March 23:59
    assert "提出异议" in browse().get(address).text

    clock.move(minutes=1)

    assert "已结束" in browse().get(address).text
    assert "公示期已结束" in browse().get(f"{address}/objections/12").text
    assert browse().post(f"{address}/objections/12", GOOD).status == 409


@pytest.mark.parametrize("path", ["/public/nope", "/public/nope/objections/1"])
def test_what_is_not_published_is_not_there(browse: Browse, path: str) -> None:
    assert browse().get(path).status == 404


def test_nobody_outside_the_list_can_be_objected_to(browse: Browse, address: str) -> None:
    assert browse().get(f"{address}/objections/1").status == 404
    assert browse().post(f"{address}/objections/1", GOOD).status == 404


def test_an_unknown_receipt_tells_nothing(browse: Browse) -> None:
    page = browse().post("/public/status", {"receipt": "0" * 16})

    assert page.status == 404
    assert "没有这个回执编号" in page.text


def test_the_clock_of_the_window_is_the_programme_s(address: str, ctx: Context) -> None:
    notice = notices.get_public(ctx, address.removeprefix("/public/"))

    assert notice.closes_at is not None
    assert notice.closes_at - notice.opens_at == timedelta(days=7, hours=15)
