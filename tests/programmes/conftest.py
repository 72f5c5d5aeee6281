"""A round of the Changzhou programme with its demonstration accounts, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.clock import MovableClock
from service.connectors.storage import Storage
from service.db import create_engine, create_session_factory
from service.programmes.account import pack_units
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack, load_all
from service.programmes.round import rounds
from service.scheduler.wiring import Wiring
from service.workflow.context import House
from tests.programmes.story import Story

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = "changzhou-good-youth"


@pytest.fixture(scope="session")
def packs() -> Mapping[str, Pack]:
    """Every pack of the repository."""
    return load_all(ROOT / "processes", ROOT / "forms")


@pytest.fixture(scope="session")
def _opened(
    packs: Mapping[str, Pack], _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A SQLite file in which the round of 2024 has been opened."""
    path = tmp_path_factory.mktemp("round") / "round.db"
    shutil.copy(_sqlite_template, path)
    engine = create_engine(f"sqlite:///{path}", durable=False)
    _open_round(
        _wire(engine, path.parent, packs, MovableClock(read_demo(packs[PROGRAMME].demo).start)), packs
    )
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def round_2024(
    request: pytest.FixtureRequest, database_kind: str, packs: Mapping[str, Pack], tmp_path: Path
) -> Iterator[Story]:
    """The round of 2024 on 15 March at nine, with nobody nominated yet."""
    if database_kind == "sqlite":
        shutil.copy(request.getfixturevalue("_opened"), tmp_path / "round.db")
        url = f"sqlite:///{tmp_path / 'round.db'}"
    else:
        url = request.getfixturevalue("database_url")
    engine = create_engine(url, durable=False)
    clock = MovableClock(read_demo(packs[PROGRAMME].demo).start)
    wiring = _wire(engine, tmp_path, packs, clock)
    if database_kind != "sqlite":
        _open_round(wiring, packs)
    yield Story(wiring=wiring, clock=clock, pack=packs[PROGRAMME], round_id=1)
    engine.dispose()


SELECTION = "thousand-good-youth"


@pytest.fixture
def period_2021(database_url: str, packs: Mapping[str, Pack], tmp_path: Path) -> Iterator[Story]:
    """The period of 2021 of the selection by ratio, on 2 June at nine, with nothing reported yet."""
    engine = create_engine(database_url, durable=False)
    clock = MovableClock(read_demo(packs[SELECTION].demo).start)
    wiring = _wire(engine, tmp_path, packs, clock)
    _open_round(wiring, packs, SELECTION, "2021")
    yield Story(wiring=wiring, clock=clock, pack=packs[SELECTION], round_id=1)
    engine.dispose()


def _wire(engine: Engine, folder: Path, packs: Mapping[str, Pack], clock: MovableClock) -> Wiring:
    house = House(domain=Programmes(packs, Storage(folder)), public_url="http://test.invalid")
    return Wiring(session_factory=create_session_factory(engine), clock=clock, house=house)


def _open_round(
    wiring: Wiring, packs: Mapping[str, Pack], programme: str = PROGRAMME, label: str = "2024"
) -> None:
    pack = packs[programme]
    with wiring.transaction() as ctx:
        demonstration.create_accounts(ctx, read_demo(pack.demo), pack_units.load(ctx, pack.units))
        rounds.open_round(ctx, pack, label=label)
