"""Engines and sessions: how each database is opened so that a transaction means the same on both."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy import create_engine as sqlalchemy_create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from service.pending_rows import RowWritingSession

SessionFactory = Callable[[], Session]

BUSY_MS = 5_000
#: SQLite has one writer at a time and wakes those who wait in no order: one behind many needs longer
SQLITE_BUSY_MS = 15_000
CONNECT_SECONDS = 5
READ_ONLY = "xuanshu_read_only"


class NotReady(Exception):
    """The database answers and cannot be worked with yet. The message says why and what to do."""


_SQLITE_TROUBLE = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    )
)
#: classes of SQLSTATE: connection lost, transaction rolled back (deadlock), out of resources,
#: lock not available, stopped by the operator or a timeout, system error
_POSTGRESQL_TROUBLE = ("08", "40", "53", "55P03", "57", "58")


def create_engine(url: str, *, durable: bool = True) -> Engine:
    """Open a database.

    SQLite runs in WAL mode with ``synchronous=FULL`` and begins every writing transaction with
    ``BEGIN IMMEDIATE``, so two writers queue instead of failing at commit. ``durable=False`` trades
    the fsync away; it is for scratch databases (rehearsals, tests) only. An error never tells the
    values of its statement: a log must not know what somebody voted or what his number is.
    """
    if url.startswith("sqlite"):
        return _create_sqlite(url, durable=durable)
    # compiling a statement takes longer than any of ours runs; no disk has a head to move, and an
    # inbox of a hundred tasks is found by their numbers, not by reading everybody's
    options = (
        f"-c jit=off -c random_page_cost=1.1 -c lock_timeout={BUSY_MS}"
        " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    )
    if not durable:
        options += " -c synchronous_commit=off"
    arguments = {"options": options, "connect_timeout": CONNECT_SECONDS}
    return sqlalchemy_create_engine(
        _with_driver(url),
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
        pool_use_lifo=True,  # the connection used last has most of its statements prepared
        connect_args=arguments,
        hide_parameters=True,
    )


def create_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit, for pages rendered afterwards.

    A session keeps what it read until it closes (the library's own map is weak), so that no row is
    read twice in a transaction. Walk large tables by columns, not by objects.
    """
    factory: sessionmaker[Session] = sessionmaker(engine, class_=RowWritingSession, expire_on_commit=False)
    event.listen(factory, "loaded_as_persistent", _keep)
    event.listen(factory, "pending_to_persistent", _keep)
    return factory


def _keep(session: Session, instance: object) -> None:
    session.info.setdefault("kept", []).append(instance)


def read_only(session: Session) -> Session:
    """Mark a fresh session as reading only: on SQLite it then needs no write lock."""
    session.connection(execution_options={READ_ONLY: True})
    return session


def is_unavailable(error: BaseException) -> bool:
    """Say whether the database is locked, gone or full: worth a retry, nothing was written.

    A statement that can never succeed is not: retrying it would stop a loop for ever.
    """
    if isinstance(error, (PoolTimeout, NotReady)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_TROUBLE
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(_POSTGRESQL_TROUBLE)


def is_overtaken(error: DBAPIError) -> bool:
    """Say whether a transaction on SQLite that had only read wanted to write after another had written.

    It cannot, however long it waits: what it read is of before (https://sqlite.org/rescode.html#busy_snapshot).
    """
    return getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY_SNAPSHOT


def _with_driver(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _create_sqlite(url: str, *, durable: bool) -> Engine:
    memory = url in ("sqlite://", "sqlite:///:memory:")
    pool: dict[str, Any] = {} if memory else {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 20}
    timeout = {"timeout": SQLITE_BUSY_MS / 1000}
    engine = sqlalchemy_create_engine(url, connect_args=timeout, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins by our own event below, not by the driver's guess
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READ_ONLY)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
