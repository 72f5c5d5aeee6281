from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.programmes.rule.calendar import (
    CalendarMissing,
    WorkingDays,
    deadline,
    end_of_day,
    read_moment,
    write_moment,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")

# start, last day with the first day excluded, last day with it included (five working days)
WINDOWS = [
    ("2024-04-01", "2024-04-09", "2024-04-08"),
    ("2024-09-27", "2024-10-10", "2024-10-09"),
    ("2024-09-30", "2024-10-12", "2024-10-11"),
    ("2024-12-27", "2025-01-06", "2025-01-03"),
    ("2025-01-24", "2025-02-07", "2025-02-06"),
    ("2025-04-14", "2025-04-21", "2025-04-18"),
    ("2025-09-29", "2025-10-13", "2025-10-11"),
    ("2026-02-13", "2026-02-27", "2026-02-26"),
    ("2026-09-30", "2026-10-13", "2026-10-12"),
    ("2026-12-24", "2026-12-31", "2026-12-30"),
    ("2026-11-21", "2026-11-27", "2026-11-27"),
]


@pytest.mark.parametrize(("start", "excluded", "included"), WINDOWS)
def test_window_of_five_working_days(start, excluded, included):
    days = WorkingDays()
    first = date.fromisoformat(start)

    ends = (days.add(first, 5), days.add(first, 5, count_first_day=True))

    assert ends == (date.fromisoformat(excluded), date.fromisoformat(included))


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_weekend_of_2026_that_is_worked(day):
    worked = date.fromisoformat(f"2026-{day}")

    assert (worked.weekday() >= 5, WorkingDays().is_working_day(worked)) == (True, True)


@pytest.mark.parametrize(
    ("day", "worked"),
    [("2024-03-25", True), ("2024-12-10", True), ("2021-07-31", False), ("2024-09-29", True)],
)
def test_deadline_days(day, worked):
    assert WorkingDays().is_working_day(date.fromisoformat(day)) is worked


def test_window_ends_at_midnight_after_its_last_day():
    end = WorkingDays().end_of_window(date(2024, 4, 1), 5, SHANGHAI)

    assert end == datetime(2024, 4, 10, tzinfo=SHANGHAI)


def test_last_day_on_a_holiday_rolls_to_the_next_working_day():
    days = WorkingDays()

    rolled = [days.roll(date(2024, 4, 4)), days.roll(date(2024, 4, 7)), days.roll(date(2024, 10, 5))]

    assert rolled == [date(2024, 4, 7), date(2024, 4, 7), date(2024, 10, 8)]


@pytest.mark.parametrize("start", [date(2026, 12, 25), date(2027, 1, 4)])
def test_x31_window_into_a_year_without_data_is_refused(start):
    with pytest.raises(CalendarMissing) as refusal:
        WorkingDays().add(start, 5)

    assert refusal.value.year == 2027
    assert refusal.value.message == (
        "没有 2027 年的放假调休安排，无法推算工作日。请在“管理 → 工作日历”录入国务院办公厅公布的"
        "2027 年节假日安排，并标记该年已录全，然后再试。"
    )


def test_year_declared_complete_is_counted_from_the_table():
    table = {date(2027, 1, 1): False, date(2027, 1, 2): True}
    days = WorkingDays(table, complete_years={2027})

    assert days.add(date(2026, 12, 25), 5) == date(2026, 12, 31) + timedelta(days=2)
    assert days.add(date(2026, 12, 31), 2) == date(2027, 1, 4)


def test_override_wins_over_the_announced_holidays():
    days = WorkingDays({date(2024, 4, 4): True, date(2024, 4, 2): False})

    assert days.add(date(2024, 4, 1), 2) == date(2024, 4, 4)


def test_ready_until_follows_complete_years():
    assert WorkingDays().ready_until == date(2026, 12, 31)
    assert WorkingDays(complete_years={2027}).ready_until == date(2027, 12, 31)
    assert WorkingDays(complete_years={2028}).ready_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("days", "expected"), [(-7, "03-14"), (-3, "03-20"), (-1, "03-22"), (0, "03-25"), (1, "03-26")]
)
def test_shift_to_the_day_of_a_reminder(days, expected):
    assert WorkingDays().shift(date(2024, 3, 25), days) == date.fromisoformat(f"2024-{expected}")


@pytest.mark.parametrize("days", [0, -1])
def test_window_without_days_is_refused(days):
    with pytest.raises(Invalid, match="正整数"):
        WorkingDays().add(date(2024, 4, 1), days)


@given(start=st.dates(date(2004, 1, 1), date(2026, 6, 30)), days=st.integers(1, 40))
def test_between_counts_what_add_added(start, days):
    calendar = WorkingDays()

    last = calendar.add(start, days)

    assert calendar.between(start, last) == days
    assert calendar.between(last, start) == -days
    assert calendar.is_working_day(last)


@given(start=st.dates(date(2004, 1, 2), date(2026, 6, 30)), days=st.integers(1, 40))
def test_counting_the_first_day_never_ends_later(start, days):
    calendar = WorkingDays()

    assert calendar.add(start, days, count_first_day=True) <= calendar.add(start, days)


def test_deadline_is_midnight_after_the_day():
    assert deadline("03-25", 2024, SHANGHAI) == datetime(2024, 3, 26, tzinfo=SHANGHAI)
    assert deadline("12-31", 2024, SHANGHAI) == datetime(2025, 1, 1, tzinfo=SHANGHAI)
    assert deadline("03-25 17:30", 2024, SHANGHAI) == datetime(2024, 3, 25, 17, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["", "3月25日", "02-29", "13-01", "03-25T25:00", "٠٣-٢٥"])
def test_deadline_that_is_no_day_is_refused(text):
    with pytest.raises(Invalid):
        deadline(text, 2023, SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-25T24:00:00+08:00",
        "2024-03-25 24:00",
        "2024年3月25日24:00",
        "2024-03-26T00:00",
        "2024-03-25T16:00:00Z",
    ],
)
def test_moment_written_in_any_way_is_read(text):
    assert read_moment(text, SHANGHAI) == datetime(2024, 3, 25, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2024-03-25", "2024-02-30 10:00", "2024-03-25 24:01", "明天"])
def test_moment_that_does_not_exist_is_refused(text):
    with pytest.raises(Invalid):
        read_moment(text, SHANGHAI)


def test_moment_is_written_as_the_notice_says_it():
    assert write_moment(end_of_day(date(2024, 3, 25), SHANGHAI), SHANGHAI) == "2024年3月25日24:00"
    assert write_moment(datetime(2024, 3, 25, 1, 30, tzinfo=SHANGHAI), SHANGHAI) == "2024年3月25日01:30"


def test_a_day_beyond_the_last_year_is_refused() -> None:
    with pytest.raises(Invalid, match="请核对年份"):
        end_of_day(date(9999, 12, 31), ZoneInfo("Asia/Shanghai"))
