"""Stored files and the rows that name them. A file no row names any more is nobody's and goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Column, select

from service.models import Base, Round
from service.workflow import history
from service.workflow.context import Context

#: how long ago a file must have been handed in to be deleted: the row of a newer one may not be written yet
UNTOUCHED = timedelta(days=1)


def may_sweep(ctx: Context) -> bool:
    """Say whether the database is one that names files: beside an empty one, all of them are kept."""
    return ctx.session.scalar(select(Round.id).limit(1)) is not None


def list_unnamed(ctx: Context, hashes: Sequence[str]) -> list[str]:
    """Return which of the hashes no row of any table names."""
    named: set[str] = set()
    for column in _columns():
        named.update(ctx.session.scalars(select(column).where(column.in_(hashes))))
    return [sha256 for sha256 in hashes if sha256 not in named]


def note_swept(ctx: Context, number: int) -> None:
    """Write into the history how many files were deleted."""
    history.record_in(ctx, "system", "files.swept", number=number)


def _columns() -> list[Column[str]]:
    """Return the columns that name files: a table that keeps some calls its column ``sha256``."""
    return [table.c.sha256 for table in Base.metadata.sorted_tables if "sha256" in table.c]
