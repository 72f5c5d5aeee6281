"""Built-ins that make and measure dates, times and durations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from service.feel.builtins.registry import builtin
from service.feel.frame import Run
from service.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time, parse_zone
from service.feel.values import YearsMonths
from service.feel.wide import (
    AnyDate,
    AnyDateTime,
    AnyDay,
    AnyTime,
    clock,
    day_of,
    far_date,
    join,
    near_of,
    time_of,
)

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _checked(run: Run, value: object, name: str) -> object:
    """``value``, with a warning where it is null."""
    if value is None:
        run.warn(f"{name}: there is no such value")
    return value


@builtin("date(from: string)")
def date_from_text(run: Run, text: str) -> object:
    """A date from ISO text."""
    return _checked(run, parse_date(text), "date")


@builtin("date(from: day)")
def date_from_day(_run: Run, value: AnyDay) -> AnyDate:
    """The day of a date and time."""
    return day_of(value)


@builtin("date(year: number, month: number, day: number)")
def date_from_numbers(run: Run, year: Decimal, month: Decimal, day: Decimal) -> object:
    """A date by its numbers."""
    return _checked(run, far_date(int(year), int(month), int(day)), "date")


@builtin("time(from: string)")
def time_from_text(run: Run, text: str) -> object:
    """A time from ISO text."""
    return _checked(run, parse_time(text), "time")


@builtin("time(from: time)")
def time_from_time(_run: Run, value: AnyTime) -> AnyTime:
    """The time itself."""
    return value


@builtin("time(from: day)")
def time_from_day(_run: Run, value: AnyDay) -> AnyTime:
    """The time of a date and time; a date is midnight UTC."""
    return time_of(value)


@builtin(
    "time(hour: number, minute: number, second: number, offset?: days and time duration?)",
)
def time_from_numbers(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None
) -> object:
    """A time by its numbers."""
    return _checked(run, _make_time(hour, minute, second, offset), "time")


def _make_time(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None) -> AnyTime | None:
    try:
        whole = int(second)
        nanos = int((second - whole) * 1_000_000_000)
        if offset is not None and abs(offset) > timedelta(hours=18):
            return None
        zone = timezone(offset) if offset is not None else None
        return clock(time(int(hour), int(minute), whole, nanos // 1000, tzinfo=zone), nanos % 1000)
    except ValueError:
        return None


@builtin("date and time(from: string)")
def moment_from_text(run: Run, text: str) -> object:
    """A date and time from ISO text; a date alone is its midnight."""
    if "T" in text:
        return _checked(run, parse_date_time(text), "date and time")
    day = parse_date(text)
    return _checked(run, join(day, time()) if day else None, "date and time")


@builtin("date and time(date: day, time: time)")
def moment_from_parts(_run: Run, day: AnyDay, at: AnyTime) -> AnyDateTime:
    """A day and a time."""
    return join(day_of(day), at)


@builtin("date and time(from: day)")
def moment_from_day(_run: Run, value: AnyDay) -> AnyDateTime:
    """A date and time itself, or the midnight UTC of a date."""
    return join(day_of(value), time_of(value))


@builtin("date and time(date: day, timezone: string)")
def moment_in_zone(run: Run, value: AnyDay, zone: str) -> object:
    """The same moment on the clocks of another zone."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        run.warn("date and time: a local date and time is in no zone")
        return None
    return value.astimezone(parse_zone("@" + zone))


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " offset?: days and time duration?)"
)
def moment_from_numbers(
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: timedelta | None = None,
) -> object:
    """A date and time by its numbers."""
    made = far_date(int(year), int(month), int(day))
    at = _make_time(hour, minute, second, offset)
    return _checked(run, join(made, at) if made and at else None, "date and time")


@builtin("duration(from: string)")
def duration(run: Run, text: str) -> object:
    """A duration from ISO text."""
    return _checked(run, parse_duration(text), "duration")


@builtin("duration(from: duration)")
def duration_itself(_run: Run, value: timedelta | YearsMonths) -> timedelta | YearsMonths:
    """The duration itself."""
    return value


@builtin("years and months duration(from: day, to: day)")
def years_and_months_duration(_run: Run, start: AnyDay, end: AnyDay) -> YearsMonths:
    """Whole months from one day to another; the time of day does not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


@builtin("now()")
def now(run: Run) -> datetime | None:
    """The moment the evaluation was given, in its zone."""
    if run.now is None:
        run.warn("now: the evaluation was given no time")
        return None
    return run.now.astimezone(run.zone) if run.zone else run.now


@builtin("today()")
def today(run: Run) -> date | None:
    """The day the evaluation was given, in its zone."""
    moment = now(run)
    return moment.date() if moment else None


@builtin("day of year(date: day)")
def day_of_year(_run: Run, value: AnyDay) -> Decimal:
    """From 1 to 366."""
    return Decimal(near_of(value)[0].timetuple().tm_yday)


@builtin("day of week(date: day)")
def day_of_week(_run: Run, value: AnyDay) -> str:
    """Its English name."""
    return _WEEKDAYS[near_of(value)[0].weekday()]


@builtin("month of year(date: day)")
def month_of_year(_run: Run, value: AnyDay) -> str:
    """Its English name."""
    return _MONTHS[value.month - 1]


@builtin("week of year(date: day)")
def week_of_year(_run: Run, value: AnyDay) -> Decimal:
    """The ISO week."""
    return Decimal(near_of(value)[0].isocalendar().week)
