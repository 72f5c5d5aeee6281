"""Signing with others: added signers (加签), those a diagram lets sign together (会签), and comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import Invalid
from service.models import Comment, HeldDecision, Signer, SignerPlace, TaskStatus, UserTask
from service.web import colleagues
from service.workflow.context import Context
from service.workflow.task import comments, countersigning, signers, signing
from service.workflow.task.countersigning import Tally

pages = Blueprint("signing", __name__)


@dataclass(frozen=True, kw_only=True)
class Together:
    """Who signs a task besides whoever has it, and what is said about it."""

    signers: Sequence[Signer]
    held: HeldDecision | None  #: a decision that waits for signers
    to_answer: Sequence[Signer]  #: of the signers, those the actor may answer for now
    tally: Tally | None
    comments: Sequence[tuple[Comment, str]]


def read(ctx: Context, task: UserTask) -> Together:
    """Gather who signs a task with others, and the comments on its instance."""
    found = signers.list_of(ctx, task) if task.has_signers else []
    held = signers.find_held(ctx, task) if task.has_signers else None
    return Together(
        signers=found,
        held=held,
        to_answer=[
            signer
            for signer in found
            if signer.answered_at is None
            and signer.user_id in ctx.actor.may_act_as
            and (signer.place == SignerPlace.BEFORE or held is not None)
        ],
        tally=countersigning.tally(ctx, task),
        comments=comments.list_of(ctx, task.instance),
    )


@pages.post("/tasks/<int:task_id>/signers")
def ask(task_id: int) -> Response:
    """Ask colleagues to sign a task (加签)."""
    place = request.form.get("place", "")
    if place not in set(SignerPlace):
        raise Invalid(_("请选择前加签或后加签。"), fields={"place": _("请从列表中选择")})
    chosen = colleagues.read("user_ids")
    asked = signers.ask(g.ctx, task_id, chosen, SignerPlace(place), request.form.get("question", ""))
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
