"""Notices and objections over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.models import Nomination, Notice, NoticeKind, Objection
from service.wire import Runtime
from tests.api.caller import Caller
from tests.api.conftest import NOW

Call = Callable[[str], Caller]
OBJECTION = {"name": "王测试", "contact": "13812341234", "facts": "所填事迹与实际情况不符。"}


@pytest.fixture
def candidate(service: Runtime) -> int:
    """A nomination on an open notice under the slug ``open``."""
    with service.wiring.transaction() as ctx:
        nomination = ctx.session.scalars(select(Nomination).order_by(Nomination.id)).first()
        assert nomination is not None
        people = [{"nomination": nomination.id, "name": nomination.name}]
        ctx.session.add(
            Notice(
                round_id=nomination.round_id,
                kind=NoticeKind.CANDIDATES,
                slug="open",
                title="候选人公示",
                snapshot={"categories": [{"key": "work_safety", "name": "安全生产类", "people": people}]},
                snapshot_hash="0" * 64,
                opens_at=NOW - timedelta(days=1),
                closes_at=NOW + timedelta(days=5),
                publisher_id=nomination.round.organiser_id,
            )
        )
        return nomination.id


def test_notice_is_public(candidate: int, client: FlaskClient) -> None:
    shown = client.get("/api/v1/notices/open").get_json()

    assert (shown["accepts_objections"], shown["prolonged"]) == (True, [])
    assert shown["snapshot"]["categories"][0]["people"][0]["nomination"] == candidate


def test_objection_is_lodged_once_and_asked_for_by_its_receipt(
    candidate: int, call: Call, client: FlaskClient, service: Runtime
) -> None:
    body, headers = {**OBJECTION, "nomination_id": candidate}, {"Idempotency-Key": "objection"}

    lodged = call("wujin").post("/notices/open/objections", body, headers=headers)
    again = call("wujin").post("/notices/open/objections", body, headers=headers)
    asked = client.get(lodged.headers["Location"])

    assert (lodged.status_code, again.text) == (201, lodged.text)
    assert (asked.status_code, asked.get_json()) == (200, lodged.get_json())
    assert "13812341234" not in lodged.text
    with service.wiring.transaction() as ctx:
        assert ctx.session.scalar(select(func.count(Objection.id))) == 1


def test_anonymous_objection_is_refused_field_by_field(candidate: int, call: Call) -> None:
    body = {"name": "", "contact": "", "facts": "太短", "nomination_id": candidate}

    refused = call("wujin").post("/notices/open/objections", body)

    assert (refused.status_code, sorted(refused.get_json()["errors"])) == (422, ["contact", "facts", "name"])


def test_objections_come_no_faster_than_by_the_page(candidate: int, call: Call) -> None:
    caller = call("wujin")

    replies = [caller.post("/notices/open/objections", OBJECTION) for _ in range(7)]

    assert [reply.status_code for reply in replies[5:]] == [429, 429]


def test_receipts_are_not_guessed_by_the_thousand(client: FlaskClient) -> None:
    replies = [client.get(f"/api/v1/objections/{number:016x}") for number in range(11)]

    assert [reply.status_code for reply in replies] == [404] * 10 + [429]
