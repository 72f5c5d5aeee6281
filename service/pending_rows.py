"""Rows added and removed without objects: those of a table together, with the next flush.

An object costs several times what its row does, and nobody asks for it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Table, bindparam, insert, select, union_all
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

#: where a session keeps them, by the statement that writes them; those to add are written first
ADDED, REMOVED = "pending_rows", "pending_removals"
#: rows of several tables that one statement writes, at most
TOGETHER = 8

_Rows = list[dict[str, Any]]


class RowWritingSession(Session):
    """A session whose flush, asked for or before a query, writes the pending rows after the objects."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write the objects that changed, then the pending rows, which may refer to them."""
        super().flush(objects)
        added: dict[Insert, _Rows] = self.info.pop(ADDED, {})
        removed: dict[Delete, _Rows] = self.info.pop(REMOVED, {})
        if added:
            _write(self.connection(), {key: [_with_ids(row) for row in rows] for key, rows in added.items()})
        for statement, rows in removed.items():
            self.connection().execute(statement, rows)


def add_row(session: Session, statement: Insert, **values: Any) -> None:
    """Add a row with the next flush, by a statement that is built once, at import.

    A row of another table given for a foreign key stands for its ``id``, which it may get by that flush.
    Defaults of the model are not filled in: a column that may not be null is given.
    """
    session.info.setdefault(ADDED, {}).setdefault(statement, []).append(values)


def remove_row(session: Session, statement: Delete, **values: Any) -> None:
    """Remove a row with the next flush, also one added since the last; it must not be added anew before."""
    session.info.setdefault(REMOVED, {}).setdefault(statement, []).append(values)


@contextmanager
def asking_only(session: Session, model: type[Any]) -> Iterator[None]:
    """Ask about one table: what waits to be written is written first only if its rows are among it."""
    statements = (*session.info.get(ADDED, ()), *session.info.get(REMOVED, ()))
    waiting = any(statement.table is model.__table__ for statement in statements)
    if waiting or any(isinstance(row, model) for row in (*session.new, *session.dirty, *session.deleted)):
        session.flush()
    with session.no_autoflush:
        yield


def _write(connection: Connection, added: Mapping[Insert, _Rows]) -> None:
    """Write a few rows in one statement where the database can: each statement is a trip to it."""
    few = sum(map(len, added.values())) <= TOGETHER and len(added) > 1
    if few and connection.dialect.name == "postgresql":
        parts = tuple((statement.table, len(rows), *rows[0]) for statement, rows in added.items())
        values = {
            f"{name}_{part}_{place}": value
            for part, rows in enumerate(added.values())
            for place, row in enumerate(rows)
            for name, value in row.items()
        }
        connection.execute(_join(parts), values)
        return
    for statement, rows in added.items():
        connection.execute(statement, rows)


@lru_cache(maxsize=500)
def _join(parts: tuple[tuple[Any, ...], ...]) -> Insert:
    """Return one insert for all parts: a table, how many rows it gets and the names of their columns.

    All but the last are common table expressions, each of a table of its own.
    """
    inserts = [_insert(number, *part) for number, part in enumerate(parts)]
    return inserts.pop().add_cte(*(one.cte(f"part_{number}") for number, one in enumerate(inserts)))


def _insert(number: int, table: Table, rows: int, *names: str) -> Insert:
    """Return the insert of a part. SQLAlchemy would compile ``VALUES`` of several rows anew each time."""
    selects = [
        select(*(bindparam(f"{name}_{number}_{row}", type_=table.c[name].type) for name in names))
        for row in range(rows)
    ]
    return insert(table).inline().from_select(names, union_all(*selects), include_defaults=False)


def _with_ids(row: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "id", value) for name, value in row.items()}


@listens_for(RowWritingSession, "before_commit")
def _before_commit(session: Session) -> None:
    session.flush()


@listens_for(RowWritingSession, "after_soft_rollback")
def _after_rollback(session: Session, _rolled_back: SessionTransaction) -> None:
    for kind in (ADDED, REMOVED):
        session.info.pop(kind, None)
