"""Dates and times Python's own types cannot hold: years beyond 1 to 9999, and nanoseconds.

The calendar repeats every 400 years to the day and the weekday. So a far date is a near one, in the
years 2000 to 2399, and a number of cycles; whatever the near one answers holds for the far one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

CYCLE_YEARS, CYCLE_DAYS, CYCLE_MONTHS = 400, 146_097, 4_800
_FIRST = 2000
MAX_YEAR = 999_999_999


@dataclass(frozen=True, slots=True)
class WideDate:
    """A date in a year Python does not know."""

    near: date
    cycles: int

    @property
    def year(self) -> int:
        """The year, also below 1."""
        return self.near.year + self.cycles * CYCLE_YEARS

    @property
    def month(self) -> int:
        """From 1 to 12."""
        return self.near.month

    @property
    def day(self) -> int:
        """From 1 to 31."""
        return self.near.day


@dataclass(frozen=True, slots=True)
class WideTime:
    """A time with nanoseconds."""

    near: time
    nanos: int  #: beyond the microseconds of ``near``

    @property
    def tzinfo(self) -> tzinfo | None:
        """The zone."""
        return self.near.tzinfo

    def utcoffset(self) -> timedelta | None:
        """The offset from UTC."""
        return self.near.utcoffset()


@dataclass(frozen=True, slots=True)
class WideDateTime:
    """A date and time with nanoseconds, or in a year Python does not know."""

    near: datetime
    cycles: int
    nanos: int

    @property
    def year(self) -> int:
        """The year, also below 1."""
        return self.near.year + self.cycles * CYCLE_YEARS

    @property
    def month(self) -> int:
        """From 1 to 12."""
        return self.near.month

    @property
    def day(self) -> int:
        """From 1 to 31."""
        return self.near.day

    @property
    def tzinfo(self) -> tzinfo | None:
        """The zone."""
        return self.near.tzinfo

    def utcoffset(self) -> timedelta | None:
        """The offset from UTC."""
        return self.near.utcoffset()


AnyDate = date | WideDate
AnyTime = time | WideTime
AnyDateTime = datetime | WideDateTime
AnyDay = date | datetime | WideDate | WideDateTime


def near_of(value: AnyDay) -> tuple[date, int]:
    """A date or date and time in the near cycle, and how many cycles away it is."""
    if isinstance(value, (WideDate, WideDateTime)):
        return value.near, value.cycles
    cycles = (value.year - _FIRST) // CYCLE_YEARS
    return value.replace(year=value.year - cycles * CYCLE_YEARS), cycles


def nanos_of(value: object) -> int:
    """The nanoseconds beyond the microseconds."""
    return value.nanos if isinstance(value, (WideTime, WideDateTime)) else 0


def far_date(year: int, month: int, day: int) -> AnyDate | None:
    """A date in any year; None where there is no such day."""
    if abs(year) > MAX_YEAR:
        return None
    cycles = (year - _FIRST) // CYCLE_YEARS
    try:
        return settle(date(year - cycles * CYCLE_YEARS, month, day), cycles, 0)  # type: ignore[return-value]
    except (ValueError, OverflowError):
        return None


def settle(near: date, cycles: int, nanos: int) -> AnyDay | None:
    """The value of a near date (and time), as Python's own type where that can hold it."""
    year = near.year + cycles * CYCLE_YEARS
    if abs(year) > MAX_YEAR:
        return None
    if 1 <= year <= 9999 and not nanos:
        return near.replace(year=year)
    shift = (near.year - _FIRST) // CYCLE_YEARS
    near = near.replace(year=near.year - shift * CYCLE_YEARS)
    if isinstance(near, datetime):
        return WideDateTime(near, cycles + shift, nanos)
    return WideDate(near, cycles + shift)


def clock(near: time, nanos: int) -> AnyTime:
    """A time, as Python's own type where that can hold it."""
    return WideTime(near, nanos) if nanos else near


def join(day: AnyDate, at: AnyTime) -> AnyDateTime:
    """A date and a time, in the time's zone."""
    near, cycles = near_of(day)
    near_time = at.near if isinstance(at, WideTime) else at
    joined = datetime.combine(near, near_time, tzinfo=near_time.tzinfo)
    return settle(joined, cycles, nanos_of(at))  # type: ignore[return-value]


def day_of(value: AnyDay) -> AnyDate:
    """The date of a date and time; a date itself."""
    if isinstance(value, WideDateTime):
        return settle(value.near.date(), value.cycles, 0)  # type: ignore[return-value]
    return value.date() if isinstance(value, datetime) else value


def time_of(value: AnyDay) -> AnyTime:
    """The time of a date and time; a date is midnight UTC."""
    if isinstance(value, WideDateTime):
        return clock(value.near.timetz(), value.nanos)
    return value.timetz() if isinstance(value, datetime) else time(tzinfo=UTC)


def line(value: AnyDay) -> tuple[int, int, int]:
    """Where the moment stands on the time line: seconds, microseconds, nanoseconds. Local counts as UTC."""
    near, cycles = near_of(value)
    moment = near if isinstance(near, datetime) else datetime(near.year, near.month, near.day, tzinfo=UTC)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    days = moment.toordinal() + cycles * CYCLE_DAYS
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return days * 86_400 + seconds, moment.microsecond, nanos_of(value)


def offset_seconds(value: AnyDay | AnyTime) -> int:
    """How far the clocks of the value's zone are ahead of UTC; 0 where it has none."""
    offset = None if isinstance(value, WideDate) or type(value) is date else value.utcoffset()  # type: ignore[union-attr]
    return int(offset.total_seconds()) if offset else 0


def shift_months(value: AnyDay, months: int) -> AnyDay | None:
    """The same day so many months on, or the last day of that month."""
    near, cycles = near_of(value)
    more, months = divmod(months, CYCLE_MONTHS)
    years, month = divmod(near.year * 12 + near.month - 1 + months, 12)
    for day in range(near.day, 27, -1):
        try:
            return settle(near.replace(year=years, month=month + 1, day=day), cycles + more, nanos_of(value))
        except ValueError:
            continue
    return settle(near.replace(year=years, month=month + 1), cycles + more, nanos_of(value))


def shift(value: AnyDateTime, duration: timedelta) -> AnyDateTime | None:
    """The moment so much later, on the clocks of its zone."""
    near, cycles = near_of(value)
    more, rest = divmod(duration, timedelta(days=CYCLE_DAYS))
    zone = value.tzinfo
    moved = near + rest if zone is None else (near.astimezone(UTC) + rest).astimezone(zone)  # type: ignore[attr-defined]
    return settle(moved, cycles + more, nanos_of(value))  # type: ignore[return-value]


def distance(first: AnyDay, second: AnyDay) -> timedelta:
    """Elapsed time from the second to the first, without nanoseconds. OverflowError where it is too long."""
    one, other = line(first), line(second)
    return timedelta(seconds=one[0] - other[0], microseconds=one[1] - other[1])
