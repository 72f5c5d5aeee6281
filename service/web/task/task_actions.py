"""A task besides completing it: claim, give back, pass on, copy, nudge, send back, take back."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import Invalid
from service.web.frame.numbers import number
from service.workflow.person import people
from service.workflow.task import returns, task_access, user_tasks

pages = Blueprint("task_actions", __name__, url_prefix="/tasks/<int:task_id>")

MOST_FOUND = 20


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


@pages.get("/people")
def find_people(task_id: int) -> str:
    """Find whom a task may be passed on to, by name, login or unit: a part of the task's page."""
    task_access.get_visible(g.ctx, task_id)
    text = request.args.get("person", "").strip()[:80]
    found = people.search_colleagues(g.ctx, text, limit=MOST_FOUND + 1)
    return render_template(
        "fragments/people.html", people=found[:MOST_FOUND], text=text, more=found[MOST_FOUND:]
    )


@pages.post("/transfer")
def transfer(task_id: int) -> Response:
    """Pass a task on to one person (转办)."""
    task = user_tasks.transfer(g.ctx, task_id, _person(), request.form.get("reason", ""))
    flash(_("已转办：%(title)s — %(name)s。", title=task.title, name=task.name), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/copy")
def copy(task_id: int) -> Response:
    """Copy a task to people who may read it (抄送)."""
    chosen = request.form.getlist("user_ids", type=number)
    if not chosen:
        raise Invalid(_("请选择抄送给谁。"), fields={"user_ids": _("至少选择一人")})
    told = user_tasks.copy(g.ctx, task_id, chosen)
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
def send_back(task_id: int) -> Response:
    """Send a task back to an earlier step (退回)."""
    form = request.form
    reopened = returns.send_back(g.ctx, task_id, form.get("to_element", ""), form.get("reason", ""))
    flash(_("已退回到“%(name)s”。", name=reopened.name), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/take-back")
def take_back(task_id: int) -> Response:
    """Take one's own completion back (撤回)."""
    reopened = returns.take_back(g.ctx, task_id)
    flash(_("已撤回，可以修改后重新办理。"), "success")
    return _to_task(reopened.id)


def _person() -> int:
    user_id = request.form.get("to_user_id", type=number)
    if user_id is None:  # without scripts nobody is listed: a text that names one person alone will do
        named = people.search_colleagues(g.ctx, request.form.get("person", "")[:80], limit=2)
        user_id = named[0].id if len(named) == 1 else None
    if user_id is None:
        raise Invalid(
            _("请选择转办给谁。"), fields={"to_user_id": _("请写姓名、用户名或单位，从找到的人员中选择")}
        )
    return user_id


def _to_task(task_id: int) -> Response:
    return redirect(url_for("tasks.show", task_id=task_id))
