"""Handing an open task to one other person because the domain says so, not because its holder wishes."""

from __future__ import annotations

from sqlalchemy import delete

from service.models import Candidate, Draft, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context


def hand_over(ctx: Context, task: UserTask, user: User, *, reason: str) -> None:
    """Offer an open task to one person instead of whoever had it, and tell him.

    What the other had begun is thrown away: it is not the new holder's to read. The caller holds the
    instance and has decided that it may be done.
    """
    ctx.session.execute(delete(Candidate).where(Candidate.user_task_id == task.id))
    ctx.session.execute(delete(Draft).where(Draft.user_task_id == task.id))
    ctx.session.add(Candidate(user_task_id=task.id, group_key=f"user:{user.id}"))
    task.assignee_id = None
    task.revision += 1
    history.record(
        ctx, task.instance, "task.handed_over", element_id=task.element_id, task=task.id, reason=reason
    )
    text = f"{task.title} — {task.name} 改由您办理。"
    notifications.notify(
        ctx, [user], kind="handed_over", text=text, dedupe=f"hand-over:{task.id}:{task.revision}",
        round_id=task.round_id, task=task,
    )  # fmt: skip
