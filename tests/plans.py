"""Which tables the statements sent within a block read from end to end, as SQLite plans them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from service.models import Base

READS = ("SELECT", "WITH", "UPDATE", "DELETE")


@contextmanager
def list_scans(engine: Engine) -> Iterator[list[tuple[str, str]]]:
    """Collect each table that is scanned, with the statement, once the block is over."""
    sent: dict[str, Any] = {}
    found: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(READS):
            sent[statement] = parameters

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement, parameters in sent.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found += [(table, statement) for row in plan if (table := _scanned(str(row[3])))]


def _scanned(step: str) -> str:
    """Return the table a step of a plan scans: not what it has just found, nor one of a query within."""
    action, name = step.split()[:2]
    for table in Base.metadata.tables:
        if action == "SCAN" and (name == table or name.removeprefix(f"{table}_").isdigit()):
            return table
    return ""
