"""What is known already of somebody who registered (自荐登记): told to whoever decides, to nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service.models import Nomination, Registration, User
from service.programmes.nomination.nominations import STANDING
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class Match:
    """Somebody who may be the same."""

    kind: Literal["registration", "account", "nomination"]
    id: int
    called: str  #: number of the registration, log-in of the account, name of the nominee
    unit: str  #: workplace


def find(ctx: Context, rows: Sequence[Registration]) -> dict[int, list[Match]]:
    """Return who may be the same as those who registered, by the registration's id.

    Who registered in the round by the same name and contact; who has an account by that name at the unit,
    or by that mail address; who is nominated in the round by that name at the unit. Three statements.
    """
    rows = [row for row in rows if row.purged_at is None]
    if not rows:
        return {}
    twice, known, nominated = _again(ctx, rows), _accounts(ctx, rows), _nominated(ctx, rows)
    return {
        row.id: [
            *_match_registrations(row, twice),
            *_match_accounts(row, known),
            *_match_nominations(row, nominated),
        ]
        for row in rows
    }


def of(ctx: Context, row: Registration) -> list[Match]:
    """Return who may be the same as one who registered."""
    return find(ctx, [row]).get(row.id, [])


def _match_registrations(row: Registration, others: Sequence[Registration]) -> Iterator[Match]:
    for other in others:
        same = (other.round_id, other.contact_index) == (row.round_id, row.contact_index)
        if same and other.id != row.id:
            yield Match(kind="registration", id=other.id, called=other.number, unit=other.workplace)


def _match_accounts(row: Registration, users: Sequence[User]) -> Iterator[Match]:
    for user in users:
        same = (user.name, user.unit_id) == (row.name, row.unit_id)
        if (same or (user.email or "").lower() == row.contact) and user.id != row.user_id:
            yield Match(kind="account", id=user.id, called=user.login, unit=user.unit.name)


def _match_nominations(row: Registration, nominations: Sequence[Nomination]) -> Iterator[Match]:
    for one in nominations:
        same = (one.round_id, one.name, one.unit_id) == (row.round_id, row.name, row.unit_id)
        if same and (row.user_id is None or one.nominee_id != row.user_id):
            yield Match(kind="nomination", id=one.id, called=one.name, unit=one.unit.name)


def _again(ctx: Context, rows: Sequence[Registration]) -> Sequence[Registration]:
    query = select(Registration).where(
        Registration.round_id.in_({row.round_id for row in rows}),
        Registration.contact_index.in_({row.contact_index for row in rows}),
    )
    return list(ctx.session.scalars(query.order_by(Registration.id)))


def _accounts(ctx: Context, rows: Sequence[Registration]) -> Sequence[User]:
    by_name = User.name.in_({row.name for row in rows})
    by_address = func.lower(User.email).in_({row.contact for row in rows if "@" in row.contact})
    query = select(User).where(by_name | by_address).options(joinedload(User.unit))
    return list(ctx.session.scalars(query.order_by(User.id)))


def _nominated(ctx: Context, rows: Sequence[Registration]) -> Sequence[Nomination]:
    query = select(Nomination).where(
        Nomination.round_id.in_({row.round_id for row in rows}),
        Nomination.name.in_({row.name for row in rows}),
        Nomination.status.in_(STANDING),
    )
    return list(ctx.session.scalars(query.options(joinedload(Nomination.unit)).order_by(Nomination.id)))
