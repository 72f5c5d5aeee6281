"""Rosters of a workplace's own rows, stamped by itself before they go to whoever recommends (``by``)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from service.models import Nomination, PrintedPaper, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import workplaces
from service.programmes.pack.paper import ROSTER, WORKPLACE
from service.programmes.round import quotas
from service.workflow.context import Context

RECOMMENDER = "recommender@"


def are_asked(ctx: Context, entry: Round) -> bool:
    """Say whether some roster of the programme is every workplace's own to print."""
    papers = wiring.pack_of(ctx, entry).programme.papers_of(ROSTER)
    return any(paper.by == WORKPLACE for paper in papers)


def is_workplace(ctx: Context, entry: Round, unit: Unit) -> bool:
    """Say whether a unit has rows as a workplace only: one that recommends has those of all it recommends."""
    return not quotas.recommending(ctx, entry, [unit.id])


def may_read(ctx: Context, entry: Round, unit: Unit) -> bool:
    """Say whether the actor acts for a workplace that prints its own roster, or recommends from there."""
    if not are_asked(ctx, entry) or not is_workplace(ctx, entry, unit):
        return False
    return unit.code in _codes(ctx, entry) or _recommends(ctx, entry, unit)


def list_own(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the workplaces the actor acts for that print their own roster."""
    if not are_asked(ctx, entry):
        return []
    query = select(Unit).where(Unit.code.in_(sorted(_codes(ctx, entry)))).order_by(Unit.path)
    own = list(ctx.session.scalars(query))
    recommending = quotas.recommending(ctx, entry, [unit.id for unit in own])
    return [unit for unit in own if unit.id not in recommending]


def list_printed(ctx: Context, entry: Round, words: str = "") -> Sequence[Unit]:
    """Return other workplaces whose printed rosters the actor reads: those he recommends from, or all.

    ``words`` narrows them to units whose names hold it.
    """
    if not are_asked(ctx, entry):
        return []
    printed = select(PrintedPaper.recommender_id).where(
        PrintedPaper.round_id == entry.id, PrintedPaper.nomination_id.is_(None)
    )
    query = select(Unit).where(Unit.id.in_(printed), Unit.code.not_in(_codes(ctx, entry)))
    if not (ctx.actor.is_system or f"organiser@{entry.organiser.code}" in ctx.actor.groups):
        query = query.where(Unit.id.in_(_recommended_from(ctx, entry)))
    if words:
        query = query.where(Unit.name.contains(words, autoescape=True))
    found = list(ctx.session.scalars(query.order_by(Unit.path)))
    recommending = quotas.recommending(ctx, entry, [unit.id for unit in found])
    return [unit for unit in found if unit.id not in recommending]


def _codes(ctx: Context, entry: Round) -> set[str]:
    roles = workplaces.roles_of(ctx, entry)
    held = (group.partition("@") for group in ctx.actor.groups)
    return {code for role, _, code in held if role in roles}


def _recommends(ctx: Context, entry: Round, unit: Unit) -> bool:
    query = _recommended_from(ctx, entry).where(Nomination.unit_id == unit.id)
    return ctx.session.scalar(query.limit(1)) is not None


def _recommended_from(ctx: Context, entry: Round) -> Select[int]:
    """Select the workplaces of whom the actor's units recommend."""
    codes = [group.removeprefix(RECOMMENDER) for group in ctx.actor.groups if group.startswith(RECOMMENDER)]
    return (
        select(Nomination.unit_id)
        .join(Unit, Unit.id == Nomination.recommender_id)
        .where(Nomination.round_id == entry.id, Unit.code.in_(codes))
    )
