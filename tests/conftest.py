"""What every test may ask for: a clock that stands, databases, sessions, people and a small domain.

Tests run on SQLite. Those that ask for ``both_databases`` or carry the mark ``postgresql`` run on
PostgreSQL too, where a server is found or can be started.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from service.clock import MovableClock
from service.connectors.recorder import Recorder
from service.db import create_engine, create_session_factory
from service.models import Base
from service.models.crypto import Keyring, use_keyring
from service.scheduler.wiring import Wiring
from service.workflow.context import SYSTEM, Context, House
from tests import postgresql
from tests.workflow.leave_domain import LeaveDomain
from tests.workflow.plant import Plant, build


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew; review the diff"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("postgresql") is not None
    if "database_kind" in metafunc.fixturenames and ("both_databases" in metafunc.fixturenames or marked):
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    """Give the process a key, as the composition root does."""
    use_keyring(Keyring(bytes(range(32))))


@pytest.fixture
def clock() -> MovableClock:
    """Friday 15 March 2024, 09:00 in China: the notice's own month."""
    return MovableClock(datetime(2024, 3, 15, 1, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server; the test is skipped, with the reason, where there is none."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgresql.a_server())
        except postgresql.NoServer as error:
            pytest.skip(str(error))
        yield url


@pytest.fixture(scope="session")
def _postgresql_template(postgresql_server: str) -> Iterator[str]:
    with postgresql.a_database(postgresql_server) as url:
        _create_tables(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with postgresql.a_database(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with all tables and no rows."""
    if database_kind == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    template = request.getfixturevalue("_postgresql_template")
    with postgresql.a_database(request.getfixturevalue("postgresql_server"), template=template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An open database with all tables and no rows."""
    engine = create_engine(database_url, durable=False)
    yield engine
    engine.dispose()


@pytest.fixture
def both_databases(database_kind: str) -> str:
    """Ask for it (``pytest.mark.usefixtures``) and the test runs once on SQLite and once on PostgreSQL."""
    return database_kind


@pytest.fixture
def session_factory(database: Engine) -> sessionmaker[Session]:
    """Makes sessions, for tests that commit or need several at once."""
    return create_session_factory(database)


@pytest.fixture
def session(session_factory: sessionmaker[Session]) -> Iterator[Session]:
    """One session in a transaction that is rolled back after the test."""
    with session_factory() as session:
        yield session
        session.rollback()


@pytest.fixture
def leave_domain() -> LeaveDomain:
    """The small domain that workflow's tests plug in."""
    return LeaveDomain()


@pytest.fixture
def house(leave_domain: LeaveDomain) -> House:
    """What a composition root would wire for leave requests, with mail."""
    return House(domain=leave_domain, channels=frozenset({"mail"}), public_url="http://test.invalid")


@pytest.fixture
def ctx(session: Session, clock: MovableClock, house: House) -> Context:
    """A context in which the system acts."""
    return Context(session=session, now=clock(), actor=SYSTEM, house=house)


@pytest.fixture
def plant(ctx: Context) -> Plant:
    """The plant in the test's own transaction; tests that commit use ``committed_plant``."""
    return build(ctx)


@pytest.fixture
def wiring(session_factory: sessionmaker[Session], clock: MovableClock, house: House) -> Wiring:
    """What the scheduler's duties are given; mail goes to a recorder."""
    return Wiring(session_factory=session_factory, clock=clock, house=house, channels={"mail": Recorder()})


@pytest.fixture
def committed_plant(wiring: Wiring) -> Plant:
    """The plant, committed."""
    with wiring.transaction() as ctx:
        return build(ctx)


def _create_tables(url: str) -> None:
    engine = create_engine(url, durable=False)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # the file is copied: nothing may be left in the write-ahead log
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
