"""Who saw or took personal data, for the administrator; and the corrections that wait for the organiser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from service.errors import Invalid
from service.programmes.domain import FALLBACK_ZONE
from service.programmes.privacy import corrections, disclosures
from service.programmes.privacy.disclosures import EXPORTS, REVEALS, Filter
from service.web.downloads import taking_words
from service.web.frame.doors import for_organisers, is_admin
from service.web.frame.numbers import number
from service.workflow.context import Context

pages = Blueprint("disclosure_pages", __name__, url_prefix="/admin/personal-data")

YEARS = range(2000, 2100)  # beyond them a day has no moment that a database compares


@dataclass(frozen=True, kw_only=True)
class _Page:
    number: int
    has_next: bool


@pages.get("")
@for_organisers
def show() -> str:
    """List the corrections that wait for the actor and, for administrators, every look and export."""
    ctx: Context = g.ctx
    at = max(1, request.args.get("page", 1, type=number))
    admin = is_admin(ctx.actor)
    rows, has_next = disclosures.list_page(ctx, _filter(), at) if admin else ((), False)
    return render_template(
        "admin/personal_data.html",
        is_admin=admin,
        corrections=corrections.list_open(ctx),
        rows=rows,
        taking_words=taking_words(),
        page=_Page(number=at, has_next=has_next),
        given=request.args,
    )


def _filter() -> Filter:
    given = request.args
    stream = given.get("kind", "")
    until = _day("until")
    return Filter(
        stream=stream if stream in (REVEALS, EXPORTS) else "",
        who=given.get("who", "").strip(),
        since=_day("since"),
        until=until + timedelta(days=1) if until else None,
    )


def _day(name: str) -> datetime | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise Invalid(_("日期请写成 2024-03-25 的样子。"), fields={name: _("没有这一天")})
    return datetime(day.year, day.month, day.day, tzinfo=FALLBACK_ZONE)
