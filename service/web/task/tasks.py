"""A task's page: who is to be decided on, what has been said, the form, and the buttons of its outcomes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, ServiceError
from service.models import TaskStatus, UserTask
from service.models.plain_json import clean, is_plain
from service.web.frame.errors import status_of
from service.web.task import task_view
from service.web.task.side_forms import SideForm
from service.workflow.context import Context
from service.workflow.task import task_access, user_tasks

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("tasks", __name__, url_prefix="/tasks")

MAX_ANSWERS = 200_000  # characters of JSON


@pages.get("/<int:task_id>")
def show(task_id: int) -> ResponseReturnValue:
    """Show a task; one that is done on a page of its own is sent there."""
    task = task_access.get_visible(g.ctx, task_id)
    elsewhere = task_view.find_own_page(g.ctx, task)
    if elsewhere and task_access.is_offered(g.ctx, task):
        return redirect(elsewhere)
    return _page(g.ctx, task)


@pages.post("/<int:task_id>/complete")
def complete(task_id: int) -> ResponseReturnValue:
    """Complete a task with the outcome whose button was pressed.

    What is refused comes back with everything that was typed and a sentence at each field.
    """
    ctx: Context = g.ctx
    answers = read_answers(request.form.get("answers", ""))
    try:
        task = user_tasks.complete(ctx, task_id, request.form.get("outcome", ""), answers)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page_again(ctx, task_id, answers, refused), status_of(refused)
    if task.status == TaskStatus.OPEN:
        flash(_("已提交：%(title)s，等候加签人签署后生效。", title=task.title), "success")
        return redirect(url_for("tasks.show", task_id=task_id))
    flash(_("已办结：%(title)s — %(name)s。", title=task.title, name=task.name), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/<int:task_id>/draft")
def save_draft(task_id: int) -> ResponseReturnValue:
    """Keep what has been typed so far; the page sends it by itself."""
    draft = user_tasks.save_draft(g.ctx, task_id, read_answers(request.get_data(as_text=True)))
    return jsonify({"saved_at": draft.saved_at.isoformat()})


def read_answers(text: str) -> dict[str, Any]:
    """Read a form's answers as the page sends them: one JSON object that any database can hold.

    A NUL or half a character, left by a paste that was cut, is dropped and the rest kept.
    """
    if len(text) > MAX_ANSWERS:
        raise Invalid(_("填写的内容过长，请删减后再提交。"))
    try:
        answers = json.loads(text or "{}", parse_constant=_refuse_constant)
        answers = clean(answers)
    except (ValueError, RecursionError):
        answers = None
    if not isinstance(answers, dict) or not is_plain(answers):
        raise Invalid(_("表单内容没有完整送达，请刷新页面后重新提交。"))
    return answers


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _page(ctx: Context, task: UserTask) -> str:
    return render_template("task.html", view=task_view.describe(ctx, task), refused=None, side=SideForm())


def _page_again(ctx: Context, task_id: int, answers: dict[str, Any], refused: ServiceError) -> str:
    task = task_access.get_visible(ctx, task_id)
    if task.status != TaskStatus.OPEN:
        raise refused
    view = task_view.describe(ctx, task, answers=answers, errors=refused.fields)
    return render_template("task.html", view=view, refused=refused, side=SideForm())
