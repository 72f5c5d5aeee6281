"""Rows that are only ever added, written without objects: those of a table together, with the next flush.

An object costs several times what its row does, and nobody asks for it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

#: where a session keeps them, by the statement that writes them
PENDING = "pending_rows"


class RowWritingSession(Session):
    """A session whose flush, asked for or before a query, writes the pending rows after the objects."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write the objects that changed, then the pending rows, which may refer to them."""
        super().flush(objects)
        pending: dict[Insert, list[dict[str, Any]]] = self.info.pop(PENDING, {})
        for statement, rows in pending.items():
            self.connection().execute(statement, [_with_ids(row) for row in rows])


def add_row(session: Session, statement: Insert, **values: Any) -> None:
    """Add a row with the next flush, by a statement that is built once, at import.

    A row of another table given for a foreign key stands for its ``id``, which it may get by that flush.
    """
    session.info.setdefault(PENDING, {}).setdefault(statement, []).append(values)


@contextmanager
def asking_only(session: Session, model: type[Any]) -> Iterator[None]:
    """Ask about one table: what waits to be written is written first only if its rows are among it."""
    if any(isinstance(row, model) for row in (*session.new, *session.dirty)):
        session.flush()
    with session.no_autoflush:
        yield


def _with_ids(row: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "id", value) for name, value in row.items()}


@listens_for(RowWritingSession, "before_commit")
def _before_commit(session: Session) -> None:
    session.flush()


@listens_for(RowWritingSession, "after_soft_rollback")
def _after_rollback(session: Session, _rolled_back: SessionTransaction) -> None:
    session.info.pop(PENDING, None)
