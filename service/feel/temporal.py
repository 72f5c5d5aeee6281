"""Dates, times and durations: from text, to text, and their parts.

Python's own types carry them: date, datetime, time and, for days and time durations, timedelta.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.feel.values import YearsMonths
from service.feel.wide import (
    AnyDate,
    AnyDateTime,
    AnyDay,
    AnyTime,
    WideDate,
    WideDateTime,
    WideTime,
    clock,
    far_date,
    join,
    nanos_of,
    shift,
    shift_months,
)

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z][A-Za-z0-9_+/-]*)?"
)
_DAYS_TIME = re.compile(
    r"(-)?P(?=.)(?:([0-9]+)D)?(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?"
)
_YEARS_MONTHS = re.compile(r"(-)?P(?=.)(?:([0-9]+)Y)?(?:([0-9]+)M)?")
_MAX_MONTHS = 12_000_000_000


def parse_temporal(text: str) -> object:
    """The date, time, date and time or duration ``text`` stands for, or None."""
    if "P" in text[:2]:
        return parse_duration(text)
    if text[2:3] == ":":
        return parse_time(text)
    return parse_date_time(text) if "T" in text else parse_date(text)


def parse_date(text: str) -> AnyDate | None:
    """An ISO date."""
    match = _DATE.fullmatch(text)
    return far_date(*(int(part) for part in match.groups())) if match else None


def parse_time(text: str) -> AnyTime | None:
    """An ISO time, with an offset or ``@zone`` if it has one."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second, fraction, zone = match.groups()
    nanos = int((fraction or "0").ljust(9, "0")[:9])
    try:
        tz = parse_zone(zone) if zone else None
        return clock(time(int(hour), int(minute), int(second), nanos // 1000, tzinfo=tz), nanos % 1000)
    except ValueError:
        return None


def parse_date_time(text: str) -> AnyDateTime | None:
    """An ISO date and time; 24:00:00 is the midnight that ends the day."""
    day_text, _, time_text = text.partition("T")
    ends_day = time_text.startswith("24:00:00")
    day = parse_date(day_text)
    at = parse_time("00" + time_text[2:] if ends_day else time_text)
    if day is None or at is None or (ends_day and at != time(tzinfo=at.tzinfo)):
        return None
    moment = join(day, at)
    return shift(moment, timedelta(days=1)) if ends_day else moment


@lru_cache(maxsize=256)
def parse_zone(text: str) -> tzinfo:
    """``Z``, ``+08:00`` or ``@Asia/Shanghai``. Raises ValueError for a zone nobody knows."""
    if text in ("Z", "z"):  # the standard's own examples write both
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"no such zone: {text[1:]}") from error
    sign = -1 if text[0] == "-" else 1
    hours, minutes, seconds = (int(part) for part in (text[1:] + ":00").split(":")[:3])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or offset > timedelta(hours=18):
        raise ValueError(f"no such offset: {text}")
    return timezone(sign * offset)


def parse_duration(text: str) -> timedelta | YearsMonths | None:
    """``P1Y2M`` or ``P1DT2H3M4.5S``; both kinds in one are no duration."""
    match = _DAYS_TIME.fullmatch(text)
    if match:
        return _days_time(match)
    match = _YEARS_MONTHS.fullmatch(text)
    if not match:
        return None
    sign, years, months = match.groups()
    total = int(years or 0) * 12 + int(months or 0)
    return YearsMonths(-total if sign else total) if total <= _MAX_MONTHS else None


def _days_time(match: re.Match[str]) -> timedelta | None:
    sign, days, hours, minutes, seconds, fraction = match.groups()
    try:
        total = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "0").ljust(6, "0")[:6]),
        )
    except (OverflowError, ValueError):
        return None
    return -total if sign else total


def format_zone(zone: tzinfo | None, at: datetime | None = None) -> str:
    """``Z``, ``+08:00``, ``@Asia/Shanghai`` or nothing."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo) and zone.key:
        return "@" + zone.key
    offset = zone.utcoffset(at)
    if offset is None:
        return ""
    if not offset:
        return "Z"
    total = int(abs(offset).total_seconds())
    text = f"{'-' if offset < timedelta() else '+'}{total // 3600:02}:{total // 60 % 60:02}"
    return text + (f":{total % 60:02}" if total % 60 else "")


def _fraction(micro: int, nanos: int = 0) -> str:
    return f".{micro:06}{nanos:03}".rstrip("0") if micro or nanos else ""


def _clock_text(value: time | datetime, nanos: int) -> str:
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{_fraction(value.microsecond, nanos)}"


def format_time(value: AnyTime) -> str:
    """The time as FEEL writes it."""
    near = value.near if isinstance(value, WideTime) else value
    return _clock_text(near, nanos_of(value)) + format_zone(near.tzinfo)


def format_date(value: AnyDay) -> str:
    """The date as FEEL writes it."""
    return f"{'-' if value.year < 0 else ''}{abs(value.year):04}-{value.month:02}-{value.day:02}"


def format_date_time(value: AnyDateTime) -> str:
    """The date and time as FEEL writes it."""
    near = value.near if isinstance(value, WideDateTime) else value
    return f"{format_date(value)}T{_clock_text(near, nanos_of(value))}{format_zone(near.tzinfo, near)}"


def format_days_time(value: timedelta) -> str:
    """``P1DT2H``; nothing is ``PT0S``."""
    rest = abs(value)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    clock = f"{hours}H" if hours else ""
    clock += f"{minutes}M" if minutes else ""
    if seconds or rest.microseconds:
        clock += f"{seconds}{_fraction(rest.microseconds)}S"
    days = f"{rest.days}D" if rest.days else ""
    if not days and not clock:
        return "PT0S"
    return f"{'-' if value < timedelta() else ''}P{days}{'T' + clock if clock else ''}"


def format_years_months(value: YearsMonths) -> str:
    """``P1Y2M``; nothing is ``P0M``."""
    years, months = divmod(abs(value.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"{'-' if value.months < 0 else ''}P{text or '0M'}"


def format_temporal(value: object) -> str | None:
    """The text of a date, time or duration; None for anything else."""
    if isinstance(value, (datetime, WideDateTime)):
        return format_date_time(value)
    if isinstance(value, (date, WideDate)):
        return format_date(value)
    if isinstance(value, (time, WideTime)):
        return format_time(value)
    if isinstance(value, timedelta):
        return format_days_time(value)
    if isinstance(value, YearsMonths):
        return format_years_months(value)
    return None


def seconds_of(value: timedelta) -> Decimal:
    """The whole duration in seconds, exactly."""
    return Decimal(value.days * 86400 + value.seconds) + Decimal(value.microseconds) / 1_000_000


def from_seconds(seconds: Decimal) -> timedelta | None:
    """The duration of so many seconds, or None where it is out of bounds."""
    try:
        return timedelta(microseconds=int((seconds * 1_000_000).to_integral_value()))
    except (OverflowError, ArithmeticError):
        return None


def midnight(value: AnyDate) -> AnyDateTime:
    """A date as the date and time FEEL compares it as: midnight UTC."""
    return join(value, time(tzinfo=UTC))


def add_months(value: AnyDay, months: int) -> AnyDay | None:
    """The same day so many months on, or the last day of that month. Keeps the time of day."""
    return shift_months(value, months)


def add_duration(value: AnyDateTime, duration: timedelta) -> AnyDateTime | None:
    """The moment so much later: elapsed time, so that a change of summer time moves the clock."""
    try:
        return shift(value, duration)
    except (OverflowError, ValueError):
        return None
