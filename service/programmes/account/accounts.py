"""Accounts as an administrator keeps them: one-time passwords, roles, and who is left holding a role."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid, NotFound
from service.models import Candidate, Membership, TaskStatus, Unit, User, UserTask
from service.programmes import wiring
from service.workflow import history
from service.workflow.context import Context
from service.workflow.person import logins, people
from service.workflow.task import departures, handovers

PAGE = 50
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
#: without letters that are taken for one another when read out
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def search(ctx: Context, *, text: str = "", limit: int = PAGE, offset: int = 0) -> Sequence[User]:
    """Return accounts by unit and name, with their units."""
    query = select(User).join(User.unit).options(joinedload(User.unit)).order_by(Unit.path, User.login)
    if text:
        query = query.where(
            User.name.contains(text, autoescape=True)
            | User.login.contains(text, autoescape=True)
            | Unit.name.contains(text, autoescape=True)
        )
    return list(ctx.session.scalars(query.limit(limit).offset(offset)))


def memberships_of(ctx: Context, users: Sequence[User]) -> dict[int, list[Membership]]:
    """Return the roles of accounts by their id, in one statement."""
    query = select(Membership).where(Membership.user_id.in_([user.id for user in users]))
    found: dict[int, list[Membership]] = {}
    for membership in ctx.session.scalars(query.options(joinedload(Membership.unit)).order_by(Membership.id)):
        found.setdefault(membership.user_id, []).append(membership)
    return found


def get(ctx: Context, user_id: int) -> User:
    """Return an account."""
    user = ctx.session.get(User, user_id, options=[joinedload(User.unit)])
    if user is None:
        raise NotFound("没有这个账号。")
    return user


def create(ctx: Context, *, login: str, name: str, unit: Unit | None, email: str = "") -> tuple[User, str]:
    """Create an account and return it with its one-time password, which is kept nowhere."""
    password = make_password()
    user = create_with_password(ctx, login=login, name=name, unit=unit, password=password, email=email)
    user.password_is_temporary = True
    return user, password


def create_with_password(
    ctx: Context, *, login: str, name: str, unit: Unit | None, password: str, email: str = ""
) -> User:
    """Create an account whose owner knows its password."""
    fields = {}
    if _LOGIN.fullmatch(login) is None:
        fields["login"] = "2 至 40 个小写字母、数字、点、横线或下划线，以字母或数字开头"
    elif ctx.session.scalar(select(User.id).where(User.login == login)):
        fields["login"] = "这个用户名已有人使用"
    if not name.strip():
        fields["name"] = "必填"
    if unit is None or not unit.active:
        fields["unit"] = "请选择一个在用单位"
    if email and _MAIL.fullmatch(email) is None:
        fields["email"] = "邮箱地址写法不对"
    if fields or unit is None:
        raise Invalid("账号没有建立，请改正后再提交。", fields=fields)
    user = logins.create_user(
        ctx, login=login, name=name.strip()[:80], password=password, unit=unit, email=email or None
    )
    history.record_in(ctx, "system", "account.created", user=login, unit=unit.code)
    return user


def reset_password(ctx: Context, user: User) -> str:
    """Give an account a new one-time password; every session it has ends, every token is revoked."""
    password = make_password()
    user.password_hash = logins.hash_password(password)
    user.password_is_temporary = True
    logins.cut_off(ctx, user)
    user.failed_logins, user.locked_until = 0, None
    history.record_in(ctx, "system", "account.password_reset", user=user.login)
    return password


def set_active(ctx: Context, user: User, *, active: bool) -> list[str]:
    """Let an account log in again, or no longer. Returns the groups nobody holds any more.

    Whoever is back is offered again what fell to others for want of him and nobody has claimed.
    """
    if not active and user.id == ctx.actor.user_id:
        raise Conflict("不能停用自己的账号。")
    groups = sorted(people.groups_of(ctx, user))
    user.active = active
    logins.cut_off(ctx, user)
    ctx.session.flush()
    history.record_in(ctx, "system", "account.enabled" if active else "account.disabled", user=user.login)
    if active:
        handovers.give_back(ctx, user, groups)
    else:
        departures.release(ctx, user, groups)
    return [] if active else [group for group in groups if not count_holders(ctx, group)]


def grant(ctx: Context, user: User, role: str, unit: Unit | None) -> Membership:
    """Give an account a role at a unit."""
    fields = {}
    if role not in name_roles(ctx):
        fields["role"] = "请从列表中选择岗位"
    if unit is None:
        fields["unit"] = "请选择单位"
    if fields or unit is None:
        raise Invalid("没有授予岗位，请改正后再提交。", fields=fields)
    if f"{role}@{unit.code}" in people.groups_of(ctx, user):
        raise Conflict(f"{user.name} 已经担任{unit.name}的这个岗位。")
    return people.grant(ctx, user, role, unit)


def revoke(ctx: Context, user: User, membership_id: int) -> tuple[Membership, int]:
    """Take a role away, with what he claimed by it; returns it and how many active people still hold it."""
    membership = ctx.session.get(Membership, membership_id)
    if membership is None or membership.user_id != user.id:
        raise NotFound("没有这项授权，可能已经取消。")
    if membership.role == "admin" and count_holders(ctx, membership.group_key) <= 1:
        raise Conflict("这是最后一位系统管理员，请先授权他人再取消。")
    ctx.session.delete(membership)
    ctx.session.flush()
    history.record_in(ctx, "system", "role.revoked", user=user.login, group=membership.group_key)
    departures.relieve(ctx, user, membership.group_key)
    return membership, count_holders(ctx, membership.group_key)


def count_holders(ctx: Context, group: str) -> int:
    """Return how many active accounts hold a group."""
    query = select(func.count()).select_from(Membership).join(User, User.id == Membership.user_id)
    return ctx.session.scalar(query.where(Membership.group_key == group, User.active)) or 0


def count_waiting(ctx: Context, group: str) -> int:
    """Return how many open tasks are offered to a group."""
    query = select(func.count()).select_from(Candidate).join(UserTask, UserTask.id == Candidate.user_task_id)
    found = query.where(Candidate.group_key == group, UserTask.status == TaskStatus.OPEN)
    return ctx.session.scalar(found) or 0


def name_roles(ctx: Context) -> dict[str, str]:
    """Return the roles of every programme, by key; a key that programmes call differently has every name."""
    names: dict[str, list[str]] = {}
    for pack in wiring.all_packs(ctx).values():
        for role in pack.programme.roles.values():
            called = names.setdefault(role.key, [])
            if role.name not in called:
                called.append(role.name)
    return {key: " / ".join(called) for key, called in names.items()}


def require_roles(ctx: Context, roles: Iterable[str]) -> None:
    """Refuse a role no programme has; the sentence names those that are there."""
    known = name_roles(ctx)
    unknown = [role for role in roles if role not in known]
    if unknown:
        there = "、".join(f"{key}（{name}）" for key, name in known.items())
        raise Invalid(f"没有岗位 {'、'.join(unknown)}。现有：{there}。")


def make_password() -> str:
    """Return a password that can be read out: four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
