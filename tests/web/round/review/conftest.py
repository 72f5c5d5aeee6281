"""A review of three nominations, drawn once and copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from service.app import App, create_app
from service.clock import MovableClock
from service.programmes.account import pack_units
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.schema import upgrade
from service.wire import Runtime, wire
from tests.programmes.review.panel_story import PROGRAMME, PanelStory
from tests.web.conftest import by_wall, settings_of

START = datetime.fromisoformat("2024-11-18T09:00:00+08:00")


SCORING = datetime.fromisoformat("2024-12-11T10:00:00+08:00")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which three nominations wait for their experts, never changed."""
    folder = tmp_path_factory.mktemp("review")
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(START), durable=False)
    upgrade(service.engine)
    open_story(service, opening=True).begin_scoring()
    service.engine.dispose()
    return folder


@pytest.fixture
def service(drawn: Path, tmp_path: Path) -> Iterator[Runtime]:
    folder = tmp_path / "data"
    shutil.copytree(drawn, folder)
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(SCORING), durable=False)
    yield service
    service.engine.dispose()


@pytest.fixture
def story(service: Runtime) -> PanelStory:
    return open_story(service)


@pytest.fixture
def two_places(service: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two may hold the title."""
    packs = packs_of(service)
    pack = packs[PROGRAMME]
    programme = pack.programme
    few = replace(programme, award=replace(programme.award, places_per_category=2))
    monkeypatch.setitem(packs, PROGRAMME, replace(pack, programme=few))


@pytest.fixture
def app(service: Runtime, wall: MovableClock) -> App:
    return create_app(by_wall(service, wall))


def packs_of(service: Runtime) -> dict[str, Pack]:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    assert isinstance(domain.packs, dict)
    return domain.packs


def open_story(service: Runtime, *, opening: bool = False) -> PanelStory:
    domain, clock = service.wiring.house.domain, service.wiring.clock
    assert isinstance(domain, Programmes)
    assert isinstance(clock, MovableClock)
    pack = domain.packs[PROGRAMME]
    if opening:
        with service.wiring.transaction() as ctx:
            units = pack_units.load(ctx, pack.units)
            demonstration.create_accounts(ctx, read_demo(pack.demo), units)
            rounds.open_round(ctx, pack, label="2024")
    return PanelStory(wiring=service.wiring, clock=clock, pack=pack, round_id=1)


def sits_everywhere(story: PanelStory) -> str:
    first, *others = ({*story.experts(number)} for number in (1, 2, 3))
    return sorted(first.intersection(*others))[0]
