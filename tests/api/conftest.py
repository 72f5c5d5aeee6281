"""A demonstration round of the Changzhou programme behind the API, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import App, create_app
from service.clock import MovableClock
from service.config import Settings
from service.models import User
from service.wire import Runtime, wire
from service.workflow.context import Context
from service.workflow.person import tokens
from tests import postgresql
from tests.api.caller import Caller
from tests.demonstrated import set_up

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2024, 3, 15, 1, tzinfo=UTC)
PROGRAMME = "changzhou-good-youth"


def settings_of(folder: Path, database_url: str = "") -> Settings:
    return Settings(
        data_dir=folder,
        database_url=database_url,
        processes_dir=ROOT / "processes",
        forms_dir=ROOT / "forms",
        scheduler=False,
    )


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demonstration in it, never changed."""
    folder = tmp_path_factory.mktemp("seeded")
    service = wire(settings_of(folder), clock=MovableClock(NOW), durable=False)
    set_up(service, PROGRAMME)
    service.engine.dispose()
    return folder


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def service(seeded: Path, tmp_path: Path, clock: MovableClock) -> Iterator[Runtime]:
    folder = tmp_path / "data"
    shutil.copytree(seeded, folder)
    service = wire(settings_of(folder), clock=clock, durable=False)
    yield service
    service.engine.dispose()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    try:
        with postgresql.a_server() as url:
            yield url
    except postgresql.NoServer as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_service(
    request: pytest.FixtureRequest, seeded: Path, tmp_path: Path, clock: MovableClock
) -> Iterator[Runtime]:
    """The same demonstration on each kind of database."""
    folder = tmp_path / "data"
    shutil.copytree(seeded, folder)
    if request.param == "sqlite":
        service = wire(settings_of(folder), clock=clock, durable=False)
        yield service
        service.engine.dispose()
        return
    with postgresql.a_database(request.getfixturevalue("server")) as url:
        service = wire(settings_of(folder, url), clock=clock, durable=False)
        try:
            set_up(service, PROGRAMME)
            yield service
        finally:
            service.engine.dispose()


@pytest.fixture
def app(service: Runtime) -> App:
    return app_of(service)


def app_of(service: Runtime) -> App:
    return create_app(service)


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.test_client()


def token_of(service: Runtime, login: str) -> str:
    """Issue a token without the slow password; nobody has none."""
    if not login:
        return ""
    with service.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == login)).one()
        return tokens.issue_token(ctx, user, "test")


@pytest.fixture
def call(app: App, service: Runtime) -> Callable[[str], Caller]:
    """Call the API as somebody: ``call("tuanzhibu").get("/user-tasks")``."""

    def as_(login: str) -> Caller:
        return Caller(app.test_client(), token_of(service, login))

    return as_


@pytest.fixture
def ctx(service: Runtime) -> Iterator[Context]:
    """The database as it is committed."""
    with service.wiring.transaction() as ctx:
        yield ctx
