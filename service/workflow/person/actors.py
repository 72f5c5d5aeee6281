"""Actors: accounts with the groups they act in, their own and those of whom they act for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Row,
    bindparam,
    exists,
    null,
    select,
    union_all,
)

from service.models import Delegation, Membership, Unit, User
from service.models.base import table_of
from service.workflow.context import Actor, Context


def _select_account() -> CompoundSelect[Any]:
    """Select a user with his groups, and what his sessions are held to."""
    user = table_of(User)
    is_asked = user.c.id == bindparam("user_id")
    return select_person(user, (is_asked,), user.c.session_epoch, user.c.password_is_temporary)


def select_person(
    found: FromClause, conditions: Sequence[ColumnElement[bool]], *more: ColumnElement[Any]
) -> CompoundSelect[Any]:
    """Select a person once for each of his groups, and of theirs for whom he acts just now."""
    user, unit = table_of(User), table_of(Unit)
    membership, delegation = table_of(Membership), table_of(Delegation)
    person = found.join(unit, unit.c.id == user.c.unit_id)
    about = (user.c.id, user.c.name, user.c.unit_id, user.c.id_number_index, unit.c.path)
    columns = (*about, membership.c.group_key, *more)
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


#: asked by every page
_ACCOUNT = _select_account()

_GROUPS = _select_groups()


@dataclass(frozen=True, kw_only=True)
class Account:
    """An active account and what its sessions are held to."""

    actor: Actor
    session_epoch: int  #: a session that began under another one has ended
    password_is_temporary: bool


def actor_of(ctx: Context, user: User) -> Actor:
    """Return a user as an actor."""
    unit = ctx.session.get_one(Unit, user.unit_id)
    ctx.session.flush()
    rows = ctx.session.execute(_GROUPS, {"user_id": user.id, "moment": ctx.now}).all()
    return _compose(user, unit.path, rows)


def find_account(ctx: Context, user_id: int) -> Account | None:
    """Return an active account, in one statement; None if there is none with this number."""
    rows = ctx.session.execute(_ACCOUNT, {"user_id": user_id, "moment": ctx.now}).all()
    if not rows:
        return None
    return Account(
        actor=read_actor(rows),
        session_epoch=rows[0].session_epoch,
        password_is_temporary=rows[0].password_is_temporary,
    )


def read_actor(rows: Sequence[Row[Any]]) -> Actor:
    """Return the actor whom rows of ``select_person`` tell of."""
    return _compose(rows[0], rows[0].path, rows)


def _compose(person: User | Row[Any], unit_path: str, rows: Iterable[Row[Any]]) -> Actor:
    own, acting_for = _sort_groups(rows)
    return Actor(
        user_id=person.id,
        name=person.name,
        groups=own,
        unit_id=person.unit_id,
        unit_path=unit_path,
        person=person.id_number_index or "",
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
