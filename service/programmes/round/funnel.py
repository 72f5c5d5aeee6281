"""The quota table of a round with its sums, the places a unit has free, and the round's own open tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from service.models import (
    ANY_CATEGORY,
    Quota,
    QuotaKind,
    Round,
    TaskStatus,
    Unit,
    UserTask,
)
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.pack.quota_matrix import Difference
from service.programmes.round import quotas
from service.programmes.round.quotas import Cell, cell_of
from service.workflow.context import Context

#: a unit, its cells by category, and their sum
Line = tuple[Unit, Mapping[str, Cell], Cell]


@dataclass(frozen=True, kw_only=True)
class QuotaTable:
    """Places and places taken by recommending unit and category, with sums."""

    columns: Mapping[str, str]  #: key to name; one column where places count every category
    rows: Sequence[Line]  #: what was given on and used below is included
    below: Mapping[tuple[int, ...], Sequence[Line]]  #: who got places, by the units they came through
    by_category: Mapping[str, Cell]
    total: Cell
    awards: Mapping[str, Cell]  #: places of the award, by category
    differences: Mapping[str, Difference]  #: 差额 by category, of those in which places were allotted
    seen: Collection[int]  #: the units all of whose nominations the actor sees
    sees_all: bool  #: he sees those of every unit


def tabulate(ctx: Context, entry: Round) -> QuotaTable:
    """Return the quota table of a round as it stands now, in one statement."""
    query = select(Quota, Unit).join(Unit, Unit.id == Quota.unit_id).where(Quota.round_id == entry.id)
    found = [(row[0], row[1]) for row in ctx.session.execute(query.order_by(Quota.id))]
    awards = {quota.category: cell_of(quota) for quota, _ in found if quota.kind == QuotaKind.AWARD}
    nominated = [(quota, unit) for quota, unit in found if quota.kind == QuotaKind.NOMINATION]
    totals = _with_below([quota for quota, _ in nominated])
    rows, below = _rows(nominated, totals)
    columns = _columns(ctx, entry, [quota for quota, _ in nominated])
    by_category = {key: _sum([row[key] for _, row, _ in rows if key in row]) for key in columns}
    return QuotaTable(
        columns=columns,
        rows=rows,
        below=below,
        by_category=by_category,
        total=_sum(list(by_category.values())),
        awards=awards,
        differences={
            key: Difference(nominated=by_category[key].places, awarded=awards[key].places)
            for key in columns
            if key in awards and by_category[key].places
        },
        seen={unit.id for unit, _row, _sum in rows if nominations.sees_all_of(ctx, entry, unit)},
        sees_all=nominations.sees_all_of(ctx, entry, entry.organiser),
    )


def _with_below(found: Sequence[Quota]) -> dict[int, Cell]:
    """Return each quota's cell by its id; what units below used of it counts as used."""
    taken = {quota.id: quota.taken for quota in found}
    for quota in sorted(found, key=lambda quota: quota.id, reverse=True):  # those below come later
        if quota.parent_id is not None:
            taken[quota.parent_id] += taken[quota.id]
    return {quota.id: replace(cell_of(quota), taken=taken[quota.id]) for quota in found}


def _rows(
    found: Sequence[tuple[Quota, Unit]], cells: Mapping[int, Cell]
) -> tuple[list[Line], dict[tuple[int, ...], list[Line]]]:
    units = {unit.id: unit for _, unit in found}
    chains: dict[int, tuple[int, ...]] = {}  # of a quota, the units its places came through
    grouped: dict[tuple[int, ...], dict[str, Cell]] = {}
    for quota, unit in found:  # those below come later
        above = chains[quota.parent_id] if quota.parent_id else ()
        chains[quota.id] = (*above, unit.id)
        grouped.setdefault(chains[quota.id], {})[quota.category] = cells[quota.id]
    rows: list[Line] = []
    below: dict[tuple[int, ...], list[Line]] = {}
    for (*above_it, unit_id), row in grouped.items():
        line = (units[unit_id], row, _sum(list(row.values())))
        (below.setdefault(tuple(above_it), []) if above_it else rows).append(line)
    return rows, below


def _columns(ctx: Context, entry: Round, found: Sequence[Quota]) -> dict[str, str]:
    if any(quota.category == ANY_CATEGORY for quota in found):
        return {ANY_CATEGORY: "名额"}
    categories = wiring.pack_of(ctx, entry).programme.categories
    return {key: category.name for key, category in categories.items()}


def count_free_places(ctx: Context, entry: Round, unit: Unit) -> dict[str, Cell]:
    """Return the places of the unit that would recommend from a workplace, by category."""
    holders = {holder.code: holder for holder in quotas.units_with_places(ctx, entry)}
    above = [holders[code] for code in unit.path.split("/") if code in holders]
    if not above:
        return {}
    query = (
        select(Quota)
        .join(Unit, Unit.id == Quota.unit_id)
        .where(
            Quota.round_id == entry.id,
            Quota.kind == QuotaKind.NOMINATION,
            Unit.code.in_([above[-1].code, *unit.path.removeprefix(above[-1].path).split("/")]),
        )
        .order_by(func.length(Unit.path))
    )
    # the nearest unit's comes last and counts
    return {
        quota.category: Cell(places=quota.places - quota.allotted, taken=quota.taken, hard=quota.hard)
        for quota in ctx.session.scalars(query)
    }


def list_own_tasks(ctx: Context, entry: Round) -> Sequence[UserTask]:
    """Return the open tasks of the round's own process, such as the opening of the joint review."""
    query = select(UserTask).where(
        UserTask.instance_id == entry.instance_id, UserTask.status == TaskStatus.OPEN
    )
    return list(ctx.session.scalars(query.order_by(UserTask.id)))


def _sum(cells: Sequence[Cell]) -> Cell:
    return Cell(
        places=sum(cell.places for cell in cells),
        taken=sum(cell.taken for cell in cells),
        allotted=sum(cell.allotted for cell in cells),
        hard=all(cell.hard for cell in cells),
    )
