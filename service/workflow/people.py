"""People: logging in, and the groups an account acts in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Row,
    bindparam,
    exists,
    false,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from service.errors import Forbidden, Invalid, NotFound
from service.models import ApiToken, Delegation, Membership, Unit, User
from service.models.base import table_of
from service.workflow import history
from service.workflow.context import Actor, Context

MAX_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
MIN_PASSWORD = 10

_hasher = PasswordHasher()
#: verified when there is no such user, so that the answer takes as long
_NOBODY = _hasher.hash(secrets.token_hex(16))


#: one sentence for all: whether an account exists, is locked or out of use is nobody's business
_REFUSED = (
    f"用户名或密码不正确。连续输错 {MAX_FAILURES} 次，账号锁定 {LOCK_TIME // timedelta(minutes=1)} 分钟，"
    "其间密码正确也不能登录。"
)


def _select_behind_token() -> CompoundSelect[Any]:
    """Select who a token is, with his groups, and with those of everybody he acts for just now."""
    user, token = table_of(User), table_of(ApiToken)
    valid = (
        token.c.token_hash == bindparam("token_hash"),
        token.c.revoked_at.is_(None),
        token.c.expires_at.is_(None) | (token.c.expires_at > bindparam("now")),
    )
    return _select_person(token.join(user, user.c.id == token.c.user_id), valid)


def _select_account() -> CompoundSelect[Any]:
    """Select the same of a user, and what his sessions are held to."""
    user = table_of(User)
    is_asked = user.c.id == bindparam("user_id")
    return _select_person(user, (is_asked,), user.c.session_epoch, user.c.password_is_temporary)


def _select_person(
    found: FromClause, conditions: Sequence[ColumnElement[bool]], *more: ColumnElement[Any]
) -> CompoundSelect[Any]:
    user, unit = table_of(User), table_of(Unit)
    membership, delegation = table_of(Membership), table_of(Delegation)
    person = found.join(unit, unit.c.id == user.c.unit_id)
    columns = (user.c.id, user.c.name, user.c.unit_id, unit.c.path, membership.c.group_key, *more)
    own = (
        select(*columns, null().label("principal_id"))
        .select_from(person.outerjoin(membership, membership.c.user_id == user.c.id))
        .where(*conditions, user.c.active)
    )
    acting = (
        select(*columns, delegation.c.principal_id)
        .select_from(
            person.join(delegation, delegation.c.delegate_id == user.c.id).join(
                membership, membership.c.user_id == delegation.c.principal_id
            )
        )
        .where(*conditions, user.c.active, *_runs(bindparam("moment")), _is_active(delegation.c.principal_id))
    )
    return union_all(own, acting)


def _select_groups() -> CompoundSelect[Any]:
    """Select a user's groups, and those of everybody he acts for just now."""
    membership, delegation = table_of(Membership), table_of(Delegation)
    own = select(membership.c.group_key, null().label("principal_id")).where(
        membership.c.user_id == bindparam("user_id")
    )
    acting = (
        select(membership.c.group_key, delegation.c.principal_id)
        .select_from(
            delegation.join(membership, membership.c.user_id == delegation.c.principal_id)
        )
        .where(
            delegation.c.delegate_id == bindparam("user_id"), *_runs(bindparam("moment")),
            _is_active(delegation.c.principal_id),
        )
    )  # fmt: skip
    return union_all(own, acting)


def _runs(moment: Any) -> tuple[ColumnElement[bool], ...]:
    delegation = table_of(Delegation)
    return delegation.c.starts_at <= moment, delegation.c.ends_at > moment


def _is_active(user_id: ColumnElement[int]) -> ColumnElement[bool]:
    principal = table_of(User).alias("principal")
    return exists().where(principal.c.id == user_id, principal.c.active)


#: asked by every request of the API
_BEHIND_TOKEN = _select_behind_token()
#: asked by every page
_ACCOUNT = _select_account()
_GROUPS = _select_groups()


@dataclass(frozen=True, kw_only=True)
class Account:
    """An active account and what its sessions are held to."""

    actor: Actor
    session_epoch: int  #: a session that began under another one has ended
    password_is_temporary: bool


class LoginFailed(Forbidden):
    """Wrong name or password, or a locked account. The entry point commits: the failure is counted."""


def log_in(ctx: Context, login: str, password: str) -> User:
    """Return the user behind a name and password; five failures lock the account for 15 minutes."""
    user = ctx.session.scalar(select(User).where(User.login == login.strip()).with_for_update())
    locked = user is not None and user.locked_until is not None and user.locked_until > ctx.security_now
    matches = _matches(user.password_hash if user else _NOBODY, password)
    if user is None or locked or not matches or not user.active:
        if user is not None and not locked:
            _count_failure(ctx, user)
        raise LoginFailed(_REFUSED)
    user.failed_logins = 0
    user.locked_until = None
    user.last_login_at = ctx.security_now
    history.record_in(ctx, "logins", "login.succeeded", login=user.login)
    return user


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


def create_user(
    ctx: Context, *, login: str, name: str, password: str, unit: Unit, email: str | None = None
) -> User:
    """Create an account."""
    if len(password) < MIN_PASSWORD:
        raise Invalid("密码太短。", fields={"password": f"至少 {MIN_PASSWORD} 个字符"})
    user = User(
        login=login,
        name=name,
        password_hash=_hasher.hash(password),
        email=email,
        unit_id=unit.id,
        created_at=ctx.now,
    )
    ctx.session.add(user)
    ctx.session.flush()
    return user


def change_password(ctx: Context, user: User, old: str, new: str) -> None:
    """Give an account a new password. Every session it has ends; the caller begins a new one."""
    if not _matches(user.password_hash, old):
        raise Invalid("原密码不正确。", fields={"old": "请输入现在使用的密码"})
    if len(new) < MIN_PASSWORD:
        raise Invalid("新密码太短。", fields={"new": f"至少 {MIN_PASSWORD} 个字符"})
    if new == old or user.login.lower() in new.lower():
        raise Invalid("新密码不能与原密码相同，也不能包含用户名。", fields={"new": "请换一个密码"})
    user.password_hash = _hasher.hash(new)
    user.password_is_temporary = False
    user.session_epoch += 1
    history.record_in(ctx, "logins", "password.changed", login=user.login)


def end_sessions(ctx: Context, user_id: int) -> None:
    """End every browser session of an account: a cookie copied before a log-out must not outlive it."""
    ctx.session.get_one(User, user_id).session_epoch += 1


def list_colleagues(ctx: Context, *, limit: int = 500) -> list[User]:
    """Return the active people the actor may hand work to: of his unit, the units above it and below it."""
    query = (
        select(User)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.active, _near(ctx), User.id != ctx.actor.user_id)
    )
    query = query.options(joinedload(User.unit)).order_by(Unit.path, User.name).limit(limit)
    return list(ctx.session.scalars(query))


def find_colleagues(ctx: Context, ids: Iterable[int]) -> list[User]:
    """Return those of some people whom the actor may hand work to or show it; the system anybody active."""
    query = select(User).join(Unit, Unit.id == User.unit_id).where(User.id.in_(ids), User.active)
    if not ctx.actor.is_system:
        query = query.where(_near(ctx))
    return list(ctx.session.scalars(query.order_by(User.id)))


def _near(ctx: Context) -> ColumnElement[bool]:
    mine = ctx.actor.unit_path
    above = [code for code in mine.split("/") if code]
    below = Unit.path.startswith(mine, autoescape=True) if mine else false()
    return Unit.code.in_(above) | below


def grant(ctx: Context, user: User, role: str, unit: Unit) -> Membership:
    """Give a user a role at a unit."""
    membership = Membership(user_id=user.id, role=role, unit_id=unit.id, group_key=f"{role}@{unit.code}")
    ctx.session.add(membership)
    ctx.session.flush()
    history.record_in(ctx, "system", "role.granted", user=user.login, group=membership.group_key)
    return membership


def groups_of(ctx: Context, user: User) -> frozenset[str]:
    """Return the group keys of a user's memberships."""
    return frozenset(ctx.session.scalars(select(Membership.group_key).where(Membership.user_id == user.id)))


def actor_of(ctx: Context, user: User) -> Actor:
    """Return a user as an actor."""
    unit = ctx.session.get_one(Unit, user.unit_id)
    ctx.session.flush()
    rows = ctx.session.execute(_GROUPS, {"user_id": user.id, "moment": ctx.now}).all()
    own, acting_for = _sort_groups(rows)
    return Actor(
        user_id=user.id,
        name=user.name,
        groups=own,
        unit_id=unit.id,
        unit_path=unit.path,
        acting_for=acting_for,
    )


def find_account(ctx: Context, user_id: int) -> Account | None:
    """Return an active account, in one statement; None if there is none with this number."""
    rows = ctx.session.execute(_ACCOUNT, {"user_id": user_id, "moment": ctx.now}).all()
    if not rows:
        return None
    return Account(
        actor=_read_actor(rows),
        session_epoch=rows[0].session_epoch,
        password_is_temporary=rows[0].password_is_temporary,
    )


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
    return _read_actor(rows) if rows else None


def revoke_token(ctx: Context, token: str) -> None:
    """Revoke a token of the actor's; it is refused from the next request on."""
    row = ctx.session.scalar(
        select(ApiToken).where(ApiToken.token_hash == _hash(token), ApiToken.user_id == ctx.actor.user_id)
    )
    if row is None or row.revoked_at is not None:
        raise NotFound("没有这个令牌，或已经作废。")
    row.revoked_at = ctx.security_now
    history.record_in(ctx, "system", "token.revoked", user=ctx.actor.name, token=row.name)


def _read_actor(rows: Sequence[Row[Any]]) -> Actor:
    user = rows[0]
    own, acting_for = _sort_groups(rows)
    return Actor(
        user_id=user.id,
        name=user.name,
        groups=own,
        unit_id=user.unit_id,
        unit_path=user.path,
        acting_for=acting_for,
    )


def _sort_groups(rows: Iterable[Row[Any]]) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
    """Return one's own groups, and by principal those of the people one acts for."""
    found: dict[int | None, set[str]] = {}
    for row in rows:
        if row.group_key:
            found.setdefault(row.principal_id, set()).add(row.group_key)
    own = frozenset(found.pop(None, ()))
    return own, {principal: frozenset(groups) for principal, groups in found.items() if principal is not None}


def _count_failure(ctx: Context, user: User) -> None:
    user.failed_logins += 1
    if user.failed_logins >= MAX_FAILURES:
        user.failed_logins = 0
        user.locked_until = ctx.security_now + LOCK_TIME
    history.record_in(ctx, "logins", "login.failed", login=user.login)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
