"""Roles: looking up ``role@scope`` for an instance, and who steps in when nobody holds one (X14).

A group is a role at a unit, or one person by name (``user:<id>``): who has left is nobody either way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, null, select, union_all

from service.models import Award, Instance, Membership, Nomination, Objection, Round, Unit, User
from service.models.base import table_of
from service.programmes.award import awards
from service.programmes.nomination import nominations
from service.programmes.publication import objections
from service.programmes.round import rounds
from service.workflow import memory
from service.workflow.context import Context, Resolved

UNIT_ADMIN = "unit_admin"

_membership, _user = table_of(Membership), table_of(User)
_HOLDERS = (
    select(_membership.c.group_key, _user.c.id, _user.c.id_number_index)
    .join(_user, _user.c.id == _membership.c.user_id)
    .where(_membership.c.group_key.in_(bindparam("keys", expanding=True)), _user.c.active)
)
_HOLDERS_AND_NAMED = union_all(
    _HOLDERS,
    select(null(), _user.c.id, _user.c.id_number_index).where(
        _user.c.id.in_(bindparam("people", expanding=True)), _user.c.active
    ),
)
_USER = "user:"  #: begins the key of one person's own group
#: where a transaction remembers who holds which group
HELD = "held_groups"


#: account and keyed hash of the identity number of whoever a process is about, as far as known
_Person = tuple[int | None, str]


@dataclass(frozen=True)
class _About:
    """Whose process it is: a nominee's, or the holder's of a title."""

    person_id: int | None  #: his account, if any
    person: str  #: keyed hash of his identity number, once known
    unit: Unit
    recommender: Unit


def resolve(ctx: Context, instance: Instance, groups: tuple[str, ...]) -> Resolved:
    """Return the group keys an instance's task is offered to.

    A group that nobody active holds, or only the nominee himself for an approval, falls to the
    administrator of that unit, then of the units above it; what is somebody's by name who has left, to
    those of his. It never passes by itself. The case of an objection to somebody who holds the group
    himself is offered to the others who do, one by one.
    """
    about = _about(ctx, instance)
    objection = objections.of_instance(ctx, instance) if about is None else None
    keys = _keys(ctx, instance, groups, _around(objection) if objection else about)
    nominee = _nominee(about, objection)
    held = _held(ctx, [key for key in keys.values() if key], nominee)
    found = tuple(key for key in keys.values() if key in held)
    missing = tuple(written for written, key in keys.items() if key not in found)
    if found and objection is not None:
        found = tuple(key for group in found for key in _without(ctx, group, nominee))
    if found:
        return Resolved(groups=found, missing=missing)
    for written in groups:
        substitute = _substitute(ctx, keys[written], about, nominee)
        if substitute:
            return Resolved(groups=(substitute,), missing=missing, substituted=True)
    return Resolved(groups=(), missing=missing)


def read_ahead(ctx: Context, instance: Instance, groups: Sequence[str]) -> None:
    """Read which of some groups are held in one statement: ``resolve`` then asks nothing for them."""
    about = _about(ctx, instance)
    if about is not None:
        keys = _keys(ctx, instance, groups, about).values()
        _held(ctx, [key for key in keys if key], (about.person_id, about.person))


def _about(ctx: Context, instance: Instance) -> _About | None:
    nomination = nominations.of_instance(ctx, instance)
    if nomination is not None:
        return _of_nomination(nomination)
    award = awards.of_instance(ctx, instance)
    return _of_award(award) if award else None


def _around(objection: Objection) -> _About:
    """Return where the case of an objection is: at the candidate's units, and never with himself."""
    return replace(_of_nomination(objection.nomination), person_id=None)


def _of_nomination(nomination: Nomination) -> _About:
    known = nomination.id_number_index or ""
    return _About(nomination.nominee_id, known, nomination.unit, nomination.recommender)


def _of_award(award: Award) -> _About:
    return _About(award.holder_id, "", award.unit, award.recommender)


def _keys(
    ctx: Context, instance: Instance, groups: Sequence[str], about: _About | None
) -> dict[str, str | None]:
    entry = rounds.find_of_instance(ctx, instance)
    return {written: _key(ctx, written, about, entry) for written in groups}


def _nominee(about: _About | None, objection: Objection | None) -> _Person:
    if about is None and objection is not None:
        about = _of_nomination(objection.nomination)
    return (about.person_id, about.person) if about else (None, "")


def _key(ctx: Context, written: str, about: _About | None, entry: Round | None) -> str | None:
    role, _, scope = written.partition("@")
    if written.startswith(_USER):
        return written
    if scope == "self":
        return f"{_USER}{about.person_id}" if about and about.person_id else None
    unit = _unit(ctx, scope, about, entry)
    return f"{role}@{unit}" if unit else None


def _unit(ctx: Context, scope: str, about: _About | None, entry: Round | None) -> str | None:
    if scope == "organiser":
        return entry.organiser.code if entry else None
    if about is None:
        return scope
    if scope == "unit":
        return about.unit.code
    if scope == "recommender":
        return about.recommender.code
    codes = [code for code in about.unit.path.split("/") if code]
    at_level = select(Unit.code).where(Unit.code.in_(codes), Unit.level == scope)
    return ctx.session.scalar(at_level) or scope


def _held(ctx: Context, keys: Sequence[str], nominee: _Person) -> set[str]:
    """Return which groups somebody active holds besides the nominee, who may be asked by name."""
    holders = _holders(ctx, keys)
    return {
        key
        for key in keys
        if any(key.startswith(_USER) or not _is_same(holder, nominee) for holder in holders[key])
    }


def _holders(ctx: Context, keys: Sequence[str]) -> Mapping[str, Collection[_Person]]:
    """Return who of those active holds each group; each is asked for once a transaction."""
    known: dict[str, set[_Person]] = memory.of(ctx.session).setdefault(HELD, {})
    asked = [key for key in keys if key not in known]
    if asked:
        known.update({key: set() for key in asked})
        named = [number for number in map(_find_number, asked) if number is not None]
        query = _HOLDERS_AND_NAMED if named else _HOLDERS
        for key, user_id, person in ctx.session.execute(query, {"keys": asked, "people": named}):
            known.setdefault(key or f"{_USER}{user_id}", set()).add((user_id, person or ""))
    return known


def _find_number(key: str) -> int | None:
    """Return whose own group a key is, if it is anybody's."""
    number = key.removeprefix(_USER)
    return int(number) if number != key and number.isdecimal() else None


def _is_same(holder: _Person, nominee: _Person) -> bool:
    number, person = nominee
    return holder[0] == number or (person != "" and holder[1] == person)


def _without(ctx: Context, group: str, nominee: _Person) -> list[str]:
    """Return a group as it is, or, when the nominee holds it, everybody else who does.

    What he is asked by name is his.
    """
    if group.startswith(_USER):
        return [group]
    holders = _holders(ctx, [group])[group]
    others = sorted(number or 0 for number, person in holders if not _is_same((number, person), nominee))
    return [f"{_USER}{user}" for user in others] if len(others) < len(holders) else [group]


def _substitute(ctx: Context, key: str | None, about: _About | None, nominee: _Person) -> str | None:
    unit = _find_unit(ctx, key, about)
    if unit is None:
        return None
    above = [f"{UNIT_ADMIN}@{step}" for step in reversed([step for step in unit.path.split("/") if step])]
    held = _held(ctx, above, nominee)
    return next((group for group in above if group in held), None)


def _find_unit(ctx: Context, key: str | None, about: _About | None) -> Unit | None:
    """Return the unit where somebody is sought for a group: the role's, or that of whom it names."""
    number = _find_number(key) if key else None
    if number is not None:
        return ctx.session.scalar(select(Unit).join(User, User.unit_id == Unit.id).where(User.id == number))
    if key and "@" in key:
        return ctx.session.scalar(select(Unit).where(Unit.code == key.partition("@")[2]))
    return about.unit if about else None
