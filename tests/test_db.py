from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from service.db import create_engine, is_unavailable, read_only
from service.models import Stream


def test_sqlite_is_opened_durable_with_foreign_keys(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")

    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert found == ["wal", 2, 1, 15000]
    engine.dispose()


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_postgresql_is_opened_for_many_short_statements(database: Engine) -> None:
    with database.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("jit", "random_page_cost", "lock_timeout", "timezone")
        ]

    assert found == ["off", "1.1", "5s", "UTC"]


def test_second_writer_waits_for_the_first_instead_of_failing(
    both_databases: str, session_factory: sessionmaker[Session]
) -> None:
    with session_factory() as session, session.begin():
        session.add(Stream(name="s"))
    inside, gate = threading.Event(), threading.Event()

    def first() -> None:
        with session_factory() as session, session.begin():
            stream = session.scalars(select(Stream).with_for_update()).one()
            inside.set()
            gate.wait(10)
            stream.seq += 1

    def second() -> None:
        inside.wait(10)
        threading.Timer(0.1, gate.set).start()
        with session_factory() as session, session.begin():
            session.scalars(select(Stream).with_for_update()).one().seq += 1

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with session_factory() as session:
        assert session.scalars(select(Stream.seq)).one() == 2


def test_reader_does_not_wait_for_a_writer(session_factory: sessionmaker[Session]) -> None:
    with session_factory() as writer, writer.begin(), session_factory() as reader:
        writer.add(Stream(name="s"))
        writer.flush()

        assert read_only(reader).scalars(select(Stream)).all() == []


def test_locked_database_is_away_for_now(database: Engine) -> None:
    with database.connect() as writer, database.connect() as other:
        writer.execute(text("SELECT 1"))
        driver = other.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout=1")

        with pytest.raises(OperationalError) as locked:
            other.execute(text("SELECT 1"))

    assert is_unavailable(locked.value)


def test_server_that_is_gone_is_away_for_now() -> None:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(OperationalError) as gone:
        engine.connect()

    assert is_unavailable(gone.value)


@pytest.mark.postgresql
def test_connection_cut_by_the_operator_is_away_for_now(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        return
    with database.connect() as connection, pytest.raises(OperationalError) as cut:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with database.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1

    assert is_unavailable(cut.value)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, sqlite3.OperationalError("no such table: x")),
        OperationalError("SELECT", {}, psycopg.errors.lookup("42P01")()),
        ProgrammingError("SELECT", {}, psycopg.errors.lookup("42601")()),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
        ValueError("no database at all"),
    ],
)
def test_statement_that_can_never_succeed_is_no_outage(error: Exception) -> None:
    assert not is_unavailable(error)


@pytest.mark.parametrize("state", ["40P01", "40001", "53300", "55P03", "57P01", "57014", "08006"])
def test_trouble_of_the_server_is_away_for_now(state: str) -> None:
    assert is_unavailable(OperationalError("UPDATE", {}, psycopg.errors.lookup(state)()))


@pytest.mark.usefixtures("both_databases")
def test_an_error_does_not_tell_what_the_statement_held(database: Engine) -> None:
    with (
        database.connect() as connection,
        pytest.raises((IntegrityError, OperationalError, ProgrammingError)) as error,
    ):
        connection.execute(text("INSERT INTO nowhere VALUES (:vote)"), {"vote": "against"})

    assert "against" not in str(error.value)
