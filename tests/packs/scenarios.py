"""Playing a shipped scenario in a test: on a copy of an empty database, by the pack as it is shipped."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from service.clock import MovableClock
from service.connectors.storage import Storage
from service.db import create_engine, create_session_factory
from service.programmes.domain import Programmes
from service.rehearsal.scenario import library
from service.rehearsal.scenario.play import LONG_AGO, Transcript, play
from service.rehearsal.scenario.scene import bring_people
from service.scheduler.wiring import Wiring
from service.workflow.context import House
from tests.packs.judging import ROOT, the_pack

PROCESSES = ROOT / "processes"


def names_of(programme: str) -> list[str]:
    """Return the scenarios a programme ships."""
    return library.list_names(PROCESSES, programme)


@contextmanager
def wire_pack(programme: str, database_url: str, folder: Path, clock: MovableClock) -> Iterator[Wiring]:
    """Open a service of one pack on a database, by a clock."""
    engine = create_engine(database_url, durable=False)
    house = House(domain=Programmes({programme: the_pack(programme)}, Storage(folder)))
    try:
        yield Wiring(session_factory=create_session_factory(engine), clock=clock, house=house)
    finally:
        engine.dispose()


def prepare(programme: str, database_url: str, folder: Path) -> None:
    """Bring a programme's people to an empty database; what is left in SQLite's log is written back."""
    with wire_pack(programme, database_url, folder, MovableClock(LONG_AGO)) as wiring:
        bring_people(wiring, the_pack(programme))
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def play_shipped(programme: str, name: str, prepared: Path, folder: Path) -> Transcript:
    """Play one on a copy; what is to be looked at is the transcript's ``problems``."""
    shutil.copy(prepared, folder / "scenario.db")
    scenario, clock = library.load(PROCESSES, programme, name), MovableClock(LONG_AGO)
    with wire_pack(programme, f"sqlite:///{folder / 'scenario.db'}", folder, clock) as wiring:
        return play(wiring, clock, scenario, programme)
