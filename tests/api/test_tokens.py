"""Tokens: obtained by log-in, expiring, revoked, limited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.clock import MovableClock
from service.models import User
from service.programmes.account import accounts
from service.programmes.demo.demonstration import PASSWORD
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.person import logins
from tests.api.caller import Caller
from tests.api.conftest import app_of

Call = Callable[[str], Caller]
LOGIN = {"login": "tuanzhibu", "password": PASSWORD, "hours": 1}


def test_token_acts_as_its_user_until_it_expires(client: FlaskClient, clock: MovableClock) -> None:
    token = client.post("/api/v1/tokens", json=LOGIN).get_json()
    caller = Caller(client, token["token"])

    assert caller.get("/me").get_json() == {
        "id": 2, "name": "演示-青锋团支部", "groups": ["league@liyang-qingfeng"],
    }  # fmt: skip
    assert token["expires_at"] == "2024-03-15T02:00:00+00:00"
    clock.move(hours=1)
    assert caller.get("/me").status_code == 401


def test_token_of_a_demonstration_expires_by_the_wall_and_says_so(
    service: Runtime, clock: MovableClock
) -> None:
    wall = MovableClock(datetime(2026, 5, 4, 1, tzinfo=UTC))
    client = app_of(replace(service, wiring=replace(service.wiring, wall_clock=wall))).test_client()

    token = client.post("/api/v1/tokens", json=LOGIN).get_json()
    caller = Caller(client, token["token"])
    clock.move(days=10)
    wall.move(minutes=59)
    before = caller.get("/me").status_code
    wall.move(minutes=1)

    assert token["expires_at"] == "2026-05-04T02:00:00+00:00"
    assert (before, caller.get("/me").status_code) == (200, 401)


def test_revoked_token_is_refused(call: Call) -> None:
    caller = call("tuanzhibu")

    assert caller.delete("/tokens/current").status_code == 204
    assert caller.get("/me").status_code == 401


def cut_off_by_password(ctx: Context, user: User) -> None:
    logins.set_password(ctx, user, "another long password")


def cut_off_by_reset(ctx: Context, user: User) -> None:
    accounts.reset_password(ctx, user)


def cut_off_and_back(ctx: Context, user: User) -> None:
    accounts.set_active(ctx, user, active=False)
    accounts.set_active(ctx, user, active=True)


@pytest.mark.parametrize("cut_off", [cut_off_by_password, cut_off_by_reset, cut_off_and_back])
def test_who_is_cut_off_is_refused_with_the_tokens_he_had(
    call: Call, ctx: Context, cut_off: Callable[[Context, User], None]
) -> None:
    caller, other = call("tuanzhibu"), call("liyang")

    cut_off(ctx, ctx.session.scalars(select(User).where(User.login == "tuanzhibu")).one())
    ctx.session.commit()

    assert caller.get("/me").status_code == 401
    assert other.get("/me").status_code == 200


def test_one_time_password_gets_no_token(client: FlaskClient, ctx: Context) -> None:
    user = ctx.session.scalars(select(User).where(User.login == "tuanzhibu")).one()
    one_time = accounts.reset_password(ctx, user)
    ctx.session.commit()

    refused = client.post("/api/v1/tokens", json={**LOGIN, "password": one_time})

    assert refused.status_code == 403
    assert refused.get_json()["detail"] == (
        "您用的是管理员给的一次性密码，请先登录页面改成自己的密码，再取得令牌。"
    )


def test_wrong_password_is_counted(client: FlaskClient, ctx: Context) -> None:
    for _ in range(5):
        refused = client.post("/api/v1/tokens", json={**LOGIN, "password": "wrong"})
        assert (refused.status_code, refused.get_json()["code"]) == (403, "login-failed")

    locked = client.post("/api/v1/tokens", json=LOGIN)

    assert (locked.status_code, "锁定" in locked.get_json()["detail"]) == (403, True)
    user = ctx.session.scalars(select(User).where(User.login == "tuanzhibu")).one()
    assert user.locked_until is not None


def test_too_many_attempts_are_limited(client: FlaskClient) -> None:
    replies = [client.post("/api/v1/tokens", json={}) for _ in range(31)]

    assert {reply.status_code for reply in replies} == {422, 429}
    assert int(replies[-1].headers["Retry-After"]) > 0
