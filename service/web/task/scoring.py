"""An expert's pages: the nominations he sits at, and the sheet on which he scores one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, NotFound, ServiceError
from service.models import Nomination, UserTask
from service.programmes.nomination import nominations
from service.programmes.privacy import provision
from service.programmes.review import draws, scores, seats, steps
from service.programmes.round import rounds
from service.web.frame.errors import status_of
from service.web.frame.numbers import is_number
from service.web.task import dossier
from service.web.task.inbox import zone_of
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access, user_tasks

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("scoring", __name__, url_prefix="/scoring")


@pages.get("/rounds/<int:round_id>")
def list_duties(round_id: int) -> str:
    """List the nominations the actor is to score, and those he has scored."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    duties = scores.list_duties(ctx, entry)
    if not duties:
        raise NotFound(_("这个届次没有等您评分的申报。"))
    done = sum(duty.total is not None for duty in duties)
    return render_template(
        "scoring/list.html",
        round=entry,
        duties=duties,
        done=done,
        unnamed=provision.find_unnamed(ctx, [duty.seat.nomination for duty in duties]),
    )


@pages.get("/<int:task_id>")
def show(task_id: int) -> str:
    """Show the sheet of one nomination, or what was given once it is in."""
    return _page(task_id, {}, None)


@pages.post("/<int:task_id>")
def submit(task_id: int) -> ResponseReturnValue:
    """Hand a sheet in and go on to the next. What is refused comes back with every point that was given."""
    ctx: Context = g.ctx
    given = {name: value.strip() for name, value in request.form.items() if name != "csrf_token"}
    try:
        task = user_tasks.complete(ctx, task_id, _outcome(ctx, task_id), _read(given))
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(task_id, given, refused), status_of(refused)
    flash(_("评分已提交：%(title)s。", title=task.title), "success")
    ctx.session.flush()
    return redirect(_next_page(ctx, task))


@pages.post("/<int:task_id>/recuse")
def recuse(task_id: int) -> ResponseReturnValue:
    """Step back from a nomination (申请回避)."""
    ctx: Context = g.ctx
    try:
        seats.recuse(ctx, task_id, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(task_id, {}, refused), status_of(refused)
    flash(_("已回避，由下一位抽取的专家替补。"), "success")
    return redirect(url_for("inbox.show"))


def _page(task_id: int, given: dict[str, str], refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    task = task_access.get_visible(ctx, task_id)
    nomination = _nomination_of(ctx, task)
    seat = scores.get_scorable(ctx, nomination)
    return render_template(
        "scoring/sheet.html",
        task=task,
        nomination=nomination,
        name=provision.find_unnamed(ctx, [nomination]).get(nomination.id, nomination.name),
        offered=task_access.is_offered(ctx, task),
        seat=seat,
        groups=draws.rules_of(ctx, nomination.round).at({_sitting_of(ctx, task)}).groups,
        dossier=dossier.read(ctx, task.instance, nomination),
        visible=scores.list_visible(ctx, nomination),
        given=given,
        refused=refused,
        zone=zone_of(task.round_id),
    )


def _nomination_of(ctx: Context, task: UserTask) -> Nomination:
    nomination = nominations.of_instance(ctx, task.instance)
    element = deployments.get_element(ctx, task.instance, task.element_id)
    if nomination is None or steps.SCORE not in element.properties:
        raise NotFound(_("这项任务不是评分。"))
    return nomination


def _sitting_of(ctx: Context, task: UserTask) -> str:
    return deployments.get_element(ctx, task.instance, task.element_id).properties[steps.SCORE]


def _outcome(ctx: Context, task_id: int) -> str:
    """Return the one outcome the diagram offers; whoever may not see the task finds none."""
    task = task_access.get_visible(ctx, task_id)
    _nomination_of(ctx, task)
    element = deployments.get_element(ctx, task.instance, task.element_id)
    return deployments.outcomes_of(element.properties["outcomes"])[0][0]


def _read(given: dict[str, str]) -> dict[str, Any]:
    """Return the answers as the form has them: points as numbers, what is left empty not at all."""
    return {
        name: int(value) if is_number(value) and name != "remark" else value
        for name, value in given.items()
        if value
    }


def _next_page(ctx: Context, task: UserTask) -> str:
    duties = scores.list_duties(ctx, rounds.get(ctx, task.round_id or 0))
    following = next((duty.task_id for duty in duties if duty.task_id and duty.task_id != task.id), None)
    if following:
        return url_for("scoring.show", task_id=following)
    return url_for("scoring.list_duties", round_id=task.round_id)
