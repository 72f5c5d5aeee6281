"""The ledger across titles: the entries of a track, how many there are, and titles that have none yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from service.errors import NotFound
from service.models import HELD, Award, FollowUp, Round
from service.programmes import wiring
from service.programmes.award import awards
from service.programmes.nomination import nominations
from service.programmes.pack.follow_up import Track
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a round's ledger is narrowed to; empty narrows nothing."""

    track: str = ""
    item: str = ""
    result: str = ""
    text: str = ""  #: part of a name
    with_struck: bool = False  #: with entries that were struck out
    now_only: bool = False  #: of pools and posts those that have not ended


@dataclass(frozen=True, kw_only=True)
class Count:
    """How far a track has come in a round."""

    entries: int
    covered: int  #: titles with at least one entry
    titles: int  #: titles held


def tracks_of(ctx: Context, entry: Round) -> Mapping[str, Track]:
    """Return the tracks of a round's ledger that the actor may read across titles.

    A private track is for its organiser alone here: on a title's page its writers read it, too.
    """
    tracks = wiring.pack_of(ctx, entry).programme.tracks
    all_of_them = ctx.actor.is_system or ctx.actor.is_admin or nominations.is_organiser(ctx, entry)
    return {key: track for key, track in tracks.items() if all_of_them or not track.private}


def list_page(
    ctx: Context, entry: Round, narrow: Filter, *, limit: int, before: int | None = None
) -> Sequence[FollowUp]:
    """Return entries of a round's ledger the actor may see, the last written first, below an entry."""
    query = _entries(ctx, entry, narrow, select(FollowUp)).options(
        contains_eager(FollowUp.award).joinedload(Award.unit)
    )
    if before is not None:
        query = query.where(FollowUp.id < before)
    return ctx.session.scalars(query.order_by(FollowUp.id.desc()).limit(limit)).all()


def count(ctx: Context, entry: Round, narrow: Filter) -> int:
    """Return how many entries a list has."""
    return ctx.session.scalar(_entries(ctx, entry, narrow, select(func.count(FollowUp.id)))) or 0


def count_by_track(ctx: Context, entry: Round) -> dict[str, Count]:
    """Return how far each track has come: entries, titles with one, titles in all."""
    held = _held(ctx, entry)
    titles = ctx.session.scalar(select(func.count()).select_from(held.subquery())) or 0
    query = select(FollowUp.track, func.count(), func.count(FollowUp.award_id.distinct())).where(
        FollowUp.round_id == entry.id, FollowUp.struck_at.is_(None), FollowUp.award_id.in_(held)
    )
    rows = {row[0]: row for row in ctx.session.execute(query.group_by(FollowUp.track))}
    return {
        key: Count(entries=rows[key][1], covered=rows[key][2], titles=titles)
        if key in rows
        else Count(entries=0, covered=0, titles=titles)
        for key in tracks_of(ctx, entry)
    }


def list_uncovered(ctx: Context, entry: Round, track: str, *, limit: int, after: int = 0) -> Sequence[Award]:
    """Return titles held that have no entry in a track, or in any, in the order of the register.

    Entries of tracks the actor may not read across titles are none to him; NotFound for such a track.
    """
    if track and track not in tracks_of(ctx, entry):
        raise NotFound("没有这个台账，或您无权查看。")
    readable = [track] if track else list(tracks_of(ctx, entry))
    there = exists().where(
        FollowUp.award_id == Award.id, FollowUp.struck_at.is_(None), FollowUp.track.in_(readable)
    )
    query = select(Award).where(Award.id.in_(_held(ctx, entry)), ~there, Award.id > after)
    query = query.options(joinedload(Award.unit), joinedload(Award.recommender))
    return ctx.session.scalars(query.order_by(Award.id).limit(limit)).all()


def _held(ctx: Context, entry: Round) -> Select[int]:
    return select(Award.id).where(Award.round_id == entry.id, Award.status.in_(HELD), awards.is_visible(ctx))


def _entries(
    ctx: Context, entry: Round, narrow: Filter, query: Select[*tuple[Any, ...]]
) -> Select[*tuple[Any, ...]]:
    query = query.join(Award, Award.id == FollowUp.award_id).where(
        FollowUp.round_id == entry.id,
        FollowUp.track.in_(list(tracks_of(ctx, entry))),
        awards.is_visible(ctx),
    )
    if narrow.track:
        query = query.where(FollowUp.track == narrow.track)
    if narrow.item:
        query = query.where(FollowUp.item == narrow.item)
    if narrow.result:
        query = query.where(FollowUp.result == narrow.result)
    if narrow.text:
        query = query.where(Award.name.contains(narrow.text, autoescape=True))
    if not narrow.with_struck:
        query = query.where(FollowUp.struck_at.is_(None))
    if narrow.now_only:
        query = query.where(FollowUp.ended_on.is_(None))
    return query
