"""The calendar of working days as it stands in the database: built-in data under an editable table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import null, select, union_all

from service.errors import Invalid
from service.models import CalendarDay, CalendarYear, Round, Stream
from service.models.programme.round import CALENDAR_STREAM
from service.programmes.pack.programme import Programme
from service.programmes.rule import calendar
from service.programmes.rule.calendar import WorkingDays
from service.workflow import history, memory
from service.workflow.context import Context
from service.workflow.instance import reminders

#: where a transaction remembers the working days, and that it changed them
KEPT, CHANGED = "working_days", "working_days_changed"
#: the working days last read, by the head of the calendar's history
_by_head: dict[str, WorkingDays] = {}


def load(ctx: Context, entry: Round | None = None) -> WorkingDays:
    """Return the working days as they stand: one statement, read once a transaction.

    With a round at hand not even that: its row tells the head of the calendar's history, and what was
    read under one head is the same for ever.
    """
    days = memory.of(ctx.session).get(KEPT)
    if days is None:
        head = None if entry is None or CHANGED in memory.of(ctx.session) else entry.calendar_head
        days = _by_head.get(head) if head is not None else None
        if days is None:
            days = _read(ctx)
            _keep(head, days)
        memory.of(ctx.session)[KEPT] = days
    assert isinstance(days, WorkingDays)
    return days


def find_deadline(
    ctx: Context, programme: Programme, month_day: str, year: int, entry: Round | None = None
) -> datetime:
    """Return a deadline of a programme in a year: on a day off as printed, or on the next that is worked."""
    rolled_by = load(ctx, entry) if programme.rolls_deadlines else None
    return calendar.deadline(month_day, year, programme.zone, rolled_by=rolled_by)


def _read(ctx: Context) -> WorkingDays:
    days = select(CalendarDay.day, CalendarDay.working, null().label("year"))
    years = select(null(), null(), CalendarYear.year)
    rows: list[Any] = list(ctx.session.execute(union_all(days, years)))
    overrides = {row.day: bool(row.working) for row in rows if row.day is not None}
    complete = frozenset(row.year for row in rows if row.year is not None)
    return WorkingDays(overrides, complete_years=complete)


def _keep(head: str | None, days: WorkingDays) -> None:
    if head is not None:
        _by_head.clear()  # an older head is never asked for again
        _by_head[head] = days


def list_days(ctx: Context, year: int) -> Sequence[CalendarDay]:
    """Return the entered days of a year."""
    query = select(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    return list(ctx.session.scalars(query.order_by(CalendarDay.day)))


def list_years(ctx: Context) -> Sequence[CalendarYear]:
    """Return the years entered completely."""
    return list(ctx.session.scalars(select(CalendarYear).order_by(CalendarYear.year)))


def lock(ctx: Context) -> None:
    """Hold the calendar until the transaction ends: whoever else would change it waits."""
    ctx.session.get(Stream, CALENDAR_STREAM, with_for_update=True)


def set_day(ctx: Context, day: date, *, working: bool, source: str) -> None:
    """Enter or change a day, with the document it comes from."""
    if not source.strip():
        raise Invalid("请填写依据文件。", fields={"source": "必填，例如：国务院办公厅关于放假安排的通知"})
    ctx.session.merge(CalendarDay(day=day, working=working, source=source.strip()))
    _changed(ctx, "calendar.day_set", day=day.isoformat(), working=working, source=source.strip())


def remove_day(ctx: Context, day: date) -> None:
    """Take an entered day out again; the built-in data then counts."""
    row = ctx.session.get(CalendarDay, day)
    if row is not None:
        ctx.session.delete(row)
        _changed(ctx, "calendar.day_removed", day=day.isoformat())


def declare_year(ctx: Context, year: int, source: str) -> None:
    """Declare a year entered completely: days not listed follow the weekday."""
    if not source.strip():
        raise Invalid("请填写依据文件。", fields={"source": "必填，例如：国务院办公厅关于放假安排的通知"})
    ctx.session.merge(CalendarYear(year=year, source=source.strip()))
    reminders.replan(ctx, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 2, 1, tzinfo=UTC))
    _changed(ctx, "calendar.year_declared", year=year, source=source.strip())


def guess_years(ctx: Context, until: int, source: str) -> tuple[int, ...]:
    """Take every year up to that one that has no data as Monday to Friday; returns those years.

    For rehearsals and demonstrations only: a notice is drafted before its year's holidays are announced.
    """
    missing = tuple(range(load(ctx).ready_until.year + 1, until + 1))
    for year in missing:
        declare_year(ctx, year, source)
    return missing


def _changed(ctx: Context, kind: str, **details: Any) -> None:
    memory.of(ctx.session).pop(KEPT, None)
    memory.of(ctx.session)[CHANGED] = True
    history.record_in(ctx, CALENDAR_STREAM, kind, **details)
