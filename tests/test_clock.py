from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.clock import MovableClock, wall_clock


def test_wall_clock_is_aware_and_in_utc() -> None:
    first = wall_clock()

    assert first.utcoffset() == timedelta(0)
    assert wall_clock() >= first


def test_movable_clock_stands_still_until_moved() -> None:
    clock = MovableClock(datetime(2024, 3, 15, 9, 0, tzinfo=timezone(timedelta(hours=8))))

    assert clock() == clock() == datetime(2024, 3, 15, 1, 0, tzinfo=UTC)
    assert clock.move(days=2, hours=1) == clock() == datetime(2024, 3, 17, 2, 0, tzinfo=UTC)
    assert clock.move_to(datetime(2024, 3, 26, tzinfo=UTC)) == clock()


def test_movable_clock_refuses_a_naive_moment() -> None:
    with pytest.raises(ValueError, match="aware"):
        MovableClock(datetime(2024, 3, 15))  # noqa: DTZ001 -- that is the point
