"""Quotas: taking and giving back places so that the last one goes to exactly one nomination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import joinedload

from service.engine.records import BpmnError
from service.models import ANY_CATEGORY, Nomination, Quota, QuotaKind, QuotaUse, Round, Unit
from service.models.base import table_of
from service.programmes import wiring
from service.workflow import memory
from service.workflow.context import Context

FULL = "quota-full"
#: where a transaction remembers of what kinds nominations that were read ahead hold places, by nomination
READ_AHEAD = "quota_uses_read_ahead"

_quota, _use, _unit = table_of(Quota), table_of(QuotaUse), table_of(Unit)
_HOLDER = (_use.c.nomination_id == bindparam("holder"), _use.c.kind == bindparam("sort"))
_ROOM = _quota.c.taken + _quota.c.allotted < _quota.c.places
#: of the nearest unit, and of its quotas the category's own before the one of every category
_IS_NEAREST = (
    _quota.c.round_id == bindparam("of_round"),
    _quota.c.kind == bindparam("sort"),
    _quota.c.category.in_(bindparam("categories", expanding=True)),
    _unit.c.code.in_(bindparam("units", expanding=True)),
)
_NEAREST_FIRST = (func.length(_unit.c.path).desc(), _quota.c.category.desc())
_AT_UNIT = _quota.join(_unit, _unit.c.id == _quota.c.unit_id)

_HOLD = insert(_use)
_HELD = select(_use.c.quota_id).where(*_HOLDER)
_HELD_BY = select(_use.c.nomination_id, _use.c.kind).where(
    _use.c.nomination_id.in_(bindparam("holders", expanding=True))
)
_FIND = (
    select(Quota, _HELD.scalar_subquery())
    .select_from(_AT_UNIT)
    .where(*_IS_NEAREST)
    .order_by(*_NEAREST_FIRST)
    .limit(1)
)
_NEAREST = select(_quota.c.id).select_from(_AT_UNIT).where(*_IS_NEAREST).order_by(*_NEAREST_FIRST).limit(1)
_TAKE = update(_quota).values(taken=_quota.c.taken + 1).returning(_quota.c.id)
_TAKE_FIRST = _TAKE.where(
    _quota.c.id == _NEAREST.correlate(None).scalar_subquery(), _ROOM, ~exists().where(*_HOLDER)
)
_TAKE_BEYOND = _TAKE.where(_quota.c.id == bindparam("wanted"))
_TAKE_ONE = _TAKE_BEYOND.where(_ROOM)
_LET_GO = delete(_use).where(*_HOLDER).returning(_use.c.quota_id)
_GIVE_BACK = update(_quota).where(_quota.c.id == bindparam("given")).values(taken=_quota.c.taken - 1)


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


def read_ahead(ctx: Context, nominations: Sequence[Nomination]) -> None:
    """Read in one statement which places nominations hold whose instances are locked."""
    known: dict[int, set[str]] = memory.of(ctx.session).setdefault(READ_AHEAD, {})
    known.update({nomination.id: set() for nomination in nominations})
    for nomination_id, kind in ctx.session.execute(_HELD_BY, {"holders": list(known)}):
        known[nomination_id].add(kind)


def take(ctx: Context, nomination: Nomination, kind: QuotaKind) -> None:
    """Take a place for a nomination; one that holds it keeps it, one of another quota is given back.

    The place is of the nearest unit, from the workplace up to the recommender, that has a quota. The
    condition is in the statement, so of two that race for the last place one gets it. A full quota raises
    BpmnError ``quota-full``, which refuses the completion unless the diagram catches it; a full soft quota
    does so only while nobody has stated a reason, which the roster then prints. A self-nomination
    takes no recommender's place where ``settings.self_nomination_takes_quota`` is false (A-05).
    """
    if not _takes_place(ctx, nomination, kind):
        return
    memory.of(ctx.session).get(READ_AHEAD, {}).pop(nomination.id, None)
    # nothing this step has changed so far decides about places: it is written once, at the end
    with ctx.session.no_autoflush:
        quota_id, held, over_reason = _take_first(ctx, nomination, kind), None, ""
        if quota_id is None:
            quota, held = _find(ctx, nomination, kind)
            if quota is None or held == quota.id:
                return
            quota_id = quota.id
            if not _take_one(ctx, quota):
                over_reason = _exceed(ctx, nomination, quota)
        if held is not None:
            release(ctx, nomination, kind)
        ctx.session.execute(
            _HOLD,
            {
                "round_id": nomination.round_id,
                "quota_id": quota_id,
                "nomination_id": nomination.id,
                "kind": kind,
                "over_reason": over_reason[:500],
                "taken_at": ctx.now,
            },
        )


def release(ctx: Context, nomination: Nomination, kind: QuotaKind) -> bool:
    """Give a nomination's place back; False if it held none."""
    if not _may_hold(ctx, nomination, kind):
        return False
    quota_id = ctx.session.scalar(_LET_GO, {"holder": nomination.id, "sort": kind})
    if quota_id is None:
        return False
    ctx.session.execute(_GIVE_BACK, {"given": quota_id})
    memory.of(ctx.session).get(READ_AHEAD, {}).pop(nomination.id, None)
    return True


def holds_place(ctx: Context, nomination: Nomination, kind: QuotaKind) -> bool:
    """Say whether a nomination holds a place."""
    asked = {"holder": nomination.id, "sort": kind}
    return _may_hold(ctx, nomination, kind) and ctx.session.scalar(_HELD, asked) is not None


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


def page_of_recommenders(ctx: Context, entry: Round, *, limit: int, skip: int = 0) -> Sequence[Unit]:
    """Return some of the units that may recommend in a round, in the order of the annex."""
    first = (
        select(Quota.unit_id, func.min(Quota.id).label("first"))
        .where(Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION, Quota.parent_id.is_(None))
        .group_by(Quota.unit_id)
        .subquery()
    )
    query = select(Unit).join(first, first.c.unit_id == Unit.id).order_by(first.c.first)
    return ctx.session.scalars(query.limit(limit).offset(skip)).all()


def recommending(ctx: Context, entry: Round, units: Iterable[int]) -> set[int]:
    """Return which of some units may recommend in a round."""
    query = select(Quota.unit_id).where(
        Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION, Quota.parent_id.is_(None)
    )
    return set(ctx.session.scalars(query.where(Quota.unit_id.in_(list(units))).distinct()))


def is_by_hand(ctx: Context, entry: Round) -> bool:
    """Say whether the places of a round are given out by people, not computed from head counts."""
    return wiring.pack_of(ctx, entry).programme.quota.source != "ratio"


def _takes_place(ctx: Context, nomination: Nomination, kind: QuotaKind) -> bool:
    if kind != QuotaKind.NOMINATION or nomination.source != "self":
        return True
    return wiring.pack_of(ctx, nomination.round).programme.choices.self_nomination_takes_quota


def _find(ctx: Context, nomination: Nomination, kind: QuotaKind) -> tuple[Quota | None, int | None]:
    """Return the quota a nomination draws on, and the id of the one it holds a place of.

    No quota at all only where the award has no bound.
    """
    found = ctx.session.execute(_FIND, _asked(nomination, kind)).first()
    if found is not None:
        return found[0], found[1]
    if kind == QuotaKind.AWARD and not wiring.pack_of(ctx, nomination.round).programme.is_bounded:
        return None, None
    category = _category_name(ctx, nomination)
    cited = _cite(ctx, nomination, kind)
    raise BpmnError(FULL, f"{nomination.recommender.name}在“{category}”没有名额，请核对名额分配表。{cited}")


def _asked(nomination: Nomination, kind: QuotaKind) -> dict[str, Any]:
    """Return what the statements that look for a nomination's quota are to be given."""
    return {
        "of_round": nomination.round_id,
        "sort": kind,
        "categories": [nomination.category, ANY_CATEGORY],
        "units": _codes(nomination, kind),
        "holder": nomination.id,
    }


def _codes(nomination: Nomination, kind: QuotaKind) -> list[str]:
    """Whose places: the organiser's, or those of the units from the workplace up to the recommender."""
    if kind == QuotaKind.AWARD:
        return [nomination.round.organiser.code]
    top = nomination.recommender.path
    below = nomination.unit.path.removeprefix(top)
    if below == nomination.unit.path:  # recommended by a unit that is not above the workplace
        below = ""
    return [nomination.recommender.code, *(code for code in below.split("/") if code)]


def _take_first(ctx: Context, nomination: Nomination, kind: QuotaKind) -> int | None:
    """Take a place for a nomination that holds none yet, in one statement; None where more is to be asked."""
    quota_id: int | None = ctx.session.scalar(_TAKE_FIRST, _asked(nomination, kind))
    return quota_id


def _take_one(ctx: Context, quota: Quota) -> bool:
    """Take a place of a quota if it has room; False if it has none."""
    return ctx.session.scalar(_TAKE_ONE, {"wanted": quota.id}) is not None


def _exceed(ctx: Context, nomination: Nomination, quota: Quota) -> str:
    """Take a place beyond a soft quota; returns the reason stated for it."""
    if quota.hard:
        raise BpmnError(FULL, _full_sentence(ctx, nomination, quota))
    if wiring.pack_of(ctx, nomination.round).programme.quota.source == "none":
        ctx.session.execute(_TAKE_BEYOND, {"wanted": quota.id})
        return ""
    reason = nomination.over_reason.strip()
    if not reason:
        raise BpmnError(FULL, _over_sentence(ctx, quota) + _cite(ctx, nomination, quota.kind))
    ctx.session.execute(_TAKE_BEYOND, {"wanted": quota.id})
    return reason


def _may_hold(ctx: Context, nomination: Nomination, kind: QuotaKind) -> bool:
    """Say whether a nomination may hold a place, as far as is known without asking."""
    known: set[str] | None = memory.of(ctx.session).get(READ_AHEAD, {}).get(nomination.id)
    return known is None or kind in known


def _full_sentence(ctx: Context, nomination: Nomination, quota: Quota) -> str:
    category, cited = _category_name(ctx, nomination), _cite(ctx, nomination, quota.kind)
    if quota.kind == QuotaKind.AWARD:
        return f"“{category}”候选人已满 {quota.places} 名，请先调整已选人员。{cited}"
    unit = ctx.session.get_one(Unit, quota.unit_id)
    places = quota.places - quota.allotted
    return f"{unit.name}在“{category}”的 {places} 个名额已用完，不能再推荐；可退回或改报其他类别。{cited}"


def _over_sentence(ctx: Context, quota: Quota) -> str:
    unit = ctx.session.get_one(Unit, quota.unit_id)
    if quota.places == quota.allotted == quota.taken == 0:
        return f"{unit.name}还没有名额（可能尚未报送人数）；确需推荐的，请写明理由后再提交，理由印入汇总表。"
    return (
        f"{unit.name}的 {quota.places - quota.allotted} 个建议名额已用完；"
        "确需超额推荐的，请写明理由后再提交，理由印入汇总表。"
    )


def _cite(ctx: Context, nomination: Nomination, kind: QuotaKind | str) -> str:
    """Return the notice's sentence about places, with the rule's number."""
    checked = "award" if kind == QuotaKind.AWARD else "quota"
    return wiring.pack_of(ctx, nomination.round).programme.cite(checked)


def _category_name(ctx: Context, nomination: Nomination) -> str:
    category = wiring.pack_of(ctx, nomination.round).programme.categories.get(nomination.category or "")
    return category.name if category else "未选类别"
