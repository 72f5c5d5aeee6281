"""Searches: lists of a round's nominations as far as the actor may see them, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from service.models import Nomination, QuotaUse, Round
from service.programmes.nomination import exceptions, phases, proportions
from service.programmes.nomination.nominations import visible
from service.workflow.context import Context

#: fields that lists tell apart and a form may leave open
MAY_BE_EMPTY = {"sex": Nomination.sex, "industry": Nomination.industry}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of nominations is narrowed to."""

    status: str = ""
    category: str = ""
    recommender_id: int | None = None
    text: str = ""
    phase: str = ""  #: one of phases.PHASES, running or listed
    sex: str = ""
    industry: str = ""
    empty: str = ""  #: of which field (one of MAY_BE_EMPTY) nothing is filled in yet
    holds: str = ""  #: takes a place of this kind: of its recommender's quota, or of the award's
    eligibility: str = ""  #: what the rules said, e.g. EXCEPTION
    is_exception: bool = False  #: a 破格, by the rules or by a ruling
    proportion: int | None = None  #: counted in that one of the programme's proportions, from 0
    is_part: bool = False  #: of those, the ones that give the answer it asks for


def search(
    ctx: Context, entry: Round, narrow: Filter, *, limit: int, offset: int = 0
) -> Sequence[Nomination]:
    """Return the nominations of a round the actor may see, newest first."""
    query = _narrowed(ctx, entry, visible(ctx, entry, select(Nomination)), narrow)
    query = query.options(joinedload(Nomination.unit), joinedload(Nomination.recommender))
    return list(ctx.session.scalars(query.order_by(Nomination.id.desc()).limit(limit).offset(offset)))


def count(ctx: Context, entry: Round, narrow: Filter) -> int:
    """Return how many nominations a list has."""
    query = _narrowed(ctx, entry, visible(ctx, entry, select(func.count(Nomination.id))), narrow)
    return ctx.session.scalar(query) or 0


def count_by_status(ctx: Context, entry: Round) -> dict[tuple[str, str | None], int]:
    """Return how many nominations the actor may see have each (status, category)."""
    query = visible(ctx, entry, select(Nomination.status, Nomination.category, func.count(Nomination.id)))
    query = query.group_by(Nomination.status, Nomination.category)
    rows = ctx.session.execute(query.order_by(Nomination.status, Nomination.category))
    return {(str(status), category): number for status, category, number in rows}


def _narrowed(
    ctx: Context, entry: Round, query: Select[*tuple[Any, ...]], narrow: Filter
) -> Select[*tuple[Any, ...]]:
    if narrow.status:
        query = query.where(Nomination.status == narrow.status)
    if narrow.category:
        query = query.where(Nomination.category == narrow.category)
    if narrow.recommender_id is not None:
        query = query.where(Nomination.recommender_id == narrow.recommender_id)
    if narrow.text:
        query = query.where(Nomination.name.contains(narrow.text, autoescape=True))
    if narrow.phase:
        query = query.where(Nomination.status.in_(phases.statuses_of(narrow.phase)))
    if narrow.sex:
        query = query.where(Nomination.sex == narrow.sex)
    if narrow.industry:
        query = query.where(Nomination.industry == narrow.industry)
    if narrow.eligibility:
        query = query.where(Nomination.eligibility == narrow.eligibility)
    if narrow.is_exception:
        query = query.where(exceptions.is_exception())
    if narrow.empty:
        query = query.where(MAY_BE_EMPTY[narrow.empty] == "")
    return _narrowed_by_others(ctx, entry, query, narrow)


def _narrowed_by_others(
    ctx: Context, entry: Round, query: Select[*tuple[Any, ...]], narrow: Filter
) -> Select[*tuple[Any, ...]]:
    """Narrow by what other tables say of a nomination."""
    if narrow.holds:
        held = select(QuotaUse.nomination_id).where(
            QuotaUse.round_id == Nomination.round_id, QuotaUse.kind == narrow.holds
        )
        query = query.where(Nomination.id.in_(held))
    if narrow.proportion is not None:
        counted = proportions.list_counted(ctx, entry, narrow.proportion, is_part=narrow.is_part)
        query = query.where(Nomination.id.in_(counted))
    return query
