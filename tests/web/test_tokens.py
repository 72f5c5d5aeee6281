"""Tokens of the API on the account's page: seen, and revoked by whom they act for alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.models import ApiToken, User
from service.wire import Runtime
from service.workflow.person import tokens
from tests.web.browser import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def token(service: Runtime) -> int:
    with service.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "liyang")).one()
        tokens.issue_token(ctx, user, "报表程序", lifetime=timedelta(days=3650))
        return ctx.session.scalars(select(ApiToken.id)).one()


@pytest.mark.usefixtures("token")
def test_account_without_tokens_shows_none(browse: Browse) -> None:
    assert "报表程序" in browse("liyang").get("/account").text
    assert "接口令牌" not in browse("tuanzhibu").get("/account").text


def test_token_is_revoked_once_by_its_owner(browse: Browse, token: int) -> None:
    browser = browse("liyang")

    others = browse("tuanzhibu").post(f"/account/tokens/{token}/revoke", {}).status
    revoked = browser.post(f"/account/tokens/{token}/revoke", {})
    text = browser.get("/account").text

    assert (others, revoked.status, revoked.location) == (404, 302, "/account")
    assert "令牌“报表程序”已作废" in text
    assert "程序用令牌代您办理" not in text
    assert browser.post(f"/account/tokens/{token}/revoke", {}).status == 404
