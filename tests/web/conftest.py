"""A demonstration round of the Changzhou programme behind the pages, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from service.app import App, create_app
from service.clock import MovableClock
from service.config import Settings
from service.db import create_engine, create_session_factory
from service.models import Attachment, Draft, Nomination, NominationStatus, User, UserTask
from service.scheduler.demonstration_clock import DemonstrationClock
from service.wire import Runtime, wire
from service.workflow.context import Context
from tests.demonstrated import set_up
from tests.web.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2024, 3, 15, 1, tzinfo=UTC)
PROGRAMME = "changzhou-good-youth"


def settings_of(folder: Path, *, is_demonstration: bool) -> Settings:
    return Settings(
        data_dir=folder,
        processes_dir=ROOT / "processes",
        forms_dir=ROOT / "forms",
        scheduler=False,
        demonstration=is_demonstration,
    )


def set_up_in(folder: Path, programme: str, now: datetime) -> Path:
    """Begin the demonstration of a programme at some moment, in a data directory."""
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(now), durable=False)
    set_up(service, programme)
    service.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demonstration in it, never changed."""
    folder = tmp_path_factory.mktemp("pages")
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(NOW), durable=False)
    set_up(service, PROGRAMME)
    with service.wiring.transaction() as ctx:
        ctx.session.execute(delete(Draft))  # the tests fill the waiting forms in themselves
        drafting = select(Nomination.id).where(Nomination.status == NominationStatus.DRAFTING)
        ctx.session.execute(delete(Attachment).where(Attachment.nomination_id.in_(drafting)))
    service.engine.dispose()
    return folder


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def wall() -> MovableClock:
    """The wall's clock, by which sessions, locks and tokens live."""
    return MovableClock(datetime(2026, 5, 4, 1, tzinfo=UTC))


@pytest.fixture
def service(seeded: Path, tmp_path: Path, clock: MovableClock) -> Iterator[Runtime]:
    folder = tmp_path / "data"
    shutil.copytree(seeded, folder)
    service = wire(settings_of(folder, is_demonstration=False), clock=clock, durable=False)
    yield service
    service.engine.dispose()


@pytest.fixture
def app(service: Runtime, wall: MovableClock) -> App:
    return create_app(by_wall(service, wall))


def by_wall(service: Runtime, wall: MovableClock) -> Runtime:
    """The same service, whose sessions, locks and tokens go by a clock of their own."""
    return replace(service, wiring=replace(service.wiring, wall_clock=wall))


@pytest.fixture
def demonstration_app(seeded: Path, tmp_path: Path) -> Iterator[App]:
    """The same round as a demonstration, on its own clock."""
    folder = tmp_path / "demonstration"
    shutil.copytree(seeded, folder)
    engine = create_engine(settings_of(folder, is_demonstration=True).url, durable=False)
    DemonstrationClock(create_session_factory(engine)).set_up(NOW)
    engine.dispose()
    service = wire(settings_of(folder, is_demonstration=True), durable=False)
    app = create_app(service)
    yield app
    service.engine.dispose()


@pytest.fixture
def ctx(service: Runtime) -> Iterator[Context]:
    """A look at the database as the system, for what a page left there."""
    with service.wiring.reading() as ctx:
        yield ctx


@pytest.fixture
def browse(app: App) -> Callable[..., Browser]:
    """Open a browser in which somebody has logged in; without a name nobody has."""

    def as_(login: str = "") -> Browser:
        return Browser(app, login)

    return as_


@pytest.fixture
def task_at(service: Runtime) -> Callable[[str], int]:
    """Find the first open task at a step: ``task_at("fill_in_form")``."""

    def find(element_id: str, unit: str = "") -> int:
        query = select(UserTask.id).where(UserTask.element_id == element_id, UserTask.status == "open")
        query = query.where(UserTask.title.contains(unit)).order_by(UserTask.id)
        with service.wiring.reading() as ctx:
            return ctx.session.scalars(query).first() or 0

    return find


@pytest.fixture
def user_id_of(service: Runtime) -> Callable[[str], int]:
    def find(login: str) -> int:
        with service.wiring.reading() as ctx:
            return ctx.session.scalars(select(User.id).where(User.login == login)).one()

    return find
