"""What was changed in a decision table: row by row, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from service.feel.dmn.sheet import Row, Sheet


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell that reads otherwise, or a row that came, went or moved."""

    kind: Literal["changed", "added", "removed", "moved"]
    row: int  #: its place now, for a removed one its place before; from 1
    label: str = ""  #: of the column, where a cell changed
    before: str = ""
    after: str = ""


def compare(before: Sheet, after: Sheet) -> Iterator[Change]:
    """Yield what has to be done to one state of a table to have the other, in the order of the rows."""
    known = {row.id: row for row in before.rows}
    kept = [row.id for row in after.rows if row.id in known]
    order = [row.id for row in before.rows if row.id in set(kept)]
    for row in before.rows:
        if row.id not in set(kept):
            yield Change(kind="removed", row=row.source or 0, before=_say(row))
    for place, row in enumerate(after.rows, start=1):
        if row.id not in known:
            yield Change(kind="added", row=place, after=_say(row))
            continue
        if kept.index(row.id) != order.index(row.id):
            yield Change(kind="moved", row=place, before=str(known[row.id].source))
        for column, was, now in zip(after.columns, known[row.id].cells, row.cells, strict=False):
            if was != now:
                yield Change(kind="changed", row=place, label=column.label, before=was, after=now)


def _say(row: Row) -> str:
    return "，".join(cell for cell in row.cells if cell)
