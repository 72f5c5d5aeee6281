"""The calendar of working days as it stands in the database: built-in data under an editable table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import null, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import Invalid
from service.models import CalendarDay, CalendarYear, HistoryEvent, Round, Stream
from service.models.programme.round import CALENDAR_STREAM
from service.programmes import wiring
from service.programmes.pack.programme import Programme
from service.programmes.rule import calendar
from service.programmes.rule.calendar import WorkingDays
from service.workflow import history, memory
from service.workflow.context import Context
from service.workflow.instance import reminders

#: where a transaction remembers the working days, and that it changed them
KEPT, CHANGED = "working_days", "working_days_changed"
#: kind of the event that keeps the last year with data, as open tasks were planned with it
REACHES = "calendar.reaches"
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


def require_year_of(ctx: Context, entry: Round, moment: datetime, field: str) -> None:
    """Refuse a moment that somebody wrote into a field and that lies in a year without data.

    Midnight belongs to the year that ends.
    """
    day = reminders.find_due_day(moment, wiring.pack_of(ctx, entry).programme.zone)
    load(ctx, entry).require(day.year, field=field)


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
    insert = sqlite.insert if ctx.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    begun = insert(Stream).values(name=CALENDAR_STREAM, seq=0, head="")
    ctx.session.execute(begun.on_conflict_do_nothing(index_elements=["name"]))
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
    _replan(ctx, year, year)
    _changed(ctx, "calendar.year_declared", year=year, source=source.strip())


def replan_grown(ctx: Context) -> int | None:
    """Plan open tasks anew if the data, a newer library's say, reaches further than they were planned with.

    Returns the last year with data if that is another one than was known. Where none was known, the last
    year counts as new.
    """
    lock(ctx)
    known = _find_planned_year(ctx)
    last = load(ctx).ready_until.year
    if last == known:
        return None
    first_new = last if known is None else known + 1
    if first_new <= last:
        _replan(ctx, first_new, last)
    history.record_in(ctx, CALENDAR_STREAM, REACHES, year=last)
    return last


def _find_planned_year(ctx: Context) -> int | None:
    query = select(HistoryEvent.details).where(
        HistoryEvent.stream == CALENDAR_STREAM, HistoryEvent.kind == REACHES
    )
    details = ctx.session.scalar(query.order_by(HistoryEvent.seq.desc()).limit(1))
    return details["year"] if details else None


def _replan(ctx: Context, first: int, last: int) -> None:
    """Plan anew what may have nudges in some years: due in them, a quarter before or a month after."""
    begins, ends = datetime(first - 1, 10, 1, tzinfo=UTC), datetime(last + 1, 2, 1, tzinfo=UTC)
    reminders.replan(ctx, begins, ends)


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
