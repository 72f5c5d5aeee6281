"""People: whom one may hand work to, and what roles somebody has."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    ColumnElement,
    false,
    select,
)
from sqlalchemy.orm import joinedload

from service.models import Membership, Unit, User
from service.workflow import history
from service.workflow.context import Context


def list_colleagues(ctx: Context, *, limit: int = 500) -> list[User]:
    """Return the active people the actor may hand work to: of his unit, the units above it and below it."""
    query = (
        select(User)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.active, _near(ctx), User.id != ctx.actor.user_id)
    )
    query = query.options(joinedload(User.unit)).order_by(Unit.path, User.name).limit(limit)
    return list(ctx.session.scalars(query))


def search_colleagues(ctx: Context, text: str, *, limit: int) -> list[User]:
    """Return those the actor may hand work to whose name, login or unit has a text in it."""
    text = text.strip()
    if not text:
        return []
    query = (
        select(User)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.active, _near(ctx), User.id != ctx.actor.user_id)
        .where(
            User.name.contains(text, autoescape=True)
            | User.login.contains(text, autoescape=True)
            | Unit.name.contains(text, autoescape=True)
        )
    )
    query = query.options(joinedload(User.unit)).order_by(User.name != text, Unit.path, User.name, User.id)
    return list(ctx.session.scalars(query.limit(limit)))


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
