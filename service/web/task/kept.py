"""What was submitted when the session had ended: carried through the log-in and kept as the task's draft."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import flash, request, url_for
from flask_babel import gettext as _

from service.errors import ServiceError
from service.models import User
from service.web.frame.numbers import number
from service.web.task.tasks import read_answers
from service.workflow.context import Context
from service.workflow.person import actors
from service.workflow.task import user_tasks

COMPLETE = "tasks.complete"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Answers on their way through the log-in page, which carries them in hidden fields."""

    task_id: int
    answers: str


def refused_submission() -> Kept | None:
    """Return the answers of a task's form that is being refused for want of a session.

    Only what a page of ours sent: another site's form must not write anybody's draft.
    """
    if request.endpoint != COMPLETE or request.headers.get("Sec-Fetch-Site", "") != "same-origin":
        return None
    return Kept(task_id=int((request.view_args or {})["task_id"]), answers=request.form.get("answers", ""))


def carried() -> Kept | None:
    """Return the answers the log-in page carries."""
    task_id = request.form.get("kept_task", 0, type=number)
    return Kept(task_id=task_id, answers=request.form.get("kept_answers", "")) if task_id else None


def keep(ctx: Context, user: User, kept: Kept) -> str:
    """Keep carried answers as the draft of their task, if it is this user's to do; returns where to go on."""
    try:
        acting = replace(ctx, actor=actors.actor_of(ctx, user))
        user_tasks.save_draft(acting, kept.task_id, read_answers(kept.answers))
    except ServiceError as refused:
        flash(_("刚才填写的内容没有存成草稿：%(why)s", why=refused.message), "warning")
        return url_for("inbox.show")
    flash(_("您刚才填写的内容都在下面，已存为草稿，还没有提交。请核对后再提交。"), "info")
    return url_for("tasks.show", task_id=kept.task_id, _anchor="task-form")
