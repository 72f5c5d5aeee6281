"""Idempotency keys: one effect, the same reply, however often and however many at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from service.models import IdempotencyKey, Nomination, Submission
from service.wire import Runtime
from service.workflow.context import Context
from tests.api.caller import Caller
from tests.api.conftest import app_of, token_of

Call = Callable[[str], Caller]
START = {"unit": "liyang-qingfeng", "category": "work_safety", "name": "王测试"}
PARALLEL = 100


def test_same_request_is_answered_again(call: Call, ctx: Context) -> None:
    tuanzhibu, headers = call("tuanzhibu"), {"Idempotency-Key": "one"}

    first = tuanzhibu.post("/rounds/1/nominations", START, headers=headers)
    second = tuanzhibu.post("/rounds/1/nominations", START, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.text, first.headers["ETag"], first.headers["Location"]) == (
        second.text,
        second.headers["ETag"],
        second.headers["Location"],
    )
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert ctx.session.scalar(select(func.count()).where(Nomination.name == "王测试")) == 1


def test_same_key_for_another_body_is_refused(call: Call) -> None:
    tuanzhibu, headers = call("tuanzhibu"), {"Idempotency-Key": "one"}
    tuanzhibu.post("/rounds/1/nominations", START, headers=headers)

    refused = tuanzhibu.post("/rounds/1/nominations", {**START, "name": "李测试"}, headers=headers)

    assert (refused.status_code, refused.get_json()["code"]) == (422, "key-reused")


def test_key_of_somebody_else_is_another_key(call: Call) -> None:
    headers = {"Idempotency-Key": "one"}
    mine = call("tuanzhibu").post("/rounds/1/nominations", START, headers=headers)

    theirs = call("liyang").post("/rounds/1/nominations", START, headers=headers)

    assert mine.get_json()["id"] != theirs.get_json()["id"]


def test_request_that_failed_may_be_sent_again(call: Call, ctx: Context) -> None:
    tuanzhibu, headers = call("tuanzhibu"), {"Idempotency-Key": "one"}
    path = f"/user-tasks/{tuanzhibu.todo('workplace_league_opinion')[0]['id']}/complete"

    refused = tuanzhibu.post(path, {"outcome": "approve"}, headers=headers)
    done = tuanzhibu.post(path, {"outcome": "approve", "answers": {"text": "同意"}}, headers=headers)

    assert (refused.status_code, done.status_code) == (422, 200)
    assert ctx.session.scalar(select(func.count(IdempotencyKey.id))) == 1


def test_key_that_cannot_be_kept_is_refused(call: Call) -> None:
    refused = call("tuanzhibu").post("/rounds/1/nominations", START, headers={"Idempotency-Key": "x" * 121})

    assert refused.status_code == 422


def test_hundred_at_once_take_effect_once(either_service: Runtime) -> None:
    """A client that is told to wait (503) sends the same request again, as Retry-After asks."""
    app, token = app_of(either_service), token_of(either_service, "tuanzhibu")
    headers = {"Idempotency-Key": "hundred"}
    task = Caller(app.test_client(), token).todo("workplace_league_opinion")[0]
    barrier = Barrier(PARALLEL)

    def send(_number: int) -> TestResponse:
        barrier.wait(30)
        caller = Caller(app.test_client(), token)
        body = {"outcome": "approve", "answers": {"text": "同意推荐"}}
        while True:
            reply = caller.post(f"/user-tasks/{task['id']}/complete", body, headers=headers)
            if reply.status_code != 503:
                return reply

    with ThreadPoolExecutor(PARALLEL) as pool:
        replies = list(pool.map(send, range(PARALLEL)))

    assert {(reply.status_code, reply.text, reply.headers["ETag"]) for reply in replies} == {
        (200, replies[0].text, replies[0].headers["ETag"])
    }
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    with either_service.wiring.transaction() as ctx:
        kept = select(func.count(Submission.id)).where(Submission.user_task_id == task["id"])
        assert ctx.session.scalar(kept) == 1
