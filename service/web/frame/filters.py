"""What templates may call: moments in the programme's zone, how long is left, masked values, words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from service.programmes.domain import FALLBACK_ZONE
from service.programmes.privacy.masks import mask
from service.web.frame import labels
from service.web.frame.languages import choose
from service.web.frame.targets import here, instance_address
from service.workflow.instance.reminders import find_due_day

SOON = 3  # days left from which a due date is coloured


@dataclass(frozen=True, kw_only=True)
class Urgency:
    """How pressing a due date is."""

    level: str  #: over, today, soon or nothing: a class of the style sheet
    text: str
    day: str  #: the date itself, 24:00 as notices write it


def register(app: Flask) -> None:
    """Give the templates their filters and functions."""
    app.jinja_env.filters.update(
        moment=write_moment,
        day=write_date,
        mask=mask,
        file_size=write_size,
        points=write_points,
        badge_word=lambda key, table: labels.find(table, key),
    )
    app.jinja_env.globals.update(
        urgency=urgency, icon_url=icon_url, with_args=with_args, here=here, instance_address=instance_address
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def write_moment(
    value: datetime | None, zone: ZoneInfo = FALLBACK_ZONE, *, time: bool = True, year: bool = False
) -> str:
    """Write a moment in a zone: ``3月25日 24:00``, with the year when asked for or when it is another one."""
    if value is None:
        return ""
    local = value.astimezone(zone)
    hour = f"{local:%H:%M}"
    if hour == "00:00" and time:
        local, hour = local - timedelta(days=1), "24:00"
    day = _write_day(local, with_year=year or local.year != g.ctx.now.astimezone(zone).year)
    return f"{day} {hour}" if time else day


def urgency(due: datetime | None, zone: ZoneInfo = FALLBACK_ZONE) -> Urgency | None:
    """Say how long is left until a due date, in days of the programme's zone."""
    if due is None:
        return None
    now = g.ctx.now
    left = (find_due_day(due, zone) - now.astimezone(zone).date()).days
    day = write_moment(due, zone)
    if due <= now:
        text = ngettext("逾期 %(num)d 天", "逾期 %(num)d 天", -left) if left < 0 else _("已逾期")
        return Urgency(level="over", text=text, day=day)
    if left == 0:
        return Urgency(level="today", text=_("今天截止"), day=day)
    text = ngettext("还剩 %(num)d 天", "还剩 %(num)d 天", left)
    return Urgency(level="soon" if left <= SOON else "", text=text, day=day)


def write_date(day: date) -> str:
    """Write a day with its year: ``2024年3月14日``."""
    return _write_day(day, with_year=True)


def _write_day(local: date, *, with_year: bool) -> str:
    if choose() == "en":
        return f"{local.day} {local:%b}" + (f" {local.year}" if with_year else "")
    return (f"{local.year}年" if with_year else "") + f"{local.month}月{local.day}日"


def write_size(size: int) -> str:
    """Write a file's size as people say it."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


def write_points(value: Fraction) -> str:
    """Write a score: ``86.333``."""
    return f"{float(value):.3f}"


def icon_url(name: str) -> str:
    """Return the address of an icon in the sprite."""
    return url_for("static", filename="dist/icons.svg") + f"#{name}"


def with_args(**changes: Any) -> str:
    """Return this page's address with some of its query changed: filters survive paging by it."""
    arguments: dict[str, Any] = {**request.args.to_dict(), **changes}
    kept = {key: value for key, value in arguments.items() if value not in ("", None)}
    # put behind the path here: the router would take some of the visitor's names for its own
    address = url_for(str(request.endpoint), **(request.view_args or {}))
    return f"{address}?{urlencode(kept)}" if kept else address
