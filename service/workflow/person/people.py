"""People: whom one may hand work to, and what roles somebody has."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import contains_eager

from service.errors import Invalid
from service.models import Membership, Unit, User
from service.workflow import history
from service.workflow.context import Context

#: roles whose holders look after the people of a unit and those below it
ADMINISTRATORS = ("unit_admin", "admin")


def search_colleagues(ctx: Context, text: str, *, limit: int) -> list[User]:
    """Return those the actor may hand work to whose name, login or unit has a text in it.

    They are of his unit or one he administers, of the units above it and below it; whoever bears the very
    name comes first.
    """
    text = text.strip()
    if not text:
        return []
    query = _with_unit().where(User.active, _near(ctx), User.id != ctx.actor.user_id)
    query = query.where(
        User.name.contains(text, autoescape=True)
        | User.login.contains(text, autoescape=True)
        | Unit.name.contains(text, autoescape=True)
    )
    is_other = (User.name != text) & (User.login != text)
    return list(ctx.session.scalars(query.order_by(is_other, Unit.path, User.name, User.id).limit(limit)))


def name_colleague(ctx: Context, text: str) -> User:
    """Return the one colleague whom a text names: by his very name or login, else alone by a part of them."""
    found = search_colleagues(ctx, text, limit=2)
    if not found:
        raise Invalid(f"没有找到“{text}”。只能选择本单位和上下级单位的在用人员。")
    exact = [user for user in found if text.strip() in (user.name, user.login)]
    if len(found) > 1 and len(exact) != 1:
        raise Invalid(f"“{text}”不止一人，请写用户名，或把姓名、单位写得更完整。")
    return (exact or found)[0]


def find_colleagues(ctx: Context, ids: Iterable[int]) -> list[User]:
    """Return those of some people whom the actor may hand work to or show it; the system anybody active."""
    query = _with_unit().where(User.id.in_(ids), User.active)
    if not ctx.actor.is_system:
        query = query.where(_near(ctx))
    return list(ctx.session.scalars(query.order_by(User.id)))


def _with_unit() -> Select[User]:
    return select(User).join(Unit, Unit.id == User.unit_id).options(contains_eager(User.unit))


def _near(ctx: Context) -> ColumnElement[bool]:
    paths = _list_paths(ctx)
    above = {code for path in paths for code in path.split("/") if code}
    return or_(Unit.code.in_(above), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def _list_paths(ctx: Context) -> list[str]:
    """Return the paths of the actor's unit and of those that he administers from an account elsewhere."""
    own = [ctx.actor.unit_path] if ctx.actor.unit_path else []
    codes = ctx.actor.codes_of(ADMINISTRATORS).difference(path.split("/")[-2] for path in own)
    if not codes:
        return own
    return own + list(ctx.session.scalars(select(Unit.path).where(Unit.code.in_(codes)).order_by(Unit.path)))


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
