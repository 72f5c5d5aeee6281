"""The bar above every page: where one may go, what waits there, and who one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _

from service.models import Unit
from service.web.frame.doors import administers
from service.workflow import notifications
from service.workflow.context import ANONYMOUS, Actor
from service.workflow.task import tasklist


@dataclass(frozen=True, kw_only=True)
class Place:
    """An entry of the bar. It is shown once its endpoint exists and its door lets the actor in."""

    endpoint: str
    label: Any
    icon: str
    blueprints: tuple[str, ...]  #: of the pages that light it up
    door: Callable[[Actor], bool] = lambda actor: actor.user_id is not None


#: in the order of the bar; a module of pages adds its line here
PLACES = [
    Place(
        endpoint="inbox.show",
        label=_("待办"),
        icon="inbox",
        blueprints=(
            "inbox",
            "tasks",
            "task_actions",
            "signing",
            "delegations",
            "batches",
            "scoring",
            "voting",
            "diagrams",
            "task_file_pages",
            "uploads",
        ),
    ),
    Place(
        endpoint="round_pages.list_rounds",
        label=_("届次"),
        icon="calendar-event",
        blueprints=(
            "round_pages",
            "panel_pages",
            "quota_pages",
            "paper_pages",
            "admission_pages",
            "notice_pages",
            "quota_matrix_pages",
            "reserve_pages",
            "round_list_pages",
            "round_registration_pages",
            "round_task_pages",
            "scan_pages",
        ),
    ),
    Place(
        endpoint="nomination_pages.list_nominations",
        label=_("申报"),
        icon="award",
        blueprints=("nomination_pages", "privacy_pages", "candidate_extension_pages"),
    ),
    Place(
        endpoint="award_pages.list_awards",
        label=_("称号"),
        icon="certificate",
        blueprints=("award_pages", "title_pages", "title_paper_pages", "follow_up_pages"),
    ),
    Place(
        endpoint="modeler_pages.list_diagrams",
        label=_("流程图"),
        icon="git-branch",
        blueprints=("modeler_pages", "decision_pages", "decision_editor_pages", "migration_pages"),
        door=administers,
    ),
    Place(
        endpoint="admin_pages.show",
        label=_("管理"),
        icon="settings",
        blueprints=(
            "admin_pages",
            "unit_pages",
            "people_pages",
            "calendar_pages",
            "disclosure_pages",
            "impact_pages",
            "incident_pages",
            "unsent_message_pages",
        ),
        door=administers,
    ),
]


def register(app: Flask) -> None:
    """Give every template the bar's contents, asked for only by the pages that show it."""
    app.jinja_env.globals.update(
        places=places, me=me, my_unit=my_unit, open_count=open_count, unread_count=unread_count, known=known
    )


def me() -> Actor:
    """Return who looks at the page."""
    ctx = g.get("ctx")
    return ctx.actor if ctx else ANONYMOUS


def my_unit() -> str:
    """Return the name of the actor's unit."""
    if not _may_ask() or me().unit_id is None:
        return ""
    unit = g.ctx.session.get(Unit, me().unit_id)
    return unit.name if unit else ""


def places() -> list[tuple[Place, str, bool]]:
    """Return the bar's entries: place, address, and whether one is there."""
    shown = [place for place in PLACES if known(place.endpoint) and place.door(me())]
    return [(place, url_for(place.endpoint), request.blueprint in place.blueprints) for place in shown]


def known(endpoint: str) -> bool:
    """Say whether a page exists in this application."""
    return endpoint in current_app.view_functions


def open_count() -> int:
    """Return how many tasks wait for the actor."""
    if not _may_ask():
        return 0
    if "open_count" not in g:
        g.open_count = tasklist.count_todo(g.ctx)
    return int(g.open_count)


def unread_count() -> int:
    """Return how many messages the actor has not read."""
    return notifications.count_unread(g.ctx) if _may_ask() else 0


def _may_ask() -> bool:
    """An error page asks the database nothing: it may be the database that failed."""
    return me().user_id is not None and not g.get("failed", False)
