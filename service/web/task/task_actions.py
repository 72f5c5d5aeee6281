"""A task besides completing it: claim, give back, pass on, copy, nudge, send back, take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import Conflict, Invalid
from service.web import colleagues
from service.web.task.side_forms import COPY, show_refused
from service.workflow.task import returns, taking_back, user_tasks

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("task_actions", __name__, url_prefix="/tasks/<int:task_id>")


@pages.post("/claim")
def claim(task_id: int) -> Response:
    """Claim a task (签收)."""
    task = user_tasks.claim(g.ctx, task_id)
    flash(_("已签收“%(name)s”，现在由您办理。", name=task.name), "success")
    return _to_task(task_id)


@pages.post("/unclaim")
def unclaim(task_id: int) -> Response:
    """Give a claimed task back (退签)."""
    task = user_tasks.unclaim(g.ctx, task_id)
    flash(_("已退签“%(name)s”，其他人可以签收。", name=task.name), "success")
    return _to_task(task_id)


@pages.post("/transfer")
def transfer(task_id: int) -> ResponseReturnValue:
    """Pass a task on to one person (转办)."""
    try:
        task = user_tasks.transfer(g.ctx, task_id, _read_one(), request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        return show_refused(task_id, "transfer", refused, "to_user_id")
    flash(_("已转办：%(title)s — %(name)s。", title=task.title, name=task.name), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/copy")
def copy(task_id: int) -> ResponseReturnValue:
    """Copy a task to people who may read it (抄送)."""
    try:
        told = user_tasks.copy(g.ctx, task_id, _read_some())
    except (Invalid, Conflict) as refused:
        return show_refused(task_id, COPY, refused, "user_ids")
    flash(_("已抄送 %(num)s 人。", num=told) if told else _("所选人员此前都已收到抄送。"), "success")
    return _to_task(task_id)


@pages.post("/nudge")
def nudge(task_id: int) -> Response:
    """Nudge whoever has to act (催办)."""
    told = user_tasks.nudge(g.ctx, task_id)
    flash(
        _("已催办，通知了 %(num)s 人。", num=told) if told else _("刚刚已经催办过，请稍后再催。"), "success"
    )
    return _to_task(task_id)


@pages.post("/send-back")
def send_back(task_id: int) -> ResponseReturnValue:
    """Send a task back to an earlier step (退回)."""
    form = request.form
    try:
        reopened = returns.send_back(g.ctx, task_id, form.get("to_element", ""), form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        return show_refused(task_id, "send-back", refused)
    flash(_("已退回到“%(name)s”。", name=reopened.name), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/take-back")
def take_back(task_id: int) -> Response:
    """Take one's own completion back (撤回)."""
    reopened = taking_back.take_back(g.ctx, task_id)
    flash(_("已撤回，可以修改后重新办理。"), "success")
    return _to_task(reopened.id)


def _read_one() -> int:
    chosen = colleagues.read("to_user_id")
    if len(chosen) != 1:
        raise Invalid(_("请选择转办给谁。"), fields={"to_user_id": _("请选择一人")})
    return chosen[0]


def _read_some() -> list[int]:
    chosen = colleagues.read("user_ids")
    if not chosen:
        raise Invalid(_("请选择抄送给谁。"), fields={"user_ids": _("至少选择一人")})
    return chosen


def _to_task(task_id: int) -> Response:
    return redirect(url_for("tasks.show", task_id=task_id))
