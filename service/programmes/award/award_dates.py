"""FEEL functions of dates beyond the round's year: the period of a title, days of later years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.errors import Invalid
from service.models import Award, Instance, Round
from service.programmes.award import awards
from service.workflow.context import Context


def functions(ctx: Context, instance: Instance, zone: ZoneInfo) -> Mapping[str, Callable[..., Any]]:
    """Return the functions, bound to an instance; the zone is the one its days are meant in."""

    def day_begins(month_day: object, years: object = 0) -> datetime:
        return datetime.combine(_day(ctx, instance, month_day, years), time(), zone)

    def day_ends(month_day: object, years: object = 0) -> datetime:
        return datetime.combine(_day(ctx, instance, month_day, years) + timedelta(days=1), time(), zone)

    def period_begins() -> datetime:
        return datetime.combine(_period(ctx, instance)[0], time(), zone)

    def period_ends() -> datetime:
        return datetime.combine(_period(ctx, instance)[1] + timedelta(days=1), time(), zone)

    def period_years() -> list[int]:
        first, last = _period(ctx, instance)
        return list(range(first.year, last.year + 1))

    return {
        "day begins": day_begins,
        "day ends": day_ends,
        "period begins": period_begins,
        "period ends": period_ends,
        "period years": period_years,
    }


def _day(ctx: Context, instance: Instance, month_day: object, years: object) -> date:
    """Return a day of the round's year or, if ``years`` is a year itself (2025), of that."""
    number = int(str(years))
    entry = ctx.session.get(Round, instance.round_id) if instance.round_id else None
    year = number if number > MOST_YEARS else (entry.year if entry else ctx.now.year) + number
    try:
        return date.fromisoformat(f"{year:04d}-{month_day}")
    except ValueError as error:
        raise Invalid(f"流程图中的日期“{month_day}”无法识别，应为 12-31 这样的写法。") from error


#: a number up to this counts years after the round's, a larger one is a year
MOST_YEARS = 1000


def _period(ctx: Context, instance: Instance) -> tuple[date, date]:
    award: Award | None = awards.of_instance(ctx, instance)
    if award is None or award.valid_from is None or award.valid_until is None:
        raise Invalid(
            "这个流程没有培育期：请在 programme.toml 的 [award] 中写明 period_from 和 period_until。"
        )
    return award.valid_from, award.valid_until
