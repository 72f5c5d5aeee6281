"""Quotas: taking and giving back places so that the last one goes to exactly one nomination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Update, exists, func, select, update
from sqlalchemy.orm import joinedload

from service.engine.records import BpmnError
from service.models import ANY_CATEGORY, Nomination, Quota, QuotaKind, QuotaUse, Round, Unit
from service.programmes import wiring
from service.workflow.context import Context

FULL = "quota-full"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of the live quota table."""

    places: int
    taken: int
    allotted: int = 0  #: of the places, given on to units below
    hard: bool = True

    @property
    def free(self) -> int:
        """How many places are left."""
        return max(self.places - self.taken, 0)

    @property
    def over(self) -> int:
        """How many were taken beyond a soft quota."""
        return max(self.taken - self.places, 0)


def set_places(
    ctx: Context,
    entry: Round,
    kind: QuotaKind,
    unit: Unit,
    places: Mapping[str, int],
    *,
    hard: bool = True,
) -> None:
    """Set a unit's places by category when a round is opened."""
    ctx.session.add_all(
        Quota(
            round_id=entry.id,
            kind=kind,
            unit_id=unit.id,
            category=category,
            places=number,
            taken=0,
            allotted=0,
            hard=hard,
        )
        for category, number in places.items()
    )


def take(ctx: Context, nomination: Nomination, kind: QuotaKind) -> None:
    """Take a place for a nomination; one that holds it keeps it, one of another quota is given back.

    The place is of the nearest unit, from the workplace up to the recommender, that has a quota. The
    condition is in the statement, so of two that race for the last place one gets it. A full quota raises
    BpmnError ``quota-full``, which refuses the completion unless the diagram catches it; a full soft quota
    does so only while nobody has stated a reason, which then goes into the roster's 备注.
    """
    # nothing this step has changed so far decides about places: it is written once, at the end
    with ctx.session.no_autoflush:
        quota_id, held, over_reason = _take_first(ctx, nomination, kind), None, ""
        if quota_id is None:
            quota, held = _find(ctx, nomination, kind)
            if quota is None or held == quota.id:
                return
            quota_id = quota.id
            if not _take_one(ctx, quota, _has_room()):
                over_reason = _exceed(ctx, nomination, quota)
    if held is not None:
        release(ctx, nomination, kind)
    ctx.session.add(
        QuotaUse(
            round_id=nomination.round_id,
            quota_id=quota_id,
            nomination_id=nomination.id,
            kind=kind,
            over_reason=over_reason[:500],
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
        table.setdefault(quota.unit.name, {})[quota.category] = cell_of(quota)
    return table


def cell_of(quota: Quota) -> Cell:
    """Return a quota's row as a cell of the table."""
    return Cell(places=quota.places, taken=quota.taken, allotted=quota.allotted, hard=quota.hard)


def units_with_places(ctx: Context, entry: Round) -> list[Unit]:
    """Return the units that may recommend in a round, in the order of the annex.

    Those whose places were given on to them by another do not: it is the other who recommends.
    """
    query = (
        select(Quota.unit_id)
        .where(Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION, Quota.parent_id.is_(None))
        .order_by(Quota.id)
    )
    ids = list(dict.fromkeys(ctx.session.scalars(query)))
    units = {unit.id: unit for unit in ctx.session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return [units[unit_id] for unit_id in ids]


def is_by_hand(ctx: Context, entry: Round) -> bool:
    """Say whether the places of a round are given out by people, not computed from head counts."""
    return wiring.pack_of(ctx, entry).programme.quota.source != "ratio"


def _find(ctx: Context, nomination: Nomination, kind: QuotaKind) -> tuple[Quota | None, int | None]:
    """Return the quota a nomination draws on, and the id of the one it holds a place of.

    No quota at all only where the award has no bound.
    """
    held = select(QuotaUse.quota_id).where(QuotaUse.nomination_id == nomination.id, QuotaUse.kind == kind)
    query = _nearest(nomination, kind).add_columns(held.scalar_subquery())
    found = ctx.session.execute(query).first()
    if found is not None:
        return found[0], found[1]
    if kind == QuotaKind.AWARD and not wiring.pack_of(ctx, nomination.round).programme.award.is_bounded:
        return None, None
    category = _category_name(ctx, nomination)
    raise BpmnError(FULL, f"{nomination.recommender.name}在“{category}”没有名额，请核对名额分配表。")


def _nearest(nomination: Nomination, kind: QuotaKind) -> Select[Quota]:
    return (
        select(Quota)
        .join(Unit, Unit.id == Quota.unit_id)
        .where(
            Quota.round_id == nomination.round_id,
            Quota.kind == kind,
            Quota.category.in_((nomination.category, ANY_CATEGORY)),
            _draws_on(nomination, kind),
        )
        .order_by(func.length(Unit.path).desc(), Quota.category.desc())
        .limit(1)
    )


def _draws_on(nomination: Nomination, kind: QuotaKind) -> ColumnElement[bool]:
    """Whose places: the organiser's, or those of the units from the workplace up to the recommender."""
    if kind == QuotaKind.AWARD:
        return Unit.id == nomination.round.organiser_id
    top = nomination.recommender.path
    below = nomination.unit.path.removeprefix(top)
    if below == nomination.unit.path:  # recommended by a unit that is not above the workplace
        return Unit.id == nomination.recommender_id
    codes = [code for code in below.split("/") if code]
    return Unit.code.in_([nomination.recommender.code, *codes])


def _has_room() -> ColumnElement[bool]:
    return Quota.taken + Quota.allotted < Quota.places


def _take_first(ctx: Context, nomination: Nomination, kind: QuotaKind) -> int | None:
    """Take a place for a nomination that holds none yet, in one statement; None where more is to be asked."""
    nearest = _nearest(nomination, kind).with_only_columns(Quota.id).correlate(None).scalar_subquery()
    holds = exists().where(QuotaUse.nomination_id == nomination.id, QuotaUse.kind == kind)
    statement = update(Quota).where(Quota.id == nearest, _has_room(), ~holds).values(taken=Quota.taken + 1)
    return ctx.session.scalar(statement.returning(Quota.id), execution_options={"synchronize_session": False})


def _take_one(ctx: Context, quota: Quota, *conditions: ColumnElement[bool]) -> bool:
    statement: Update = update(Quota).where(Quota.id == quota.id, *conditions).values(taken=Quota.taken + 1)
    taken = ctx.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _exceed(ctx: Context, nomination: Nomination, quota: Quota) -> str:
    """Take a place beyond a soft quota; returns the reason stated for it."""
    if quota.hard:
        raise BpmnError(FULL, _full_sentence(ctx, nomination, quota))
    if wiring.pack_of(ctx, nomination.round).programme.quota.source == "none":
        _take_one(ctx, quota)
        return ""
    reason = nomination.stated_reason.strip()
    if not reason:
        raise BpmnError(FULL, _over_sentence(ctx, quota))
    _take_one(ctx, quota)
    return reason


def _use(ctx: Context, nomination: Nomination, kind: QuotaKind) -> QuotaUse | None:
    query = select(QuotaUse).where(QuotaUse.nomination_id == nomination.id, QuotaUse.kind == kind)
    return ctx.session.scalar(query)


def _full_sentence(ctx: Context, nomination: Nomination, quota: Quota) -> str:
    category = _category_name(ctx, nomination)
    if quota.kind == QuotaKind.AWARD:
        return f"“{category}”候选人已满 {quota.places} 名，请先调整已选人员。"
    unit = ctx.session.get_one(Unit, quota.unit_id)
    places = quota.places - quota.allotted
    return f"{unit.name}在“{category}”的 {places} 个名额已用完，不能再推荐；可退回或改报其他类别。"


def _over_sentence(ctx: Context, quota: Quota) -> str:
    unit = ctx.session.get_one(Unit, quota.unit_id)
    if quota.places == quota.allotted == quota.taken == 0:
        return (
            f"{unit.name}还没有名额（可能尚未报送人数）；确需推荐的，请写明理由后再提交，理由印入汇总表备注。"
        )
    return (
        f"{unit.name}的 {quota.places - quota.allotted} 个建议名额已用完；"
        "确需超额推荐的，请写明理由后再提交，理由印入汇总表备注。"
    )


def _category_name(ctx: Context, nomination: Nomination) -> str:
    category = wiring.pack_of(ctx, nomination.round).programme.categories.get(nomination.category or "")
    return category.name if category else "未选类别"
