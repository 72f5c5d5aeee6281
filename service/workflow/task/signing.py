"""What signers answer, and what comes of it: a held decision goes through, or back to whoever decided."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import HeldDecision, Signer, SignerPlace, TaskStatus, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import signers, task_access, user_tasks

MAX_ANSWER = 1000


def answer(ctx: Context, signer_id: int, *, agrees: bool, text: str) -> Signer:
    """Sign a task one was asked to, or say no with a reason.

    When the last one asked after the decision agrees, the decision goes through in the name of whoever
    made it. When one does not, it is given up: whoever made it decides again.
    """
    signer, task = _lock(ctx, signer_id)
    if signer.user_id not in ctx.actor.may_act_as:
        raise Forbidden("这项加签不由您办理。")
    _require_may_sign(ctx, signer, task)
    held = signers.find_held(ctx, task)
    if signer.place == SignerPlace.AFTER and held is None:
        raise Conflict("经办人还没有作出决定，决定之后才请您加签。")
    text = text.strip()
    if len(text) > MAX_ANSWER or not (text or agrees):
        raise Invalid("加签没有提交。", fields={"text": f"不同意须写明理由，最多 {MAX_ANSWER} 个字"})
    signer.agrees, signer.answer = agrees, text
    signer.answered_by_id, signer.answered_at = ctx.actor.user_id, ctx.now
    ctx.session.flush()
    history.record(
        ctx, task.instance, "signer.agreed" if agrees else "signer.disagreed", element_id=task.element_id,
        task=task.id, reason=text,
    )  # fmt: skip
    _go_on(ctx, task, held, signer)
    return signer


def withdraw(ctx: Context, signer_id: int) -> UserTask:
    """Take back that somebody was asked; by whoever has the task. What he has answered stays."""
    signer, task = _lock(ctx, signer_id)
    task_access.require_offered(ctx, task)
    signer.answered_at = ctx.now
    signer.answered_by_id = ctx.actor.user_id
    signer.answer = "（加签已撤回）"
    ctx.session.flush()
    history.record(
        ctx, task.instance, "signer.withdrawn", element_id=task.element_id, task=task.id, to=signer.user.name
    )
    _go_on(ctx, task, signers.find_held(ctx, task), None)
    return task


def _lock(ctx: Context, signer_id: int) -> tuple[Signer, UserTask]:
    """Lock the task of a signer who has not answered; whoever was never asked learns nothing."""
    query = select(Signer).where(Signer.id == signer_id).options(joinedload(Signer.user))
    signer = ctx.session.scalar(query)
    if signer is None or not _concerns(ctx, signer):
        raise NotFound("没有这项加签，或您无权查看。")
    task = task_access.lock_open(ctx, signer.user_task_id)
    ctx.session.refresh(signer)
    if signer.answered_at is not None:
        raise Conflict("这项加签已经办结。")
    return signer, task


def _require_may_sign(ctx: Context, signer: Signer, task: UserTask) -> None:
    """Refuse whoever must step back: a signer did not when he was asked, but who acts for him may have to."""
    actor = ctx.actor
    if signer.user_id != actor.user_id:
        actor = replace(actor, stands_in_for=signer.user_id)
    element = deployments.get_element(ctx, task.instance, task.element_id)
    if refusal := ctx.domain.may_act(replace(ctx, actor=actor), task, element):
        raise Forbidden(refusal)


def _concerns(ctx: Context, signer: Signer) -> bool:
    task = ctx.session.get_one(UserTask, signer.user_task_id)
    return signer.user_id in ctx.actor.may_act_as or task_access.is_offered(ctx, task)


def _go_on(ctx: Context, task: UserTask, held: HeldDecision | None, signer: Signer | None) -> None:
    if held is None:
        if signer is not None:
            _tell_holder(ctx, task, f"{signer.user.name} {'同意' if signer.agrees else '不同意'}加签")
        return
    if signer is not None and not signer.agrees:
        user_id, answers = held.user_id, dict(held.answers)
        _drop(ctx, task)
        user_tasks.keep_draft(ctx, task, user_id, answers)
        _tell_holder(ctx, task, f"{signer.user.name} 不同意加签，请重新办理。理由：{signer.answer}")
        return
    if not signers.list_waiting(ctx, task, SignerPlace.AFTER):
        user, outcome, answers = ctx.session.get_one(User, held.user_id), held.outcome, dict(held.answers)
        _drop(ctx, task)
        user_tasks.complete_for(ctx, task.id, user, outcome, answers)


def _drop(ctx: Context, task: UserTask) -> None:
    ctx.session.execute(delete(HeldDecision).where(HeldDecision.user_task_id == task.id))
    ctx.session.expire_all()
    task.revision += 1


def _tell_holder(ctx: Context, task: UserTask, what: str) -> None:
    if task.status != TaskStatus.OPEN:
        return
    text = f"{task.title} — {task.name}：{what}"
    notifications.notify(
        ctx, notifications.list_responsible(ctx, task), kind="signed", text=text,
        dedupe=f"signed:{task.id}:{task.revision}:{ctx.now:%H%M%S%f}", round_id=task.round_id, task=task,
    )  # fmt: skip
