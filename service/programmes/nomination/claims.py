"""Claims: a nominee belongs to one nomination of a round, never to two (X28)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NoReturn

from sqlalchemy import BigInteger, Integer, String, bindparam, cast, func, null, select, union_all

from service.errors import Conflict
from service.models import Attachment, Nomination
from service.models.base import table_of
from service.models.crypto import keyring
from service.programmes import wiring
from service.programmes.nomination.nominations import STANDING, WITH_UNITS
from service.programmes.pack.programme import UNIT
from service.workflow.context import Context
from service.workflow.instance import locks

_nomination, _attachment = table_of(Nomination), table_of(Attachment)
#: another of the same, and how many files are in each slot of this one
_OTHER_AND_FILES = union_all(
    select(func.min(_nomination.c.id), cast(null(), String), cast(null(), Integer))
    .where(
        _nomination.c.round_id == bindparam("of_round"),
        _nomination.c.id_number_index == bindparam("index"),
        _nomination.c.id != bindparam("mine"),
        _nomination.c.status.in_(STANDING),
    ),
    select(cast(null(), BigInteger), _attachment.c.slot, func.count())
    .where(_attachment.c.nomination_id == bindparam("mine"))
    .group_by(_attachment.c.slot),
)  # fmt: skip
#: who else stands under one of some indexes
_OTHERS = select(_nomination.c.id, _nomination.c.id_number_index).where(
    _nomination.c.round_id == bindparam("of_round"),
    _nomination.c.id_number_index.in_(bindparam("indexes", expanding=True)),
    _nomination.c.status.in_(STANDING),
)


class NominatedTwice(Conflict):
    """The same stands in this round already; the message names both units (X28)."""


def index_of(identity: str) -> str:
    """Return the keyed hash an identity, such as a person's number, is found by."""
    return keyring().index(identity.upper())


def claim(ctx: Context, nomination: Nomination, identity: str) -> Counter[str] | None:
    """Give a nomination its identity; refused where another of the same stands, naming both units.

    Of two who do so together the second waits for the first and is told the same as if he had come
    later. Whoever has the person's index already has passed. Returns how many files the nomination has
    in each slot, which are read by the way; None where nothing had to be read.
    """
    index = index_of(identity)
    if nomination.id_number_index == index:
        return None
    locks.wait_for(ctx.session, index)
    asked = {"of_round": nomination.round_id, "index": index, "mine": nomination.id}
    rows = ctx.session.execute(_OTHER_AND_FILES, asked).all()
    for other in (other for other, _, _ in rows if other is not None):
        _refuse_second(ctx, nomination, ctx.session.get_one(Nomination, other, options=WITH_UNITS))
    nomination.id_number_index = index
    return Counter({slot: number for _, slot, number in rows if slot is not None})


def claim_together(ctx: Context, identities: Mapping[Nomination, str]) -> None:
    """Give nominations of one round that have just begun their identities, as ``claim`` does for one."""
    if not identities:
        return
    indexes = {nomination: index_of(identity) for nomination, identity in identities.items()}
    locks.wait_for(ctx.session, *indexes.values())
    asked = {"of_round": next(iter(indexes)).round_id, "indexes": list(indexes.values())}
    others = {row.id_number_index: row.id for row in ctx.session.execute(_OTHERS, asked)}
    for nomination, index in indexes.items():
        if index in others:
            other = ctx.session.get_one(Nomination, others[index], options=WITH_UNITS)
            _refuse_second(ctx, nomination, other)
        others[index] = nomination.id
        nomination.id_number_index = index


def _refuse_second(ctx: Context, nomination: Nomination, other: Nomination) -> NoReturn:
    mine = f"{nomination.unit.name}（推荐单位：{nomination.recommender.name}）"
    theirs = f"{other.unit.name}（推荐单位：{other.recommender.name}）"
    programme = wiring.pack_of(ctx, nomination.round).programme
    if programme.nominates_people:
        sentence = f"该同志已由{theirs}申报，本次为{mine}；每人只能由一个单位申报一个类别，请两家单位协商。"
    else:
        sentence = f"已由{theirs}申报“{other.name}”，本次为{mine}；同一个申报对象只能申报一次。"
    first = next((field for field in programme.identified_by if field != UNIT), "name")
    raise NominatedTwice(sentence, fields={first: f"已由{other.unit.name}申报"})
