"""Errors: problem+json for every path under /api/, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine as plain_engine

from service.app import App
from service.wire import Runtime
from tests.api.caller import Caller

Call = Callable[[str], Caller]
TOO_MUCH = 5 * 1024 * 1024


def problem(reply: object) -> tuple[int, str, str]:
    assert reply.mimetype == "application/problem+json"  # type: ignore[attr-defined]
    body = reply.get_json()  # type: ignore[attr-defined]
    assert body["status"] == reply.status_code  # type: ignore[attr-defined]
    assert {"type", "title", "detail", "instance"} <= body.keys()
    return body["status"], body["code"], body["instance"]


def test_no_token_asks_for_one(client: FlaskClient) -> None:
    reply = client.get("/api/v1/user-tasks")

    assert problem(reply) == (401, "unauthorized", "/api/v1/user-tasks")
    assert reply.headers["WWW-Authenticate"] == "Bearer realm=xuanshu"


def test_a_session_of_the_pages_is_no_token(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["user"], session["epoch"], session["seen"] = 1, 0, 2**31

    assert client.get("/api/v1/me").status_code == 401


def test_unknown_path_is_json(client: FlaskClient) -> None:
    assert problem(client.get("/api/v1/nothing")) == (404, "not-found", "/api/v1/nothing")
    assert problem(client.get("/api/nothing")) == (404, "not-found", "/api/nothing")


def test_wrong_method_names_the_right_ones(call: Call) -> None:
    reply = call("shiwei").delete("/me")

    assert problem(reply) == (405, "method-not-allowed", "/api/v1/me")
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"data": "{", "content_type": "application/json"}, (400, "bad-request")),
        ({"data": "[" * 100_000, "content_type": "application/json"}, (400, "bad-request")),
        ({"data": "\xff", "content_type": "application/json"}, (400, "bad-request")),
        ({"data": '{"outcome": NaN}', "content_type": "application/json"}, (400, "bad-request")),
        ({"json": {"outcome": "a\0b"}}, (400, "bad-request")),
        ({"data": '{"outcome": "\\ud800"}', "content_type": "application/json"}, (400, "bad-request")),
        ({"data": "outcome=approve"}, (415, "unsupported-media-type")),
        ({"json": []}, (422, "invalid")),
        ({"json": {}}, (422, "invalid")),
        ({"json": {"outcome": 7}}, (422, "invalid")),
        ({"json": {"outcome": "approve", "more": 1}}, (422, "invalid")),
        (
            {"data": b" " * (5 * 1024 * 1024), "content_type": "application/json"},
            (413, "request-entity-too-large"),
        ),
    ],
)
def test_bad_body(call: Call, options: dict[str, object], expected: tuple[int, str]) -> None:
    caller = call("tuanzhibu")
    path = f"/user-tasks/{caller.todo('workplace_league_opinion')[0]['id']}/complete"

    assert problem(caller.send("POST", path, **options))[:2] == expected  # type: ignore[arg-type]


def test_fields_are_named_in_chinese(call: Call) -> None:
    reply = call("tuanzhibu").post("/rounds/1/nominations", {"unit": 3, "more": 1})

    assert reply.get_json()["errors"] == {"unit": "应为文字", "category": "必填", "more": "没有这个字段"}


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "x", "%00", "1%00"])
def test_number_no_row_can_have_is_not_found(call: Call, number: str) -> None:
    assert problem(call("shiwei").get(f"/user-tasks/{number}"))[:2] == (404, "not-found")


def test_database_that_is_locked_is_worth_a_retry(call: Call, service: Runtime) -> None:
    caller = call("tuanzhibu")
    path = f"/user-tasks/{caller.todo('workplace_league_opinion')[0]['id']}/claim"
    other = plain_engine(service.settings.url)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        reply = caller.post(path)
        connection.rollback()
    other.dispose()

    assert problem(reply)[:2] == (503, "unavailable")
    assert reply.headers["Retry-After"] == "2"
    assert caller.post(path).status_code == 200


def test_bug_answers_with_a_reference(
    call: Call, app: App, caplog: pytest.LogCaptureFixture, service: Runtime
) -> None:
    caller = call("shiwei")
    with service.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE notice RENAME TO lost")

    reply = caller.get("/notices")

    assert problem(reply)[:2] == (500, "internal-error")
    assert reply.get_json()["reference"] in caplog.text
    assert "lost" not in reply.text


def test_precondition_of_another_version_fails(call: Call) -> None:
    caller = call("tuanzhibu")
    path = f"/user-tasks/{caller.todo('workplace_league_opinion')[0]['id']}"
    tag = caller.get(path).headers["ETag"]

    stale = caller.post(f"{path}/claim", headers={"If-Match": '"usertask-1-99"'})
    fresh = caller.post(f"{path}/claim", headers={"If-Match": tag})

    assert problem(stale)[:2] == (412, "precondition-failed")
    assert (fresh.status_code, fresh.headers["ETag"] != tag) == (200, True)
