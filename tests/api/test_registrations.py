"""Registrations over HTTP: scoped, masked, confirmed or refused once, with what a decision rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from service.models import IdempotencyKey, Registration, Round, Unit
from service.programmes.registration import links, registrations
from service.programmes.registration.registrations import Given
from service.wire import Runtime
from service.workflow.context import ANONYMOUS
from tests.api.caller import Caller
from tests.web.browser import count_statements

Call = Callable[[str], Caller]
Register = Callable[..., str]
LIST = "/rounds/1/registrations"
WORKPLACE = {"unit": "liyang-qingfeng"}


@pytest.fixture
def register(service: Runtime) -> Register:
    """Register on the public page; returns where the registration is."""

    def register(contact: str = "13800000001", *, is_found: bool = True) -> str:
        with service.wiring.transaction() as system:
            ctx = replace(system, actor=ANONYMOUS)
            unit = ctx.session.scalars(select(Unit.id).where(Unit.code == "liyang-qingfeng")).one()
            given = Given(
                name="演示-自荐人", contact=contact, workplace="演示厂",
                unit_id=unit if is_found else None, agrees=True,
            )  # fmt: skip
            row, _code = registrations.register(ctx, ctx.session.get_one(Round, 1), given)
            return f"{LIST}/{row.id}"

    return register


def test_each_sees_those_he_decides_on(call: Call, register: Register) -> None:
    register()
    register("13800000002", is_found=False)

    pages = {login: call(login).get(LIST) for login in ("shiwei", "liyang", "wujin", "tuanzhibu", "admin")}

    assert {login: page.status_code for login, page in pages.items()} == {
        "shiwei": 200, "liyang": 200, "wujin": 200, "tuanzhibu": 404, "admin": 200,
    }  # fmt: skip
    totals = {login: page.get_json().get("total") for login, page in pages.items()}
    assert totals == {"shiwei": 2, "liyang": 1, "wujin": 0, "tuanzhibu": None, "admin": 2}
    first, second = pages["shiwei"].get_json()["items"]
    assert (first["contact"], first["unit"], first["recommender"]) == (
        "138****0001",
        "liyang-qingfeng",
        "liyang",
    )
    assert (second["workplace"], second["unit"], second["recommender"]) == ("演示厂", None, None)
    assert call("shiwei").get(f"{LIST}?status=refused").get_json() == {"items": [], "total": 0, "page": 1}
    assert call("shiwei").get(f"{LIST}?status=lost").status_code == 422


def test_a_list_costs_the_same_for_one_and_for_many(call: Call, service: Runtime, register: Register) -> None:
    caller = call("shiwei")
    register()
    with count_statements(service.engine) as for_one:
        caller.get(LIST)
    for number in range(2, 4):
        register(f"1380000000{number}")

    with count_statements(service.engine) as for_three:
        caller.get(LIST)

    assert len(for_one) == len(for_three)


def test_who_may_be_the_same_is_told_and_changes_the_tag(call: Call, register: Register) -> None:
    address = register()
    caller = call("liyang")
    before = caller.get(address)
    register()

    after = caller.get(address, headers={"If-None-Match": before.headers["ETag"]})
    stale = caller.post(f"{address}/confirm", WORKPLACE, headers={"If-Match": before.headers["ETag"]})

    assert before.get_json()["matches"] == []
    assert [(one["kind"], one["unit"]) for one in after.get_json()["matches"]] == [
        ("registration", "青锋精密机械有限公司（演示）")
    ]
    assert stale.status_code == 412
    unchanged = caller.get(address, headers={"If-None-Match": after.headers["ETag"]})
    assert unchanged.status_code == 304


def test_confirming_makes_an_account_and_the_link_is_read_afterwards(
    call: Call, service: Runtime, register: Register
) -> None:
    address = register()
    caller = call("liyang")
    key = {"Idempotency-Key": "one", "If-Match": caller.get(address).headers["ETag"]}

    first = caller.post(f"{address}/confirm", WORKPLACE, headers=key)
    again = caller.post(f"{address}/confirm", WORKPLACE, headers=key)

    with service.wiring.reading() as ctx:
        row = ctx.session.scalars(select(Registration)).one()
        kept = str([entry.__dict__ for entry in ctx.session.scalars(select(IdempotencyKey))])
        assert row.link is not None
        link, number = f"{ctx.house.public_url}{links.PATH}{row.link}", row.number
        assert row.link not in kept
    body: dict[str, Any] = first.get_json()
    assert (first.status_code, body["status"], body["user"]) == (200, "confirmed", f"zj{number}")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (body, "true")
    detail = caller.get(address)
    assert (detail.get_json()["link"], detail.headers["ETag"]) == (link, first.headers["ETag"])
    read_only = call("admin").get(address).get_json()
    assert (read_only["may_decide"], read_only["link"], read_only["link_until"]) == (False, None, None)


def test_a_link_that_was_not_used_is_replaced(call: Call, register: Register) -> None:
    address = register()
    caller = call("liyang")
    early = caller.post(f"{address}/link")
    caller.post(f"{address}/confirm", WORKPLACE)
    before = caller.get(address)

    renewed = caller.post(f"{address}/link", headers={"If-Match": before.headers["ETag"]})
    stale = caller.post(f"{address}/link", headers={"If-Match": before.headers["ETag"]})

    after = caller.get(address)
    old, new = before.get_json()["link"], after.get_json()["link"]
    assert (early.status_code, "还没有确认" in early.get_json()["detail"]) == (409, True)
    assert (renewed.status_code, renewed.get_json()["status"], stale.status_code) == (200, "confirmed", 412)
    assert renewed.headers["ETag"] == after.headers["ETag"]
    assert (old != new, links.PATH in new, new in renewed.text) == (True, True, False)


def test_refusing_keeps_the_reason_and_is_done_once(call: Call, register: Register) -> None:
    address = register()

    done = call("shiwei").post(f"{address}/refuse", {"reason": "您已有账号，请直接登录。"})
    late = call("liyang").post(f"{address}/confirm", WORKPLACE)

    body = done.get_json()
    assert (body["status"], body["reason"], body["user"]) == ("refused", "您已有账号，请直接登录。", None)
    assert body["decided_by"] == "演示-市委青年发展部"
    assert (late.status_code, "不必再办" in late.get_json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("confirm", {"unit": "wujin"}, "unit"),
        ("confirm", {"unit": "nowhere"}, "unit"),
        ("confirm", {}, "unit"),
        ("refuse", {"reason": " "}, "reason"),
        ("refuse", {"reason": "长" * 301}, "reason"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    call: Call, register: Register, action: str, body: dict[str, Any], field: str
) -> None:
    address = register()

    reply = call("liyang").post(f"{address}/{action}", body)

    assert (reply.status_code, reply.content_type) == (422, "application/problem+json")
    assert list(reply.get_json()["errors"]) == [field]
    assert call("liyang").get(address).get_json()["status"] == "waiting"


def test_a_registration_of_another_round_is_not_there(call: Call, register: Register) -> None:
    address = register()

    assert call("wujin").get(address).status_code == 404
    assert call("shiwei").get(address.replace("rounds/1", "rounds/2")).status_code == 404
    assert call("admin").post(f"{address}/refuse", {"reason": "重复"}).status_code == 403
