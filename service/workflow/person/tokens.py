"""Tokens of the API: issued, recognised, revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    bindparam,
    select,
)

from service.errors import NotFound
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
    """Issue an API token and return it; only its hash is kept, so it cannot be shown again."""
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


def revoke_token(ctx: Context, token: str) -> None:
    """Revoke a token of the actor's; it is refused from the next request on."""
    row = ctx.session.scalar(
        select(ApiToken).where(ApiToken.token_hash == _hash(token), ApiToken.user_id == ctx.actor.user_id)
    )
    if row is None or row.revoked_at is not None:
        raise NotFound("没有这个令牌，或已经作废。")
    row.revoked_at = ctx.security_now
    history.record_in(ctx, "system", "token.revoked", user=ctx.actor.name, token=row.name)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
