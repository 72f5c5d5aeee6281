"""The doors of administration on one page, and the proof that the history was not changed."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from service.programmes.account import audit
from service.programmes.domain import FALLBACK_ZONE
from service.programmes.round import calendars
from service.web.frame import labels
from service.web.frame.doors import for_admins, for_organisers, is_admin
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.job import given_up_starts, unsent_messages

pages = Blueprint("admin_pages", __name__, url_prefix="/admin")


@pages.get("")
@for_organisers
def show() -> str:
    """Show what may be administered, with what needs attention."""
    ctx: Context = g.ctx
    ready_until = calendars.load(ctx).ready_until
    return render_template(
        "admin/show.html",
        is_admin=is_admin(ctx.actor),
        incidents=_count_incidents(ctx),
        ready_until=ready_until,
        short=(ready_until - ctx.now.astimezone(FALLBACK_ZONE).date()).days < 366,
    )


@pages.get("/audit")
@for_admins
def show_audit() -> str:
    """Verify every chain of the history, and list the newest exports and looks at masked values."""
    ctx: Context = g.ctx
    return render_template(
        "admin/audit.html",
        report=audit.verify(ctx),
        events=audit.list_recent(ctx),
        words=labels.AUDIT,
    )


def _count_incidents(ctx: Context) -> int:
    stuck = len(incidents.list_open(ctx)) + len(given_up_starts.list_all(ctx))
    return stuck + len(unsent_messages.list_all(ctx))
