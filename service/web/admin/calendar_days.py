"""The calendar of working days: what is built in, what was entered, and how far it reaches."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Invalid, ServiceError
from service.programmes.domain import FALLBACK_ZONE
from service.programmes.round import calendars
from service.programmes.rule.calendar import CalendarMissing, WorkingDays
from service.web.frame.doors import for_organisers
from service.web.frame.numbers import is_number

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("calendar_pages", __name__, url_prefix="/admin/calendar")

FIRST, LAST = 2004, 2099
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of the table; None of its month is left blank."""

    date: date
    working: bool
    entered: bool  #: in the editable table
    unusual: bool  #: a working weekend or a weekday off


@pages.get("")
@for_organisers
def show() -> str:
    """Show a year."""
    return _page(_year(request.args.get("year")))


@pages.post("/days")
@for_organisers
def set_day() -> ResponseReturnValue:
    """Enter a day."""
    day = _read_day(request.form.get("day", ""))
    if day is None:
        wrong = Invalid(_("日期写法不对。"), fields={"day": _("请选择日期")})
        return _page(_year(request.form.get("year")), wrong), 422
    try:
        working = request.form.get("working") == "1"
        calendars.set_day(g.ctx, day, working=working, source=request.form.get("source", "")[:200])
    except Invalid as refused:
        return _page(day.year, refused), 422
    flash(
        _("%(day)s 已设为%(kind)s。", day=day.isoformat(), kind=_("工作日") if working else _("休息日")),
        "success",
    )
    return redirect(url_for("calendar_pages.show", year=day.year))


@pages.post("/days/<day>/remove")
@for_organisers
def remove_day(day: str) -> ResponseReturnValue:
    """Take an entered day out again."""
    found = _read_day(day)
    if found is None:
        raise Invalid(_("日期写法不对。"))
    calendars.remove_day(g.ctx, found)
    flash(_("已删除，这一天恢复为内置数据。"), "success")
    return redirect(url_for("calendar_pages.show", year=found.year))


@pages.post("/years")
@for_organisers
def declare_year() -> ResponseReturnValue:
    """Declare a year entered completely."""
    year = _year(request.form.get("year"))
    if request.form.get("year") != str(year):
        return _page(year, Invalid(_("年份写法不对。"), fields={"year_source": _("请填写四位年份")})), 422
    try:
        calendars.declare_year(g.ctx, year, request.form.get("source", "")[:200])
    except Invalid as refused:
        return _page(year, Invalid(refused.message, fields={"year_source": refused.fields["source"]})), 422
    flash(_("%(year)s 年已标记为录全。", year=year), "success")
    return redirect(url_for("calendar_pages.show", year=year))


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day.year <= LAST else None


def _year(text: str | None) -> int:
    here = g.ctx.now.astimezone(FALLBACK_ZONE).year
    return int(text) if text and is_number(text) and FIRST <= int(text) <= LAST else int(here)


def _page(year: int, refused: ServiceError | None = None) -> str:
    days = calendars.load(g.ctx)
    entered = calendars.list_days(g.ctx, year)
    today = g.ctx.now.astimezone(FALLBACK_ZONE).date()
    return render_template(
        "admin/calendar.html",
        year=year,
        years=(max(FIRST, year - 1), min(LAST, year + 1)),
        months=_months(year, {row.day for row in entered}),
        entered=entered,
        ready_until=days.ready_until,
        short=(days.ready_until - today).days < 366,
        declared={row.year: row.source for row in calendars.list_years(g.ctx)},
        today=today,
        refused=refused,
        given=request.form if refused else {},
    )


def _months(year: int, entered: set[date]) -> list[list[list[Day | None]]] | None:
    """Return the year's months as weeks from Monday on; None for a year without data."""
    days = calendars.load(g.ctx)
    try:
        return [
            [
                [_day(date(year, month, number), days, entered) if number else None for number in week]
                for week in months.monthcalendar(year, month)
            ]
            for month in range(1, 13)
        ]
    except CalendarMissing:
        return None


def _day(day: date, days: WorkingDays, entered: set[date]) -> Day:
    working = days.is_working_day(day)
    weekday = day.weekday() < SATURDAY
    return Day(date=day, working=working, entered=day in entered, unusual=working != weekday)
