"""The tables of a database: bringing them up to date with the migrations, and taking them down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from service.errors import ServiceError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class BrokenReference(ServiceError):
    """A migration left rows that refer to rows that are gone. It was rolled back."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to a revision. Several processes may call it at once: one migrates."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the tables down to a revision."""
    _run(engine, command.downgrade, revision)


def is_current(engine: Engine) -> bool:
    """Say whether the tables are those of the newest migration."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())


def _run(engine: Engine, migrate: Any, revision: str) -> None:
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _enforce_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                migrate(_config(connection), revision)
                if sqlite:
                    _check_foreign_keys(connection)
        finally:
            if sqlite:
                _enforce_foreign_keys(connection, on=True)


def _config(connection: Connection | None = None) -> Config:
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.attributes["connection"] = connection
    return config


def _enforce_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch the check of foreign keys, which SQLite does between transactions only.

    Changing a table on SQLite makes a new one and drops the old: with the check on, that empties
    whatever refers to it.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise BrokenReference(f"rows of {tables} would refer to rows that are gone")
