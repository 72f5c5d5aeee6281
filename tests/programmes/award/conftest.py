"""A round of the craftsmen's programme in which one worker holds the title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.db import create_engine
from service.models import Unit
from service.programmes.award import awards
from service.programmes.demo.demo_file import read_demo
from service.programmes.nomination import starting
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from tests.programmes.award.cultivation import Cultivation
from tests.programmes.conftest import _open_round, _wire

CRAFTSMEN = "longcheng-craftsmen"


@pytest.fixture
def cultivation(database_url: str, packs: Mapping[str, Pack], tmp_path: Path) -> Iterator[Cultivation]:
    """The round of 2024 on the day a worker was given the title."""
    engine = create_engine(database_url, durable=False)
    clock = MovableClock(read_demo(packs[CRAFTSMEN].demo).start)
    wiring = _wire(engine, tmp_path, packs, clock)
    _open_round(wiring, packs, CRAFTSMEN)
    with wiring.transaction() as ctx:
        entry = rounds.get(ctx, 1)
        rounds.set_stage(ctx, entry, rounds.Stage.SUBMISSION)
        unit = ctx.session.scalars(select(Unit).where(Unit.level == "单位").order_by(Unit.id)).first()
        assert unit is not None
        named = {"category": "craftsman", "source": "unit", "name": "演示-工匠"}
        nomination = starting.start(ctx, entry, unit=unit, **named)  # type: ignore[arg-type]
        award = awards.grant(ctx, nomination)
        story = Cultivation(wiring=wiring, clock=clock, pack=packs[CRAFTSMEN], award_id=award.id)
    yield story
    engine.dispose()
