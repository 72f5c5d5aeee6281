"""Tokens of the API: issued, recognised, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, select, update

from service.errors import Forbidden, NotFound
from service.models import ApiToken, User
from service.models.base import table_of
from service.workflow import history
from service.workflow.context import Actor, Context
from service.workflow.person.actors import read_actor, select_person


def _select_behind_token() -> CompoundSelect[Any]:
    """Select who a token is, with his groups, and with those of everybody he acts for just now."""
    user, token = table_of(User), table_of(ApiToken)
    valid = (
        token.c.token_hash == bindparam("token_hash"),
        token.c.revoked_at.is_(None),
        token.c.expires_at.is_(None) | (token.c.expires_at > bindparam("now")),
    )
    return select_person(token.join(user, user.c.id == token.c.user_id), valid)


#: asked by every request of the API
_BEHIND_TOKEN = _select_behind_token()


def issue_token(ctx: Context, user: User, name: str, *, lifetime: timedelta | None = None) -> str:
    """Issue an API token and return it; only its hash is kept, so it cannot be shown again.

    Raises Forbidden for a one-time password: it is good for choosing one's own and nothing else.
    """
    if user.password_is_temporary:
        raise Forbidden("您用的是管理员给的一次性密码，请先登录页面改成自己的密码，再取得令牌。")
    token = "xs_" + secrets.token_urlsafe(32)
    expires_at = ctx.security_now + lifetime if lifetime else None
    ctx.session.add(
        ApiToken(
            user_id=user.id,
            name=name,
            token_hash=_hash(token),
            created_at=ctx.security_now,
            expires_at=expires_at,
        )
    )
    history.record_in(ctx, "system", "token.issued", user=user.login, token=name)
    return token


def find_actor(ctx: Context, token: str) -> Actor | None:
    """Return the active user behind a valid token, as an actor."""
    asked = {"token_hash": _hash(token), "now": ctx.security_now, "moment": ctx.now}
    rows = ctx.session.execute(_BEHIND_TOKEN, asked).all()
    return read_actor(rows) if rows else None


def list_of(ctx: Context, user_id: int) -> Sequence[ApiToken]:
    """Return the tokens by which an account can be used just now, newest first."""
    return ctx.session.scalars(
        select(ApiToken)
        .where(
            ApiToken.user_id == user_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > ctx.security_now),
        )
        .order_by(ApiToken.id.desc())
    ).all()


def revoke_token(ctx: Context, token: str) -> None:
    """Revoke a token of the actor's; it is refused from the next request on."""
    _revoke(ctx, ctx.session.scalar(select(ApiToken).where(ApiToken.token_hash == _hash(token))))


def revoke_own(ctx: Context, token_id: int) -> ApiToken:
    """Revoke a token of the actor's by its number in the list, and return it."""
    return _revoke(ctx, ctx.session.get(ApiToken, token_id))


def revoke_all(ctx: Context, user: User) -> None:
    """Revoke whatever was issued to an account: its password is no longer the one they were got with."""
    tokens = update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
    ctx.session.execute(tokens.values(revoked_at=ctx.security_now))


def _revoke(ctx: Context, token: ApiToken | None) -> ApiToken:
    if token is None or token.user_id != ctx.actor.user_id or token.revoked_at is not None:
        raise NotFound("没有这个令牌，或已经作废。")
    token.revoked_at = ctx.security_now
    history.record_in(ctx, "system", "token.revoked", user=ctx.actor.name, token=token.name)
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
