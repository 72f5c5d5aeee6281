"""Sixty days before the calendar's data ends people are told, once a week, until the next year is there.

Data that came with an upgrade gives the open tasks the nudges they lacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

import chinese_calendar
import pytest
from sqlalchemy import select

from service.models import HistoryEvent, Notification, User
from service.programmes.round import calendars
from service.programmes.rule import calendar
from service.scheduler import calendar_watch
from tests.at_once import at_once
from tests.programmes.round.test_calendars import nudge_on, planned
from tests.programmes.round.test_rounds import at as moment
from tests.programmes.round.test_rounds import move, nudged
from tests.programmes.story import Story


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let the library know 2027, as its next release will."""

    def install() -> None:
        monkeypatch.setitem(chinese_calendar.constants.holidays, date(2027, 1, 1), "New Year's Day")

    yield install
    calendar._is_worked_by_the_library.cache_clear()


def told(story: Story) -> list[str]:
    with story.wiring.reading() as ctx:
        query = select(User.login).join(Notification, Notification.user_id == User.id)
        rows = ctx.session.scalars(query.where(Notification.kind == "calendar").order_by(User.login))
        return list(rows)


def at(story: Story, day: str) -> int:
    story.clock.move_to(datetime.fromisoformat(f"{day}T09:00:00+08:00"))
    return sum(calendar_watch.run_once(story.wiring).values())


def test_people_are_told_from_sixty_days_before_and_once_a_week(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        assert calendars.load(ctx).ready_until.isoformat() == "2026-12-31"

    counts = [at(round_2024, day) for day in ("2026-10-31", "2026-11-01", "2026-11-07", "2026-11-09")]

    assert counts == [0, 2, 0, 2]
    assert told(round_2024) == ["admin", "admin", "shiwei", "shiwei"]


def test_nobody_is_told_once_the_next_year_is_entered(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        calendars.declare_year(ctx, 2027, "演示文件")

    assert at(round_2024, "2026-12-20") == 0
    assert told(round_2024) == []


def test_a_year_the_library_brings_gives_open_tasks_their_nudges_each_once(
    round_2024: Story, upgrade: Callable[[], None]
) -> None:
    nominee = round_2024.start()
    move(round_2024, "2027-01-01 00:00")
    at(round_2024, "2026-12-30")
    nudge_on(round_2024, "2026-12-31 10:00")
    before = planned(round_2024, nominee)

    upgrade()
    nudge_on(round_2024, "2026-12-31 11:00")
    unnoticed = planned(round_2024, nominee)
    for hour in (12, 13):
        calendar_watch.run_once(round_2024.wiring)
        nudge_on(round_2024, f"2026-12-31 {hour}:00")

    assert (before, unnoticed) == (None, None)
    assert planned(round_2024, nominee) == moment(round_2024, "2027-01-04 09:00")
    assert nudged(round_2024, nominee) == [("0", "12-31 10:00")]
    assert reached(round_2024) == [2026, 2027]


def test_what_was_planned_before_anybody_noted_with_what_is_planned_anew(round_2024: Story) -> None:
    nominee = round_2024.start()
    move(round_2024, "2026-02-01 00:00")
    before = planned(round_2024, nominee)
    with round_2024.wiring.reading() as ctx:
        now = ctx.now

    calendar_watch.run_once(round_2024.wiring)

    assert planned(round_2024, nominee) == now
    nudge_on(round_2024, "2024-03-15 10:00")
    assert (planned(round_2024, nominee), nudged(round_2024, nominee)) == (before, [])


@pytest.mark.usefixtures("both_databases")
def test_of_two_processes_that_start_together_one_notes_the_last_year(round_2024: Story) -> None:
    at_once([partial(calendar_watch.run_once, round_2024.wiring) for _ in range(2)])

    assert reached(round_2024) == [2026]


def reached(story: Story) -> list[int]:
    with story.wiring.reading() as ctx:
        query = select(HistoryEvent.details).where(HistoryEvent.kind == "calendar.reaches")
        return [details["year"] for details in ctx.session.scalars(query.order_by(HistoryEvent.id))]
