"""The calendar of working days: what was entered over the built-in data."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, g
from marshmallow import Schema, ValidationError, fields

from service.api.frame.access import require_admin
from service.api.frame.blueprint import Blueprint
from service.api.frame.etags import conditional, require_match, tag_header, tag_of_content, tagged, with_tag
from service.api.frame.fields import string
from service.errors import NotFound
from service.models import CalendarDay
from service.programmes.round import calendars
from service.workflow.context import Context

FIRST_YEAR, LAST_YEAR = 2000, 2200
YEAR = f"int(min={FIRST_YEAR},max={LAST_YEAR})"

blp = Blueprint("calendar", "工作日历")


class DaySchema(Schema):
    """A day that works or rests by the State Council's arrangement."""

    day = fields.Date(required=True, metadata={"description": "日期"})
    working = fields.Boolean(required=True, metadata={"description": "上班"})
    source = fields.String(required=True, metadata={"description": "依据文件"})


class DayEntrySchema(Schema):
    """What is entered for a day."""

    working = fields.Boolean(required=True, metadata={"description": "上班"})
    source = string(200, "依据文件", required=True)


class YearSchema(Schema):
    """What was entered for a year."""

    year = fields.Integer(required=True)
    complete = fields.Boolean(required=True, metadata={"description": "已全部录入，未列出的按星期计"})
    days = fields.List(fields.Nested(DaySchema), required=True)


class YearEntrySchema(Schema):
    """By what document a year is complete."""

    source = string(200, "依据文件", required=True)


@blp.route(f"/calendar/<{YEAR}:year>")
@tagged
@blp.response(200, YearSchema)
def get_year(year: int) -> Any:
    """查看一年中录入的日子"""
    return _show(g.ctx, year)


@blp.route(f"/calendar/<{YEAR}:year>", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(YearEntrySchema)
@blp.response(200, YearSchema)
def declare_year(body: dict[str, Any], year: int) -> Any:
    """声明一年已全部录入（系统管理员）"""
    ctx: Context = g.ctx
    _hold(ctx, year)
    calendars.declare_year(ctx, year, body["source"])
    return _show(ctx, year)


@blp.route("/calendar/days/<string(length=10):day>", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(DayEntrySchema)
@blp.response(200, DaySchema)
def put_day(body: dict[str, Any], day: str) -> Any:
    """录入或更改一天（系统管理员）

    If-Match 为查看那一年时得到的 ETag；回答的 ETag 是改后那一年的。
    """
    ctx: Context = g.ctx
    which = _parse(day)
    _hold(ctx, which.year)
    calendars.set_day(ctx, which, working=body["working"], source=body["source"])
    return with_tag(ctx.session.get_one(CalendarDay, which), _tag(ctx, which.year))


@blp.route("/calendar/days/<string(length=10):day>", methods=["DELETE"])
@conditional(required=True)
@tagged
@blp.response(204)
def delete_day(day: str) -> Response:
    """删除录入的一天（系统管理员）

    If-Match 为查看那一年时得到的 ETag；回答的 ETag 是改后那一年的。
    """
    ctx: Context = g.ctx
    which = _parse(day)
    _hold(ctx, which.year)
    calendars.remove_day(ctx, which)
    return Response(status=204, headers=tag_header(_tag(ctx, which.year)))


def _hold(ctx: Context, year: int) -> None:
    """Hold the calendar for an administrator who read the year as it stands."""
    require_admin(ctx)
    calendars.lock(ctx)
    require_match(_tag(ctx, year))


def _tag(ctx: Context, year: int) -> str:
    """Name the state of a year, with the document by which it is complete."""
    declared = [row.source for row in calendars.list_years(ctx) if row.year == year]
    days = [[row.day.isoformat(), row.working, row.source] for row in calendars.list_days(ctx, year)]
    return tag_of_content(["calendar", year, declared, days])


def _show(ctx: Context, year: int) -> Any:
    complete = year in {row.year for row in calendars.list_years(ctx)}
    body = {"year": year, "complete": complete, "days": calendars.list_days(ctx, year)}
    return with_tag(body, _tag(ctx, year))


def _parse(text_: str) -> date:
    try:
        day = fields.Date().deserialize(text_)
    except ValidationError as error:
        raise NotFound("没有这一天，应写作 2024-02-04。") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotFound("年份超出范围。")
    assert isinstance(day, date)
    return day
