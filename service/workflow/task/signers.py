"""Added signers (加签): asking colleagues to sign a task before it may be completed, or once it is decided.

Whoever has the task keeps it; a signer answers yes or no with his reasons. A decision that waits for
signers is held beside the open task: the process has not moved, and nothing of it is an opinion yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid
from service.models import HeldDecision, Signer, SignerPlace, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.person import people
from service.workflow.task import task_access

MAX_QUESTION = 500


class Unsigned(Conflict):
    """Somebody asked to sign before has not, or does not agree."""


def ask(
    ctx: Context, task_id: int, user_ids: Sequence[int], place: SignerPlace, question: str
) -> list[Signer]:
    """Ask colleagues to sign a task of the actor's; they are told. Whoever is asked already stays so.

    Nobody is asked who might not do the task himself: the nominee of an approval, say.
    """
    task = task_access.lock_offered(ctx, task_id)
    users = people.find_colleagues(ctx, user_ids)
    question = question.strip()
    fields = {}
    if not users or len(users) != len(set(user_ids)) or ctx.actor.user_id in user_ids:
        fields["user_ids"] = "请选择本单位或上下级单位的在用人员，不能是自己"
    if not question or len(question) > MAX_QUESTION:
        fields["question"] = f"必填，最多 {MAX_QUESTION} 个字"
    if fields:
        raise Invalid("没有加签，请改正后再提交。", fields=fields)
    for user in users:
        _require_may_sign(ctx, task, user)
    waiting = {signer.user_id for signer in list_waiting(ctx, task)}
    added = [
        Signer(
            round_id=task.round_id,
            task=task,
            user=user,
            place=place,
            question=question,
            asked_by_id=ctx.actor.user_id,
            asked_at=ctx.now,
        )
        for user in users
        if user.id not in waiting
    ]
    ctx.session.add_all(added)
    task.has_signers = True
    task.revision += 1
    ctx.session.flush()
    names = [signer.user.name for signer in added]
    history.record(
        ctx, task.instance, f"signer.asked_{place}", element_id=task.element_id, task=task.id, to=names,
        reason=question,
    )  # fmt: skip
    if place == SignerPlace.BEFORE:
        tell(ctx, added)
    return added


def tell(ctx: Context, signers: Sequence[Signer]) -> None:
    """Tell signers that it is their turn."""
    for signer in signers:
        task = signer.task
        text = f"{ctx.actor.name} 请您加签：{task.title} — {task.name}。{signer.question}"
        notifications.notify(
            ctx, [signer.user], kind="signer", text=text, dedupe=f"signer:{signer.id}:{task.revision}",
            round_id=task.round_id, task=task,
        )  # fmt: skip


def list_of(ctx: Context, task: UserTask) -> Sequence[Signer]:
    """Return everybody asked to sign a task, in the order in which they were asked."""
    query = select(Signer).where(Signer.user_task_id == task.id).order_by(Signer.id)
    return list(ctx.session.scalars(query.options(joinedload(Signer.user))))


def list_waiting(ctx: Context, task: UserTask, place: SignerPlace | None = None) -> Sequence[Signer]:
    """Return who has not answered yet."""
    return [
        signer
        for signer in list_of(ctx, task)
        if signer.answered_at is None and place in (None, signer.place)
    ]


def find_held(ctx: Context, task: UserTask) -> HeldDecision | None:
    """Return the decision on a task that waits for signers."""
    return ctx.session.get(HeldDecision, task.id)


def require_signed(ctx: Context, task: UserTask) -> None:
    """Refuse to decide while somebody asked before has not answered."""
    waiting = list_waiting(ctx, task, SignerPlace.BEFORE)
    if waiting:
        names = "、".join(signer.user.name for signer in waiting)
        raise Unsigned(f"前加签还没有完成，等候：{names}。可以撤回加签后再办理。")


def hold(ctx: Context, task: UserTask, outcome: str, answers: Mapping[str, Any]) -> bool:
    """Keep a checked decision until those asked after it have signed; False if nobody is to.

    A newer decision replaces the one that waits, and everybody who had signed it is asked again.
    """
    after = [signer for signer in list_of(ctx, task) if signer.place == SignerPlace.AFTER]
    waiting = [signer for signer in after if signer.answered_at is None]
    if not waiting:
        return False
    held = find_held(ctx, task) or HeldDecision(user_task_id=task.id)
    held.user_id = ctx.actor.user_id or 0
    held.outcome = outcome
    held.answers = dict(answers)
    held.held_at = ctx.now
    ctx.session.add(held)
    task.assignee_id = ctx.actor.stands_in_for or ctx.actor.user_id
    task.revision += 1
    history.record(
        ctx, task.instance, "task.held", element_id=task.element_id, task=task.id, outcome=outcome,
        to=[signer.user.name for signer in waiting],
    )  # fmt: skip
    tell(ctx, waiting)
    return True


def _require_may_sign(ctx: Context, task: UserTask, user: User) -> None:
    if task_access.find_refusal(ctx, task, user):
        raise Invalid("没有加签，请改正后再提交。", fields={"user_ids": f"{user.name} 与本件有关，应当回避"})
