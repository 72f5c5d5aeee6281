"""Signing with others: added signers (加签), and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import Conflict, Invalid
from service.models import SignerPlace, TaskStatus
from service.web import colleagues
from service.web.task import side_forms
from service.workflow.task import comments, signers, signing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("signing", __name__)


@pages.post("/tasks/<int:task_id>/signers")
def ask(task_id: int) -> ResponseReturnValue:
    """Ask colleagues to sign a task (加签)."""
    try:
        place, chosen = _read_place(), colleagues.read("user_ids")
        asked = signers.ask(g.ctx, task_id, chosen, place, request.form.get("question", ""))
    except (Invalid, Conflict) as refused:
        return side_forms.show_refused(task_id, "signers", refused, "user_ids")
    flash(_("已请 %(num)s 人加签。", num=len(asked)), "success")
    return redirect(url_for("tasks.show", task_id=task_id))


@pages.post("/signers/<int:signer_id>/answer")
def answer(signer_id: int) -> Response:
    """Sign, or say no."""
    agrees = request.form.get("agrees") == "1"
    signing.answer(g.ctx, signer_id, agrees=agrees, text=request.form.get("text", ""))
    flash(_("已加签：同意。") if agrees else _("已加签：不同意，经办人会看到理由。"), "success")
    return redirect(url_for("inbox.show", tab="signing"))


@pages.post("/signers/<int:signer_id>/withdraw")
def withdraw(signer_id: int) -> Response:
    """Take back that somebody was asked."""
    task = signing.withdraw(g.ctx, signer_id)
    flash(_("加签已撤回。"), "success")
    if task.status != TaskStatus.OPEN:
        return redirect(url_for("inbox.show"))
    return redirect(url_for("tasks.show", task_id=task.id))


@pages.post("/tasks/<int:task_id>/comments")
def comment(task_id: int) -> Response:
    """Say something beside the opinions."""
    comments.add(g.ctx, task_id, request.form.get("text", ""))
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="comments"))


def _read_place() -> SignerPlace:
    place = request.form.get("place", "")
    if place not in set(SignerPlace):
        raise Invalid(_("请选择前加签或后加签。"), fields={"place": _("请从列表中选择")})
    return SignerPlace(place)
