"""Working days, windows and deadlines: the arithmetic of 公示 and of 截止. Pure; knows no round."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import MAXYEAR, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from service.errors import Invalid

ONE_DAY = timedelta(days=1)
FIRST_YEAR = 2004  # the first year chinesecalendar knows
SATURDAY = 5

_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})(?:[T ](\d{2}):(\d{2}))?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?[T\s]*(\d{2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)


class CalendarMissing(Invalid):
    """The holidays of that year have not been announced or not been entered.

    ``field`` is where somebody wrote a date in it.
    """

    def __init__(self, year: int, *, field: str = "") -> None:
        super().__init__(
            f"没有 {year} 年的放假调休安排，无法推算工作日。请在“管理 → 工作日历”录入国务院办公厅公布的"
            f"{year} 年节假日安排，并标记该年已录全，然后再试。",
            fields={field: f"没有 {year} 年的工作日历，请核对年份"} if field else None,
        )
        self.year = year


class WorkingDays:
    """Which days are worked, 调休 weekends included.

    ``overrides`` (day to worked or not) is the table an administrator edits; it wins over the library's
    data. A year without data is refused, never guessed, unless ``complete_years`` says that the table
    holds everything that differs from Monday to Friday in that year.
    """

    def __init__(
        self, overrides: Mapping[date, bool] | None = None, *, complete_years: Collection[int] = ()
    ) -> None:
        self._overrides = dict(overrides or {})
        self._complete_years = frozenset(complete_years)

    def is_working_day(self, day: date) -> bool:
        """Tell whether that day is worked. Raises CalendarMissing for a year without data."""
        if day in self._overrides:
            return self._overrides[day]
        try:
            return _is_worked_by_the_library(day)
        except NotImplementedError:
            if day.year in self._complete_years:
                return day.weekday() < SATURDAY
            raise CalendarMissing(day.year) from None

    @property
    def ready_until(self) -> date:
        """The last day of the unbroken run of years with data: windows must not pass it."""
        year = FIRST_YEAR
        while self._knows(year + 1):
            year += 1
        return date(year, 12, 31)

    def add(self, start: date, days: int, *, count_first_day: bool = False) -> date:
        """Return the last day of a window of that many working days.

        The first day is not counted (民法典第二百零一条) unless ``count_first_day``; a first day that is
        not worked never counts. The last day is always worked, so nothing is left to roll.
        """
        if days < 1:
            raise Invalid(f"工作日天数须为正整数，现在是 {days}。")
        day = start - ONE_DAY if count_first_day else start
        return self.shift(day, days)

    def end_of_window(
        self, start: date, days: int, zone: ZoneInfo, *, count_first_day: bool = False
    ) -> datetime:
        """Return 24:00 of the last day, as the exclusive 00:00 of the next day in that zone."""
        return end_of_day(self.add(start, days, count_first_day=count_first_day), zone)

    def shift(self, day: date, days: int) -> date:
        """Return the n-th working day after (or, negative, before) a day; 0 is the day itself."""
        step = ONE_DAY if days > 0 else -ONE_DAY
        left = abs(days)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def roll(self, day: date) -> date:
        """Return the day, or the next working day when it is not worked (民法典第二百零三条)."""
        return day if self.is_working_day(day) else self.shift(day, 1)

    def require(self, year: int, *, field: str = "") -> None:
        """Refuse a year without data, at the field it came in. Raises CalendarMissing."""
        if not self._knows(year):
            raise CalendarMissing(year, field=field)

    def between(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to and including ``end``; negative when reversed."""
        if end < start:
            return -self.between(end, start)
        span = (end - start).days
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, span + 1))

    def _knows(self, year: int) -> bool:
        if year in self._complete_years:
            return True
        try:
            chinese_calendar.is_workday(date(year, 12, 31))
        except NotImplementedError:
            return False
        return True


@cache
def _is_worked_by_the_library(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return 24:00 of a day: the next day's 00:00 in that zone, exclusive."""
    if day.year >= MAXYEAR:
        raise Invalid("日期太远，请核对年份。")
    return datetime.combine(day + ONE_DAY, time(0), tzinfo=zone)


def deadline(month_day: str, year: int, zone: ZoneInfo, *, rolled_by: WorkingDays | None = None) -> datetime:
    """Return 24:00 of a day like ``03-25`` in that year; ``03-25 17:30`` sets another hour of closing.

    With ``rolled_by`` a day that is not worked moves to the next one that is (X11).
    """
    match = _MONTH_DAY.fullmatch(month_day.strip())
    if match is None:
        raise Invalid(f"截止日期“{month_day}”写法不对，请写成“月-日”，例如 03-25。")
    month, day_of_month, hour, minute = match.groups()
    day = _day(year, int(month), int(day_of_month), month_day)
    if rolled_by is not None:
        day = rolled_by.roll(day)
    if hour is None:
        return end_of_day(day, zone)
    return _at(day, int(hour), int(minute), 0, zone, month_day)


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read ``2024-03-25T24:00:00+08:00``, ``2024-03-25 24:00`` or ``2024年3月25日24:00``.

    24:00 is the next day's 00:00. Without an offset the text is in ``zone``.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise Invalid(f"时间“{text}”写法不对，请写成“2024-03-25 24:00”。")
    year, month, day_of_month, hour, minute, second, offset = match.groups()
    day = _day(int(year), int(month), int(day_of_month), text)
    moment = _at(day, int(hour), int(minute), int(second or 0), zone, text)
    if offset is None:
        return moment
    exact = datetime.fromisoformat(f"2000-01-01T00:00:00{offset.replace('Z', '+00:00')}").tzinfo
    return moment.replace(tzinfo=exact)


def write_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment as Chinese text; midnight is 24:00 of the day before, as notices say it."""
    local = moment.astimezone(zone)
    if local.time() == time(0):
        day = local.date() - ONE_DAY
        return f"{day.year}年{day.month}月{day.day}日24:00"
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(f"“{text}”在 {year} 年不是一个存在的日期，请改正。") from None


def _at(day: date, hour: int, minute: int, second: int, zone: ZoneInfo, text: str) -> datetime:
    if (hour, minute, second) == (24, 0, 0):
        return end_of_day(day, zone)
    try:
        return datetime.combine(day, time(hour, minute, second), tzinfo=zone)
    except ValueError:
        raise Invalid(f"“{text}”里的钟点不存在，请写 00:00 到 24:00 之间的时间。") from None
