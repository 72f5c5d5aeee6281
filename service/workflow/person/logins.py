"""Logins: names and passwords, the lock after too many failures, and the end of sessions."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import select

from service.errors import Forbidden, Invalid
from service.models import Unit, User
from service.workflow import history
from service.workflow.context import Context
from service.workflow.person import tokens

MAX_FAILURES = 5

LOCK_TIME = timedelta(minutes=15)

MIN_PASSWORD = 10

_hasher = PasswordHasher()


def _hash_of_nobody() -> str:
    """Return a hash that no password has. Nothing is hashed for it: every command would wait for that."""
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (_hasher.salt_len, _hasher.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


#: verified when there is no such user, so that the answer takes as long
_NOBODY = _hash_of_nobody()

#: one sentence for all: whether an account exists, is locked or out of use is nobody's business
_REFUSED = (
    f"用户名或密码不正确。连续输错 {MAX_FAILURES} 次，账号锁定 {LOCK_TIME // timedelta(minutes=1)} 分钟，"
    "其间密码正确也不能登录。"
)
_UNFIT = "新密码不能与原密码相同，也不能包含用户名。"


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
    user.last_login_at = ctx.now  # shown beside other moments: in a demonstration, of its own clock
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
    """Give an account a new password; see ``set_password``. The caller begins a new session."""
    if not _matches(user.password_hash, old):
        raise Invalid("原密码不正确。", fields={"old": "请输入现在使用的密码"})
    if new == old:
        raise Invalid(_UNFIT, fields={"new": "请换一个密码"})
    set_password(ctx, user, new)


def set_password(ctx: Context, user: User, new: str) -> None:
    """Give an account the password its owner chose, who has shown by other means that it is his.

    Every session it has ends, and every token of the API is revoked.
    """
    if len(new) < MIN_PASSWORD:
        raise Invalid("新密码太短。", fields={"new": f"至少 {MIN_PASSWORD} 个字符"})
    if user.login.lower() in new.lower():
        raise Invalid(_UNFIT, fields={"new": "请换一个密码"})
    user.password_hash = _hasher.hash(new)
    user.password_is_temporary = False
    cut_off(ctx, user)
    history.record_in(ctx, "logins", "password.changed", login=user.login)


def cut_off(ctx: Context, user: User) -> None:
    """End every session of an account and revoke every token: whoever holds one has to show himself anew."""
    user.session_epoch += 1
    tokens.revoke_all(ctx, user)


def end_sessions(ctx: Context, user_id: int) -> None:
    """End every browser session of an account: a cookie copied before a log-out must not outlive it."""
    ctx.session.get_one(User, user_id).session_epoch += 1


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
