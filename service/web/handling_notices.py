"""The notice of how personal data is handled (告知书), for everybody: read and printed before filling in."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from service.programmes.privacy import handling_notices
from service.programmes.round import rounds
from service.web.frame.sessions import public
from service.workflow.context import Context

pages = Blueprint("handling_notice_pages", __name__, url_prefix="/public/rounds")


@pages.get("/<int:round_id>/handling-notice")
@public
def show(round_id: int) -> str:
    """Show what those nominated in a round are told, as it reads now or as it read in a version."""
    ctx: Context = g.ctx
    entry, version = rounds.get(ctx, round_id), request.args.get("version", "")
    told = handling_notices.read(ctx, entry, version) if version else handling_notices.keep(ctx, entry)
    return render_template("public/handling_notice.html", round=entry, told=told)
