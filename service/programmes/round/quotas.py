"""Quotas: taking and giving back places so that the last one goes to exactly one nomination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from service.engine.records import BpmnError
from service.models import Nomination, Quota, QuotaKind, QuotaUse, Round, Unit
from service.programmes import wiring
from service.workflow.context import Context

FULL = "quota-full"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of the live quota table."""

    places: int
    taken: int

    @property
    def free(self) -> int:
        """How many places are left."""
        return self.places - self.taken


def set_places(ctx: Context, entry: Round, kind: QuotaKind, unit: Unit, places: Mapping[str, int]) -> None:
    """Set a unit's places by category when a round is opened."""
    ctx.session.add_all(
        Quota(round_id=entry.id, kind=kind, unit_id=unit.id, category=category, places=number, taken=0)
        for category, number in places.items()
    )


def take(ctx: Context, nomination: Nomination, kind: QuotaKind) -> None:
    """Take a place for a nomination; one that holds it keeps it, one of another category is given back.

    The condition is in the statement, so of two that race for the last place one gets it. A full
    quota raises BpmnError ``quota-full``, which refuses the completion unless the diagram catches it.
    """
    # nothing this step has changed so far decides about places: it is written once, at the end
    with ctx.session.no_autoflush:
        quota, held = _find(ctx, nomination, kind)
        if held == quota.id:
            return
        free = update(Quota).where(Quota.id == quota.id, Quota.taken < Quota.places)
        taken = ctx.session.execute(
            free.values(taken=Quota.taken + 1), execution_options={"synchronize_session": False}
        )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise BpmnError(FULL, _full_sentence(ctx, nomination, quota))
    if held is not None:
        release(ctx, nomination, kind)
    ctx.session.add(
        QuotaUse(
            round_id=nomination.round_id,
            quota_id=quota.id,
            nomination_id=nomination.id,
            kind=kind,
            taken_at=ctx.now,
        )
    )


def release(ctx: Context, nomination: Nomination, kind: QuotaKind) -> bool:
    """Give a nomination's place back; False if it held none."""
    use = _use(ctx, nomination, kind)
    if use is None:
        return False
    ctx.session.execute(
        update(Quota).where(Quota.id == use.quota_id).values(taken=Quota.taken - 1),
        execution_options={"synchronize_session": False},
    )
    ctx.session.delete(use)
    ctx.session.flush()
    return True


def holds_place(ctx: Context, nomination: Nomination, kind: QuotaKind) -> bool:
    """Say whether a nomination holds a place."""
    return _use(ctx, nomination, kind) is not None


def tabulate(ctx: Context, entry: Round, kind: QuotaKind) -> dict[str, dict[str, Cell]]:
    """Return the live table: unit name -> category -> cell, units in the order of the annex."""
    query = select(Quota).where(Quota.round_id == entry.id, Quota.kind == kind).order_by(Quota.id)
    table: dict[str, dict[str, Cell]] = {}
    rows = ctx.session.scalars(
        query.options(joinedload(Quota.unit)).execution_options(populate_existing=True)
    )
    for quota in rows:
        table.setdefault(quota.unit.name, {})[quota.category] = Cell(places=quota.places, taken=quota.taken)
    return table


def units_with_places(ctx: Context, entry: Round) -> list[Unit]:
    """Return the units that may recommend in a round, in the order of the annex."""
    query = (
        select(Quota.unit_id)
        .where(Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION)
        .order_by(Quota.id)
    )
    ids = list(dict.fromkeys(ctx.session.scalars(query)))
    units = {unit.id: unit for unit in ctx.session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return [units[unit_id] for unit_id in ids]


def _find(ctx: Context, nomination: Nomination, kind: QuotaKind) -> tuple[Quota, int | None]:
    """Return the quota a nomination draws on, and the id of the one it holds a place of."""
    unit_id = nomination.recommender_id if kind == QuotaKind.NOMINATION else nomination.round.organiser_id
    held = select(QuotaUse.quota_id).where(QuotaUse.nomination_id == nomination.id, QuotaUse.kind == kind)
    query = select(Quota, held.scalar_subquery()).where(
        Quota.round_id == nomination.round_id,
        Quota.kind == kind,
        Quota.unit_id == unit_id,
        Quota.category == nomination.category,
    )
    found = ctx.session.execute(query).first()
    if found is None:
        category = _category_name(ctx, nomination)
        raise BpmnError(FULL, f"{nomination.recommender.name}在“{category}”没有名额，请核对名额分配表。")
    return found[0], found[1]


def _use(ctx: Context, nomination: Nomination, kind: QuotaKind) -> QuotaUse | None:
    query = select(QuotaUse).where(QuotaUse.nomination_id == nomination.id, QuotaUse.kind == kind)
    return ctx.session.scalar(query)


def _full_sentence(ctx: Context, nomination: Nomination, quota: Quota) -> str:
    category = _category_name(ctx, nomination)
    if quota.kind == QuotaKind.AWARD:
        return f"“{category}”候选人已满 {quota.places} 名，请先调整已选人员。"
    unit = ctx.session.get_one(Unit, quota.unit_id)
    return f"{unit.name}在“{category}”的 {quota.places} 个名额已用完，不能再推荐；可退回或改报其他类别。"


def _category_name(ctx: Context, nomination: Nomination) -> str:
    category = wiring.pack_of(ctx, nomination.round).programme.categories.get(nomination.category or "")
    return category.name if category else "未选类别"
