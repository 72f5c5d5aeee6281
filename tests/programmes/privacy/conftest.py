"""A round of any of the packs, for what holds in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from service.clock import MovableClock
from service.db import create_engine
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from tests.programmes.conftest import _open_round, _wire
from tests.programmes.privacy.any_pack import LABELS, AnyStory


@pytest.fixture
def any_round(
    request: pytest.FixtureRequest, database_url: str, packs: Mapping[str, Pack], tmp_path: Path
) -> Iterator[AnyStory]:
    """The round of the pack that a test names, on the day its demonstration begins."""
    pack = packs[request.param]
    engine = create_engine(database_url, durable=False)
    clock = MovableClock(read_demo(pack.demo).start)
    wiring = _wire(engine, tmp_path, packs, clock)
    _open_round(wiring, packs, pack.key, LABELS[pack.key])
    yield AnyStory(wiring=wiring, clock=clock, pack=pack, round_id=1)
    engine.dispose()
