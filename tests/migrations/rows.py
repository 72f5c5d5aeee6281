"""Rows for tables as they were at some migration: what a test does not tell of is empty."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert

MOMENT = datetime(2024, 3, 20, 1, tzinfo=UTC)
EMPTY: dict[type, Any] = {
    str: "", int: 0, bool: False, bytes: b"", datetime: MOMENT, date: MOMENT.date(), object: {},
}  # fmt: skip


def put(connection: Connection, table: str, **values: Any) -> None:
    """Add a row."""
    known = Table(table, MetaData(), autoload_with=connection)
    needed = {c.name: EMPTY[c.type.python_type] for c in known.c if not (c.nullable or c.primary_key)}
    connection.execute(insert(known).values({**needed, **values}))
