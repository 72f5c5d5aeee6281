"""Claims: a nominee belongs to one nomination of a round, never to two (X28)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from service.errors import Conflict
from service.models import Nomination
from service.models.base import table_of
from service.models.crypto import keyring
from service.programmes import wiring
from service.programmes.nomination.nominations import STANDING, WITH_UNITS
from service.programmes.pack.programme import UNIT
from service.workflow.context import Context
from service.workflow.instance import locks

_nomination = table_of(Nomination)
_OTHER = (
    select(_nomination.c.id)
    .where(
        _nomination.c.round_id == bindparam("of_round"),
        _nomination.c.id_number_index == bindparam("index"),
        _nomination.c.id != bindparam("mine"),
        _nomination.c.status.in_(STANDING),
    )
    .limit(1)
)


class NominatedTwice(Conflict):
    """The same stands in this round already; the message names both units (X28)."""


def index_of(identity: str) -> str:
    """Return the keyed hash an identity, such as a person's number, is found by."""
    return keyring().index(identity.upper())


def claim(ctx: Context, nomination: Nomination, identity: str) -> None:
    """Give a nomination its identity; refused where another of the same stands, naming both units.

    Of two who do so together the second waits for the first and is told the same as if he had come
    later. Whoever has the person's index already has passed.
    """
    index = index_of(identity)
    if nomination.id_number_index == index:
        return
    locks.wait_for(ctx.session, index)
    _refuse_second(ctx, nomination, index)
    nomination.id_number_index = index


def _refuse_second(ctx: Context, nomination: Nomination, index: str) -> None:
    asked = {"of_round": nomination.round_id, "index": index, "mine": nomination.id}
    found = ctx.session.scalar(_OTHER, asked)
    if found is None:
        return
    other = ctx.session.get_one(Nomination, found, options=WITH_UNITS)
    mine = f"{nomination.unit.name}（推荐单位：{nomination.recommender.name}）"
    theirs = f"{other.unit.name}（推荐单位：{other.recommender.name}）"
    programme = wiring.pack_of(ctx, nomination.round).programme
    if programme.nominates_people:
        sentence = f"该同志已由{theirs}申报，本次为{mine}；每人只能由一个单位申报一个类别，请两家单位协商。"
    else:
        sentence = f"已由{theirs}申报“{other.name}”，本次为{mine}；同一个申报对象只能申报一次。"
    first = next((field for field in programme.identified_by if field != UNIT), "name")
    raise NominatedTwice(sentence, fields={first: f"已由{other.unit.name}申报"})
