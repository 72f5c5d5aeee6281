"""Messages: what the service told the actor."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.web.task.inbox import zone_of
from service.workflow import notifications

pages = Blueprint("messages", __name__, url_prefix="/messages")

ICONS = {
    "reminder": "clock",
    "nudge": "bell-ringing",
    "returned": "arrow-back-up",
    "transferred": "arrows-exchange",
    "privacy": "lock",
    "vacancy": "users",
    "calendar": "calendar",
    "overdue": "clock",
    "deadline.moved": "calendar-time",
    "delegated": "users",
    "signer": "writing",
    "signed": "writing",
}
SHOWN = 100


@pages.get("")
def show() -> str:
    """Show the newest messages."""
    rows = notifications.list_recent(g.ctx, limit=SHOWN)
    return render_template("messages.html", rows=rows, icons=ICONS, zone_of=zone_of)


@pages.post("/read")
def mark_read() -> Response:
    """Mark every message as read."""
    notifications.mark_all_read(g.ctx)
    flash(_("全部消息已标为已读。"), "success")
    return redirect(url_for("messages.show"))
