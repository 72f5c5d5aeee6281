"""What is to be done in a round itself, and what was: for its organiser and administrators."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from service.errors import Forbidden
from service.models import TaskStatus
from service.programmes import wiring
from service.programmes.board import round_tasks
from service.programmes.round import rounds
from service.web.frame import words
from service.web.frame.numbers import number
from service.web.round.rounds import manages
from service.workflow.context import Context
from service.workflow.task.tasklist import Page

PAGE = 50
STATES = {"open": TaskStatus.OPEN, "done": TaskStatus.COMPLETED}

pages = Blueprint("round_task_pages", __name__, url_prefix="/rounds")


@pages.get("/<int:round_id>/tasks")
def show(round_id: int) -> str:
    """List the tasks of a round's own process: those that wait, or those that are done (办理记录)."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    if not manages(ctx, entry):
        raise Forbidden(_("只有主办单位可以查看届次的办理记录。"))
    state = request.args.get("state", "")
    state = state if state in STATES else "done"
    step = request.args.get("step", "")[:120]
    page = max(1, request.args.get("page", 1, type=number))
    shown = round_tasks.list_page(
        ctx, entry, STATES[state], element_id=step, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    rows = list(shown[:PAGE])
    return render_template(
        "rounds/tasks.html",
        round=entry,
        state=state,
        step=step,
        steps=round_tasks.list_steps(ctx, entry, STATES[state]),
        page=Page(rows=rows, number=page, has_next=len(shown) > PAGE),
        outcome_words=words.of_outcomes(ctx, [row.task for row in rows]) if state == "done" else {},
        zone=wiring.pack_of(ctx, entry).programme.zone,
    )
