"""Rounds, quotas, deadlines and extensions over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service.models import HistoryEvent, Nomination, NominationStatus, PendingStart
from service.programmes.round import candidate_extensions
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.definition import deployments
from tests.api.caller import Caller
from tests.engine.sketch import draw

Call = Callable[[str], Caller]
LATER = {"due": "2024-03-28T24:00:00+08:00", "reason": "台风影响"}


def test_round_says_where_it_stands(call: Call) -> None:
    entry = call("tuanzhibu").get("/rounds/1").get_json()

    assert (entry["stage"], entry["year"], entry["organiser"]) == ("submission", 2024, "cz")
    assert entry["dates"]["submission"]["due"] == "2024-03-26T00:00:00+08:00"


def test_funnel_counts_what_the_actor_may_see(call: Call) -> None:
    def total(login: str) -> int:
        return sum(row["count"] for row in call(login).get("/rounds/1/funnel").get_json())

    assert [total(login) for login in ("shiwei", "liyang", "wujin", "jintan")] == [12, 8, 4, 0]


def test_quotas_of_other_units_are_the_organisers_business(call: Call) -> None:
    everything = call("shiwei").get("/rounds/1/quotas").get_json()
    own = call("tuanzhibu").get("/rounds/1/quotas").get_json()

    assert sum(row["places"] for row in everything["nomination"]) == 660
    assert {row["unit_name"] for row in own["nomination"]} == {"共青团溧阳市委"}
    assert own["award"] == []


def test_cells_of_the_matrix_change_together(call: Call) -> None:
    move = [
        {"unit": "liyang", "category": "production_management", "was": 10, "places": 11},
        {"unit": "wujin", "category": "production_management", "was": 15, "places": 14},
    ]

    changed = call("shiwei").post("/rounds/1/quota-changes", {"cells": move, "reason": "经研究调整"})
    stale = call("shiwei").post("/rounds/1/quota-changes", {"cells": move, "reason": "经研究调整"})

    found = {
        row["unit_name"]: row["places"]
        for row in changed.get_json()["nomination"]
        if row["category"] == "production_management"
    }
    assert (changed.status_code, found["共青团溧阳市委"], found["共青团武进区委"]) == (200, 11, 14)
    assert stale.status_code == 409


def test_deadline_moves_under_if_match(call: Call) -> None:
    shiwei = call("shiwei")
    path, tag = "/rounds/1/deadlines/submission", shiwei.get("/rounds/1").headers["ETag"]

    bare = shiwei.put(path, LATER)
    moved = shiwei.put(path, LATER, headers={"If-Match": tag})
    stale = shiwei.put(path, LATER, headers={"If-Match": tag})

    assert [bare.status_code, moved.status_code, stale.status_code] == [428, 200, 412]
    due = call("tuanzhibu").todo("fill_in_form")[0]["due_date"]
    assert due == "2024-03-28T16:00:00+00:00"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "/rounds/1/deadlines/submission", {"due": "2042-03-28T24:00:00+08:00"}, "due"),
        (
            "POST",
            "/rounds/1/extensions",
            {"unit": "liyang", "stage": "submission", "until": "2042-04-01T24:00:00+08:00"},
            "until",
        ),
    ],
)
def test_date_in_a_year_without_calendar_is_told_at_its_field(
    call: Call, method: str, path: str, body: dict[str, str], field: str
) -> None:
    shiwei = call("shiwei")
    tag = shiwei.get("/rounds/1").headers["ETag"]

    refused = shiwei.send(method, path, json=body | {"reason": "台风影响"}, headers={"If-Match": tag})

    said = refused.get_json()
    assert (refused.status_code, said["errors"]) == (422, {field: "没有 2042 年的工作日历，请核对年份"})
    assert said["detail"].startswith("没有 2042 年的放假调休安排，无法推算工作日。")
    assert shiwei.get("/rounds/1").headers["ETag"] == tag


def test_extension_of_a_unit_is_given_once_under_a_tag(call: Call) -> None:
    shiwei, path = call("shiwei"), "/rounds/1/extensions"
    body = {"unit": "liyang", "stage": "submission", "until": "2024-04-01T24:00:00+08:00", "reason": "停电"}
    tag = shiwei.get("/rounds/1").headers["ETag"]

    first = shiwei.post(path, body, headers={"If-Match": tag})
    stale = shiwei.post(path, body | {"reason": "停水"}, headers={"If-Match": tag})
    read = shiwei.get("/rounds/1", headers={"If-None-Match": tag})

    assert (first.status_code, stale.status_code, read.status_code) == (201, 412, 200)
    assert first.headers["ETag"] == read.headers["ETag"]
    assert read.get_json()["dates"]["submission"]["extended"] is True
    assert [one["reason"] for one in shiwei.get(path).get_json()] == ["停电"]


def test_extension_of_one_candidate_makes_the_rounds_tag_stale(call: Call, service: Runtime) -> None:
    shiwei, path = call("shiwei"), "/rounds/1/deadlines/submission"
    tag = shiwei.get("/rounds/1").headers["ETag"]
    with service.wiring.transaction() as ctx:
        query = select(Nomination).where(Nomination.status == NominationStatus.DRAFTING)
        nomination = ctx.session.scalars(query.order_by(Nomination.id)).first()
        assert nomination is not None
        candidate_extensions.extend(ctx, nomination, datetime(2024, 4, 1, 16, tzinfo=UTC), "住院")

    stale = shiwei.put(path, LATER, headers={"If-Match": tag})
    read = shiwei.get("/rounds/1", headers={"If-None-Match": tag})

    assert (stale.status_code, read.status_code) == (412, 200)
    assert read.get_json()["dates"]["submission"]["extended"] is True


def test_extension_is_written_into_the_history(call: Call, ctx: Context) -> None:
    body = {"unit": "liyang", "stage": "submission", "until": "2024-04-01T24:00:00+08:00", "reason": "停电"}

    made = call("shiwei").post("/rounds/1/extensions", body)

    assert (made.status_code, made.get_json()["unit_name"]) == (201, "共青团溧阳市委")
    assert call("shiwei").get("/rounds/1/extensions").get_json() == [made.get_json()]
    kept = select(HistoryEvent.details).where(HistoryEvent.kind == "extension.granted")
    assert [details["reason"] for details in ctx.session.scalars(kept)] == ["停电"]


def test_round_opens_once_under_a_name(call: Call) -> None:
    body = {"programme": "changzhou-good-youth", "label": "2025", "year": 2025}

    opened = call("admin").post("/rounds", body)
    again = call("admin").post("/rounds", body)

    assert (opened.status_code, opened.headers["Location"]) == (201, "/api/v1/rounds/2")
    assert again.status_code == 409


ASKED = 'start on_question message question key="=about"\nuser B groups=clerk@organiser\non_question -> B'


def test_message_given_by_hand_begins_a_process_once(call: Call, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        deployments.publish(ctx, "changzhou-good-youth", draw(asked=ASKED), {})
    body = {"kind": "message", "name": "question", "correlation_key": "n1", "reason": "来电"}
    organiser, path = call("shiwei"), "/rounds/1/events"

    awaited = organiser.get(path).get_json()
    first, again = (organiser.post(path, body, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    own = organiser.post(path, {**body, "kind": "signal", "name": "submission_closed"})
    unheard = organiser.post(path, {**body, "name": "unheard_of"})

    assert awaited == [{"kind": "message", "name": "question", "waiting": 0, "starts": 1}]
    assert [one.status_code for one in (first, again, own, unheard)] == [202, 202, 409, 422]
    assert first.get_json() == again.get_json() == {"waiting": 0, "starts": 1}
    thrown = select(HistoryEvent.details).where(HistoryEvent.kind == "event.thrown")
    with service.wiring.reading() as ctx:
        assert [one.correlation_key for one in ctx.session.scalars(select(PendingStart))] == ["n1"]
        assert [one["reason"] for one in ctx.session.scalars(thrown)] == ["来电"]
