"""Roles: looking up ``role@scope`` for an instance, and who steps in when nobody holds one (X14)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from service.models import Instance, Membership, Nomination, Objection, Round, Unit, User
from service.models.base import table_of
from service.programmes.nomination import nominations
from service.programmes.publication import objections
from service.workflow.context import Context, Resolved

UNIT_ADMIN = "unit_admin"

_membership, _user = table_of(Membership), table_of(User)
_HELD = (
    select(_membership.c.group_key)
    .join(_user, _user.c.id == _membership.c.user_id)
    .where(_membership.c.group_key.in_(bindparam("keys", expanding=True)), _user.c.active)
    .where(_user.c.id != bindparam("nominee"))
    .distinct()
)


def resolve(ctx: Context, instance: Instance, groups: tuple[str, ...]) -> Resolved:
    """Return the group keys an instance's task is offered to.

    A group that nobody active holds, or only the nominee himself for an approval, falls to the
    administrator of that unit, then of the units above it. It never passes by itself. The case of an
    objection to somebody who holds the group himself is offered to the others who do, one by one.
    """
    nomination = nominations.of_instance(ctx, instance)
    keys = _keys(ctx, instance, groups, nomination)
    objection = objections.of_instance(ctx, instance) if nomination is None else None
    nominee = _nominee(nomination, objection)
    held = _held(ctx, [key for key in keys.values() if key], nominee)
    found = tuple(key for key in keys.values() if key and (key in held or key.startswith("user:")))
    missing = tuple(written for written, key in keys.items() if key not in found)
    if found and objection is not None and nominee is not None:
        found = tuple(key for group in found for key in _without(ctx, group, nominee))
    if found:
        return Resolved(groups=found, missing=missing)
    for written in groups:
        substitute = _substitute(ctx, keys[written], nomination, nominee)
        if substitute:
            return Resolved(groups=(substitute,), missing=missing, substituted=True)
    return Resolved(groups=(), missing=missing)


def read_ahead(ctx: Context, instance: Instance, groups: Sequence[str]) -> None:
    """Read which of some groups are held in one statement: ``resolve`` then asks nothing for them."""
    nomination = nominations.of_instance(ctx, instance)
    if nomination is not None:
        keys = _keys(ctx, instance, groups, nomination).values()
        _held(ctx, [key for key in keys if key], nomination.nominee_id)


def _keys(
    ctx: Context, instance: Instance, groups: Sequence[str], nomination: Nomination | None
) -> dict[str, str | None]:
    entry = ctx.session.get(Round, instance.round_id) if instance.round_id else None
    return {written: _key(ctx, written, nomination, entry) for written in groups}


def _nominee(nomination: Nomination | None, objection: Objection | None) -> int | None:
    subject = nomination or (objection.nomination if objection else None)
    return subject.nominee_id if subject else None


def _key(ctx: Context, written: str, nomination: Nomination | None, entry: Round | None) -> str | None:
    role, _, scope = written.partition("@")
    if written.startswith("user:"):
        return written
    if scope == "self":
        return f"user:{nomination.nominee_id}" if nomination and nomination.nominee_id else None
    unit = _unit(ctx, scope, nomination, entry)
    return f"{role}@{unit}" if unit else None


def _unit(ctx: Context, scope: str, nomination: Nomination | None, entry: Round | None) -> str | None:
    if scope == "organiser":
        return entry.organiser.code if entry else None
    if nomination is None:
        return scope
    if scope == "unit":
        return nomination.unit.code
    if scope == "recommender":
        return nomination.recommender.code
    codes = [code for code in nomination.unit.path.split("/") if code]
    at_level = select(Unit.code).where(Unit.code.in_(codes), Unit.level == scope)
    return ctx.session.scalar(at_level) or scope


def _held(ctx: Context, keys: Sequence[str], nominee: int | None) -> set[str]:
    """Return which groups somebody active holds; each group is asked for once a transaction."""
    known: dict[tuple[str, int | None], bool] = ctx.session.info.setdefault("held_groups", {})
    if any((key, nominee) not in known for key in keys):
        # nobody has the number 0
        found = set(ctx.session.scalars(_HELD, {"keys": keys, "nominee": nominee or 0}))
        known.update({(key, nominee): key in found for key in keys})
    return {key for key in keys if known[key, nominee]}


def _without(ctx: Context, group: str, nominee: int) -> list[str]:
    """Return a group as it is, or, when the nominee holds it, everybody else who does."""
    query = select(Membership.user_id).join(User, User.id == Membership.user_id)
    holders = sorted(set(ctx.session.scalars(query.where(Membership.group_key == group, User.active))))
    return [f"user:{user}" for user in holders if user != nominee] if nominee in holders else [group]


def _substitute(
    ctx: Context, key: str | None, nomination: Nomination | None, nominee: int | None
) -> str | None:
    code = key.partition("@")[2] if key else (nomination.unit.code if nomination else "")
    unit = ctx.session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        return None
    above = [f"{UNIT_ADMIN}@{step}" for step in reversed([step for step in unit.path.split("/") if step])]
    held = _held(ctx, above, nominee)
    return next((group for group in above if group in held), None)
