"""The demonstration's movable clock: a bar on every page. Outside a demonstration none of it exists."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import Conflict, Invalid
from service.programmes.domain import FALLBACK_ZONE
from service.programmes.rule.calendar import end_of_day
from service.web.frame.targets import local_target

EXTENSION = "demonstration"
KEPT = 20  # moves whose diary is remembered

pages = Blueprint("demonstration", __name__, url_prefix="/demonstration")


class Happening(Protocol):
    """What was done at one moment on the way."""

    @property
    def at(self) -> datetime:
        """When."""
        ...

    @property
    def sentence(self) -> str:
        """What, in Chinese."""
        ...


class Steering(Protocol):
    """Moves the clock. The composition root puts one into ``app.extensions["demonstration"]``."""

    def move_to(self, moment: datetime) -> Sequence[Happening]:
        """Move to a moment, doing on the way what becomes due."""
        ...

    def move_to_next_due(self) -> Sequence[Happening]:
        """Move to the next moment at which something is due."""
        ...


class Diary:
    """What the last moves brought about, kept for the page that follows: a demonstration is one process."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Happening]] = {}

    def keep(self, happened: Sequence[Happening]) -> str:
        """Keep a list and return its key; the oldest goes."""
        key = secrets.token_hex(8)
        self._entries[key] = list(happened)
        if len(self._entries) > KEPT:
            self._entries.pop(next(iter(self._entries)))
        return key

    def take(self, key: str) -> list[Happening] | None:
        """Return a list, once; None when it is no longer known."""
        return self._entries.pop(key, None)


diary = Diary()


def register(app: Flask) -> None:
    """Let the bar read what just happened."""
    app.jinja_env.globals["just_happened"] = just_happened
    app.jinja_env.globals["demonstration_day"] = demonstration_day


def demonstration_day() -> date | None:
    """Return the day the clock shows; None on the page of a request that was refused before it was asked."""
    return g.ctx.now.astimezone(FALLBACK_ZONE).date() if "ctx" in g else None


def just_happened() -> list[Happening] | None:
    """Return what the last move of this session brought about; None if it has been shown."""
    key = session.pop("moved", None)
    return diary.take(key) if key else None


@pages.before_request
def _only_in_a_demonstration() -> None:
    if not current_app.config["DEMONSTRATION"] or EXTENSION not in current_app.extensions:
        abort(404)


@pages.post("/next-day")
def move_a_day() -> Response:
    """Move to the same hour of the next day."""
    return _move(g.ctx.now + timedelta(days=1))


@pages.post("/next-due")
def move_to_next_due() -> Response:
    """Move to whatever is due next."""
    return _move(None)


@pages.post("/date")
def move_to_date() -> Response:
    """Move to 24:00 of a day: what is due that day has then been done."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise Invalid(_("请选择一个日期。"), fields={"day": _("例如 2024-03-25")}) from None
    return _move(end_of_day(day, FALLBACK_ZONE))


def _move(moment: datetime | None) -> Response:
    """Move in transactions of the scheduler's own: this request's must not hold the database meanwhile."""
    g.ctx.session.rollback()
    steering: Any = current_app.extensions[EXTENSION]
    try:
        happened = steering.move_to_next_due() if moment is None else steering.move_to(moment)
    except (Conflict, Invalid) as error:
        flash(error.message, "warning")
    else:
        session["moved"] = diary.keep(happened)
    return redirect(local_target(request.form.get("next")))
