"""Notices and objections over HTTP."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.models import Nomination, NominationStatus, Notice, NoticeKind, Objection
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


@pytest.fixture
def late(candidate: int, service: Runtime) -> int:
    """The round of the open notice, with a list of awards and one that came late."""
    with service.wiring.transaction() as ctx:
        first = ctx.session.scalars(select(Notice)).one()
        for slug, title in (("awards", "公布名单的决定"), ("late", "补充公布名单的决定")):
            snapshot = {"categories": [], "contact": {}}
            ctx.session.add(
                Notice(
                    round_id=first.round_id,
                    kind=NoticeKind.AWARDS,
                    slug=slug,
                    title=title,
                    snapshot=snapshot,
                    snapshot_hash="0" * 64,
                    opens_at=NOW,
                    publisher_id=first.publisher_id,
                )
            )
            ctx.session.flush()
        return first.round_id


def test_every_list_of_a_round_is_listed_and_printed_by_itself(late: int, call: Call) -> None:
    listed = call("wujin").get(f"/rounds/{late}/notices").get_json()
    paper = call("wujin").get(f"/rounds/{late}/notices/late/paper")

    assert [(one["slug"], one["name"], one["number"]) for one in listed] == [
        ("open", "公示", ""),
        ("awards", "公布", ""),
        ("late", "补充公布 1", ""),
    ]
    text = [p.text for p in docx.Document(io.BytesIO(paper.data)).paragraphs]
    assert "补充公布名单的决定" in text


def test_a_list_is_numbered_by_who_read_it_and_by_nobody_else(late: int, call: Call) -> None:
    path, body = f"/rounds/{late}/notices/late", {"number": "常团委[2024]15号"}
    tag = call("shiwei").get(path).headers["ETag"]

    unread = call("shiwei").put(path, body)
    done = call("shiwei").put(path, body, headers={"If-Match": tag})
    stale = call("shiwei").put(path, {"number": ""}, headers={"If-Match": tag})
    other = call("wujin").put(path, body, headers={"If-Match": "*"})

    assert [reply.status_code for reply in (unread, done, stale, other)] == [428, 200, 412, 403]
    assert done.get_json()["number"] == "常团委〔2024〕15号"


def test_the_notice_of_a_lost_place_is_numbered(candidate: int, call: Call, service: Runtime) -> None:
    path = f"/nominations/{candidate}/disqualification"
    before = call("shiwei").get(path)
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, candidate).status = NominationStatus.DISQUALIFIED

    shown = call("shiwei").get(path)
    done = call("shiwei").put(path, {"number": "12号"}, headers={"If-Match": shown.headers["ETag"]})

    assert (before.status_code, shown.get_json()) == (409, {"number": ""})
    assert (done.status_code, done.get_json()) == (200, {"number": "12号"})
