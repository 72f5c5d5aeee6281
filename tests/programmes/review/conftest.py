"""A round of the craftsmen's programme: three experts a nomination, two places, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from service.clock import MovableClock
from service.db import create_engine
from service.programmes.account import pack_units
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.scheduler.wiring import Wiring
from tests.programmes.conftest import _wire
from tests.programmes.review.panel_story import PROGRAMME, PanelStory


@pytest.fixture(scope="session")
def small_packs(packs: Mapping[str, Pack]) -> Mapping[str, Pack]:
    """The craftsmen's pack, made small: three experts at each nomination, two places."""
    pack = packs[PROGRAMME]
    programme = pack.programme
    assert programme.review is not None
    small = replace(
        programme,
        award=replace(programme.award, places_per_category=2),
        review=replace(programme.review, experts=3),
    )
    return {PROGRAMME: replace(pack, programme=small)}


@pytest.fixture(scope="session")
def _panel_opened(
    small_packs: Mapping[str, Pack], _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Two SQLite files: the round just opened, and three nominations of it at their experts."""
    folder = tmp_path_factory.mktemp("panel")
    opened, scoring = folder / "opened.db", folder / "scoring.db"
    shutil.copy(_sqlite_template, opened)
    _use(opened, small_packs, _open_round)
    shutil.copy(opened, scoring)
    _use(scoring, small_packs, _to_scoring)
    return opened, scoring


@pytest.fixture
def panel(
    request: pytest.FixtureRequest, database_kind: str, small_packs: Mapping[str, Pack], tmp_path: Path
) -> Iterator[PanelStory]:
    """The round on 18 November at nine, with nobody nominated yet."""
    yield from _story(request, database_kind, small_packs, tmp_path, scoring=False)


@pytest.fixture
def scoring(
    request: pytest.FixtureRequest, database_kind: str, small_packs: Mapping[str, Pack], tmp_path: Path
) -> Iterator[PanelStory]:
    """The same round on 11 December: nominations 1, 2 and 3 wait for their experts' scores."""
    yield from _story(request, database_kind, small_packs, tmp_path, scoring=True)


def _story(
    request: pytest.FixtureRequest, kind: str, packs: Mapping[str, Pack], folder: Path, *, scoring: bool
) -> Iterator[PanelStory]:
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("_panel_opened")[scoring], folder / "round.db")
        url = f"sqlite:///{folder / 'round.db'}"
    else:
        url = request.getfixturevalue("database_url")
    engine = create_engine(url, durable=False)
    clock = MovableClock(read_demo(packs[PROGRAMME].demo).start)
    wiring = _wire(engine, folder, packs, clock)
    if kind != "sqlite":
        _open_round(wiring, packs)
    story = PanelStory(wiring=wiring, clock=clock, pack=packs[PROGRAMME], round_id=1)
    if scoring and kind != "sqlite":
        story.begin_scoring()
    elif scoring:
        story.pass_until("2024-12-11 10:00")
    yield story
    engine.dispose()


def _use(path: Path, packs: Mapping[str, Pack], do: object) -> None:
    engine = create_engine(f"sqlite:///{path}", durable=False)
    clock = MovableClock(read_demo(packs[PROGRAMME].demo).start)
    assert callable(do)
    do(_wire(engine, path.parent, packs, clock), packs)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _open_round(wiring: Wiring, packs: Mapping[str, Pack]) -> None:
    pack = packs[PROGRAMME]
    with wiring.transaction() as ctx:
        demonstration.create_accounts(ctx, read_demo(pack.demo), pack_units.load(ctx, pack.units))
        rounds.open_round(ctx, pack, label="2024")


def _to_scoring(wiring: Wiring, packs: Mapping[str, Pack]) -> None:
    clock = wiring.clock
    assert isinstance(clock, MovableClock)
    story = PanelStory(wiring=wiring, clock=clock, pack=packs[PROGRAMME], round_id=1)
    story.begin_scoring()
