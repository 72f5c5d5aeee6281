"""A round lived through as a story tells, then served from here: its clock stands still."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update
from werkzeug.serving import make_server

from service.app import create_app
from service.clock import MovableClock
from service.models import Unit
from service.rehearsal.scenario import library
from service.rehearsal.scenario.play import LONG_AGO, play
from service.rehearsal.scenario.scene import bring_people
from service.schema import upgrade
from service.wire import Runtime, wire
from tests.e2e.conftest import BUNDLE
from tests.packs.judging import the_pack
from tests.web.conftest import settings_of

NAME = "told"


@dataclass(kw_only=True)
class Stage:
    """A served round."""

    service: Runtime
    address: str = ""


@contextmanager
def serve_story(
    folder: Path, programme: str, story: str, *, renamed: dict[str, str] | None = None
) -> Iterator[Stage]:
    """Play a story (processes/README.md, Scenarios) on a database of its own, and serve where it ends.

    ``renamed`` gives units, by their codes, other names from the beginning.
    """
    if not BUNDLE.is_file():
        pytest.skip("the front-end bundles are not built: run `make assets`")
    clock = MovableClock(LONG_AGO)
    service = wire(settings_of(folder, is_demonstration=False), clock=clock, durable=False)
    upgrade(service.engine)
    bring_people(service.wiring, the_pack(programme))
    with service.engine.begin() as connection:
        for code, name in (renamed or {}).items():
            connection.execute(update(Unit).where(Unit.code == code).values(name=name))
    transcript = play(service.wiring, clock, _read(folder, programme, story), programme)
    assert transcript.problems == []
    stage = Stage(service=service)
    with serve(service) as stage.address:
        yield stage
    service.engine.dispose()


def _read(folder: Path, programme: str, story: str) -> library.Scenario:
    file = folder / "stories" / programme / library.FOLDER / f"{NAME}{library.SUFFIX}"
    file.parent.mkdir(parents=True)
    file.write_text(story, encoding="utf-8")
    return library.load(folder / "stories", programme, NAME)


@contextmanager
def serve(service: Runtime) -> Iterator[str]:
    """Serve from this process; yields the address."""
    server = make_server("127.0.0.1", 0, create_app(service), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
