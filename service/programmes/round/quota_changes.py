"""Changing the matrix of a round's places (名额分配): many cells at once, with one reason, all or none.

Places that move from one unit to another are two cells of the same change. Nobody's places fall below
what he has used and given on: that is asked in the statement that writes them, beside those who take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from service.errors import Conflict, Forbidden, Invalid
from service.models import HistoryEvent, Quota, QuotaKind, Round, Stage, Unit
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.round import quotas, rounds
from service.workflow import history
from service.workflow.context import Context

CHANGED = "quota.changed"
MOST = 100_000
LAST = 10  #: changes shown


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell as it was read, and what it shall be."""

    unit_id: int
    category: str
    was: int
    places: int

    @property
    def field(self) -> str:
        """What an error of the cell is told by."""
        return f"cell-{self.unit_id}-{self.category}"


def may_change(ctx: Context, entry: Round) -> bool:
    """Say whether the actor may change the matrix: the organiser, or an administrator."""
    return ctx.actor.is_system or ctx.actor.is_admin or nominations.is_organiser(ctx, entry)


def is_matrix(ctx: Context, entry: Round) -> bool:
    """Say whether a round's places are a matrix of units and categories."""
    return wiring.pack_of(ctx, entry).programme.quota.source == "matrix"


def change(ctx: Context, entry: Round, cells: Sequence[Cell], reason: str) -> int:
    """Change cells of the matrix; returns how many were other than before. Refuses all if one cannot be.

    A cell that somebody else has changed meanwhile raises Conflict, and so does one that would be left
    with fewer places than are used. Written into the round's history, cell by cell.
    """
    if not may_change(ctx, entry):
        raise Forbidden("只有主办单位可以调整名额分配。")
    if not is_matrix(ctx, entry):
        raise Conflict("这个活动的名额不按分配表，不能逐格调整。")
    # held until the commit: of two who change the matrix at once the second sees what the first wrote
    ctx.session.refresh(entry, ["stage"], with_for_update=True)
    if entry.stage == Stage.ANNOUNCED:
        raise Conflict("本届已经公布，名额不能再调整。")
    rounds.check_reason(reason, "请填写调整原因。")
    known = _read(ctx, entry)
    _check(ctx, entry, known, cells)
    changed = [cell for cell in cells if cell.places != cell.was]
    if not changed:
        raise Invalid("没有改动任何名额。")
    # in one order, so that two who write many cells never wait for each other
    for cell in sorted(changed, key=lambda cell: known[cell.unit_id, cell.category].id):
        _write(ctx, known[cell.unit_id, cell.category], cell)
    _record(ctx, entry, changed, known, reason.strip())
    return len(changed)


def list_changes(ctx: Context, entry: Round) -> list[HistoryEvent]:
    """Return the last changes of the matrix, the newest first."""
    query = select(HistoryEvent).where(
        HistoryEvent.stream == f"round:{entry.id}", HistoryEvent.kind == CHANGED
    )
    return list(ctx.session.scalars(query.order_by(HistoryEvent.seq.desc()).limit(LAST)))


def _read(ctx: Context, entry: Round) -> dict[tuple[int, str], Quota]:
    query = select(Quota).where(
        Quota.round_id == entry.id, Quota.kind == QuotaKind.NOMINATION, Quota.parent_id.is_(None)
    )
    rows = ctx.session.scalars(query.execution_options(populate_existing=True))
    return {(row.unit_id, row.category): row for row in rows}


def _check(ctx: Context, entry: Round, known: dict[tuple[int, str], Quota], cells: Sequence[Cell]) -> None:
    categories = wiring.pack_of(ctx, entry).programme.categories
    holders = {unit_id for unit_id, _ in known}
    wrong = {cell.field: "请填写 0 或更大的整数" for cell in cells if not 0 <= cell.places <= MOST}
    wrong |= {
        cell.field: "没有这一格"
        for cell in cells
        if cell.category not in categories or cell.unit_id not in holders
    }
    if len({(cell.unit_id, cell.category) for cell in cells}) < len(cells):
        wrong["cells"] = "同一格只能写一次"
    if wrong:
        raise Invalid("名额没有调整，请改正后再提交。", fields=wrong)
    for cell in cells:
        if (cell.unit_id, cell.category) not in known and cell.places != cell.was:
            known[cell.unit_id, cell.category] = _add(ctx, entry, cell)


def _add(ctx: Context, entry: Round, cell: Cell) -> Quota:
    """Give a unit that recommends a cell it had none of."""
    row = Quota(
        round_id=entry.id, kind=QuotaKind.NOMINATION, unit_id=cell.unit_id, category=cell.category, places=0,
        taken=0, allotted=0, hard=wiring.pack_of(ctx, entry).programme.quota.hard,
    )  # fmt: skip
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _write(ctx: Context, quota: Quota, cell: Cell) -> None:
    used = Quota.taken + Quota.allotted
    written = ctx.session.execute(
        update(Quota)
        .where(Quota.id == quota.id, Quota.places == cell.was)
        .where(or_(used <= cell.places, Quota.places < cell.places))
        .values(places=cell.places),
        execution_options={"synchronize_session": False},
    )
    if written.rowcount == 1:  # type: ignore[attr-defined]
        ctx.session.expire(quota)
        return
    ctx.session.refresh(quota)
    name = quota.unit.name
    if quota.places != cell.was:
        message = f"{name}的名额刚刚被改为 {quota.places} 个，请核对后再提交。"
        raise Conflict(message, fields={cell.field: f"现在是 {quota.places}"})
    least = quota.taken + quota.allotted
    message = f"{name}已经用去或分给下级 {least} 个名额，不能少于这个数。"
    raise Conflict(message, fields={cell.field: f"至少 {least}"})


def _record(
    ctx: Context,
    entry: Round,
    changed: Sequence[Cell],
    known: Mapping[tuple[int, str], Quota],
    reason: str,
) -> None:
    categories = wiring.pack_of(ctx, entry).programme.categories
    told: list[dict[str, Any]] = [
        {
            "unit": known[cell.unit_id, cell.category].unit.name,
            "category": categories[cell.category].name,
            "from": cell.was,
            "to": cell.places,
        }
        for cell in changed
    ]
    history.record_in(ctx, f"round:{entry.id}", CHANGED, round_id=entry.id, cells=told, reason=reason)


def list_rows(ctx: Context, entry: Round) -> list[tuple[Unit, Mapping[str, quotas.Cell]]]:
    """Return who recommends, in the order of the annex, with the cells that may be changed."""
    cells = {key: quotas.cell_of(row) for key, row in _read(ctx, entry).items()}
    categories = wiring.pack_of(ctx, entry).programme.categories
    nothing = quotas.Cell(places=0, taken=0)
    return [
        (unit, {key: cells.get((unit.id, key), nothing) for key in categories})
        for unit in quotas.units_with_places(ctx, entry)
    ]
