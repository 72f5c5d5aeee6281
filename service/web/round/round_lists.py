"""The lists behind a round's numbers that are no nominations: its objections, and the 公示 of its units."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from service.models import OPEN_OBJECTION
from service.programmes import wiring
from service.programmes.publication import local_notices, objections
from service.programmes.round import rounds
from service.web.frame import labels
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.task.tasklist import Page

PAGE = 30
#: as a status: an objection is not settled yet
IS_OPEN = "open"

pages = Blueprint("round_list_pages", __name__, url_prefix="/rounds")


@pages.get("/<int:round_id>/objections")
def list_objections(round_id: int) -> str:
    """List a round's objections as far as the reader is shown them, by how they stand."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    status = request.args.get("status", "")
    status = status if status in (IS_OPEN, *labels.OBJECTION) else ""
    wanted = OPEN_OBJECTION if status == IS_OPEN else (status,)
    rows = [row for row in objections.list_of(ctx, entry) if not status or row.status in wanted]
    page = max(1, request.args.get("page", 1, type=number))
    first = (page - 1) * PAGE
    return render_template(
        "rounds/objections.html",
        round=entry,
        status=status,
        statuses=labels.OBJECTION,
        total=len(rows),
        page=Page(rows=rows[first : first + PAGE], number=page, has_next=len(rows) > first + PAGE),
        zone=wiring.pack_of(ctx, entry).programme.zone,
    )


@pages.get("/<int:round_id>/notices")
def list_notices(round_id: int) -> str:
    """List the units' own 公示 of a round in which objections are taken now; they are public."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    page = max(1, request.args.get("page", 1, type=number))
    shown = local_notices.list_open(ctx, entry, limit=PAGE + 1, offset=(page - 1) * PAGE)
    return render_template(
        "rounds/notices.html",
        round=entry,
        total=local_notices.count_open(ctx, entry),
        page=Page(rows=shown[:PAGE], number=page, has_next=len(shown) > PAGE),
        zone=wiring.pack_of(ctx, entry).programme.zone,
    )
