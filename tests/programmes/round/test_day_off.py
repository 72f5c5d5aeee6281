"""X11: a deadline on a day off stays as printed, or moves to the next day that is worked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from service.models import Instance, Job, Round
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack
from service.programmes.round import calendars, rounds
from tests.programmes.story import Story

SATURDAY = "2021-08-01T00:00:00+08:00"  # 24:00 on Saturday, 31 July
MONDAY = "2021-08-03T00:00:00+08:00"


def open_second(story: Story, packs: Mapping[str, Pack], *, rolls: bool) -> int:
    """Open another period of the same year, whose deadlines roll or not."""
    domain = story.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = packs["thousand-good-youth"]
    turned = replace(pack, programme=replace(pack.programme, rolls_deadlines=rolls))
    domain.packs = {**packs, pack.key: turned}
    with story.wiring.transaction() as ctx:
        return rounds.open_round(ctx, turned, label="第二期", year=2021).id


@pytest.mark.parametrize(("rolls", "due"), [(False, SATURDAY), (True, MONDAY)])
def test_x11_the_dates_the_timer_and_the_diagrams_deadline_agree(
    period_2021: Story, packs: Mapping[str, Pack], rolls: bool, due: str
) -> None:
    number = open_second(period_2021, packs, rolls=rolls)

    with period_2021.wiring.reading() as ctx:
        entry = ctx.session.get_one(Round, number)
        instance = ctx.session.get_one(Instance, entry.instance_id)
        timer = select(Job.due_at).where(
            Job.instance_id == instance.id, Job.element_id == "submission_deadline"
        )
        said = [
            entry.dates["submission"]["due"],
            ctx.session.scalars(timer).one(),
            ctx.domain.functions(ctx, instance)["deadline"]("07-31"),
        ]
    moments = {one if isinstance(one, datetime) else datetime.fromisoformat(one) for one in said}
    assert moments == {datetime.fromisoformat(due)}


def test_x11_a_day_off_that_somebody_works_on_is_kept(period_2021: Story, packs: Mapping[str, Pack]) -> None:
    with period_2021.wiring.transaction() as ctx:
        calendars.set_day(ctx, date(2021, 7, 31), working=True, source="调休")

    number = open_second(period_2021, packs, rolls=True)

    with period_2021.wiring.reading() as ctx:
        assert ctx.session.get_one(Round, number).dates["submission"]["due"] == SATURDAY


def test_x11_the_shipped_programmes_keep_the_day_as_printed(packs: Mapping[str, Pack]) -> None:
    assert {pack.programme.rolls_deadlines for pack in packs.values()} == {False}
