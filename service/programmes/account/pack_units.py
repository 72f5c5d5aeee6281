"""The units a programme's folder lists, entered before its first round and its first accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.models import Unit
from service.programmes.pack.packs import PackUnit
from service.workflow.context import Context


def load(ctx: Context, units: Sequence[PackUnit]) -> dict[str, Unit]:
    """Enter a unit tree, parents first; units that are there already stay. Returns its own by code."""
    known = {unit.code: unit for unit in ctx.session.scalars(select(Unit))}
    for entry in units:
        if entry.code in known:
            continue
        parent = known[entry.parent] if entry.parent else None
        unit = Unit(
            code=entry.code,
            name=entry.name,
            level=entry.level,
            parent_id=parent.id if parent else None,
            path=f"{parent.path if parent else '/'}{entry.code}/",
        )
        ctx.session.add(unit)
        ctx.session.flush()
        known[entry.code] = unit
    return {entry.code: known[entry.code] for entry in units}
