"""The voting page: a secret ballot arrives here and nowhere else, and is never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, ServiceError
from service.models import TaskStatus
from service.programmes.privacy import provision
from service.programmes.review import ballots
from service.web.frame.errors import status_of
from service.web.frame.numbers import is_number
from service.web.task.inbox import zone_of
from service.workflow.context import Context
from service.workflow.task import task_access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("voting", __name__, url_prefix="/votes")


@pages.get("/<int:task_id>")
def show(task_id: int) -> str:
    """Show the ballot, empty."""
    return _page(task_id, {}, None)


@pages.post("/<int:task_id>")
def cast(task_id: int) -> ResponseReturnValue:
    """Cast the vote. What is refused comes back as it was filled in; nothing of it was kept."""
    ctx: Context = g.ctx
    fields = {name.removeprefix("choice-"): value for name, value in request.form.items()}
    choices = {int(number): value for number, value in fields.items() if is_number(number)}
    try:
        ballots.cast(ctx, task_id, choices)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(task_id, choices, refused), status_of(refused)
    flash(_("您的一票已经投出。系统只计票数，不记您投了什么。"), "success")
    return redirect(url_for("inbox.show"))


def _page(task_id: int, choices: dict[int, str], refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    task = task_access.get_visible(ctx, task_id)
    task_access.require_offered(ctx, task) if task.status == TaskStatus.OPEN else _is_over(refused)
    ballot = ballots.ballot_of(ctx, task)
    subjects = ballots.list_subjects(ctx, ballot)
    return render_template(
        "scoring/ballot.html",
        task=task,
        ballot=ballot,
        turnout=ballots.count_turnout(ctx, ballot),
        subjects=subjects,
        unnamed=provision.find_unnamed(ctx, [row.nomination for row in subjects]),
        barred=ballots.list_barred(ctx, ballot),
        choices=choices,
        refused=refused,
        zone=zone_of(task.round_id),
    )


def _is_over(refused: ServiceError | None) -> None:
    raise refused or Conflict(_("您已经投过票，或投票已经结束。"))
