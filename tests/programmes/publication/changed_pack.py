"""A round of the Changzhou pack with other settings of its 公示."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.clock import MovableClock
from service.db import create_engine
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from tests.programmes.conftest import _open_round, _wire
from tests.programmes.story import Story


def with_notice(pack: Pack, **changes: Any) -> Pack:
    """Return the pack with fields of its ``[notice]`` changed."""
    notice = replace(pack.programme.notice, **changes)
    return replace(pack, programme=replace(pack.programme, notice=notice))


@contextmanager
def open_story(url: str, pack: Pack, folder: Path, label: str = "2024") -> Iterator[Story]:
    """Open a round of a pack, by default that of 2024."""
    engine = create_engine(url, durable=False)
    clock = MovableClock(read_demo(pack.demo).start)
    wiring = _wire(engine, folder, {pack.key: pack}, clock)
    _open_round(wiring, {pack.key: pack}, pack.key, label)
    yield Story(wiring=wiring, clock=clock, pack=pack, round_id=1)
    engine.dispose()
