"""Comments: what people say about an instance beside their opinions. They decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Invalid
from service.models import Comment, Instance, UserTask
from service.workflow import history
from service.workflow.context import Context
from service.workflow.task import task_access

MAX_TEXT = 1000


def add(ctx: Context, task_id: int, text: str) -> Comment:
    """Say something about the instance of a task one may see. It stays: a comment is not taken back."""
    task = task_access.get_visible(ctx, task_id)
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        raise Invalid("评论没有提交。", fields={"text": f"必填，最多 {MAX_TEXT} 个字"})
    comment = Comment(
        round_id=task.round_id,
        instance_id=task.instance_id,
        user_task_id=task.id,
        user_id=ctx.actor.user_id or 0,
        text=text,
        written_at=ctx.now,
    )
    ctx.session.add(comment)
    ctx.session.flush()
    history.record_in(
        ctx, "comments", "comment.added", round_id=task.round_id, task=task.id, comment=comment.id
    )
    return comment


def list_of(ctx: Context, instance: Instance) -> Sequence[tuple[Comment, str]]:
    """Return the comments on an instance with the name of the step each was made at, oldest first.

    Those made at a step that is kept from the actor are his to read only where they are his own.
    """
    hidden = ctx.domain.hidden_steps(ctx, instance)
    query = (
        select(Comment, UserTask.name)
        .outerjoin(UserTask, UserTask.id == Comment.user_task_id)
        .where(Comment.instance_id == instance.id)
        .options(joinedload(Comment.user))
        .order_by(Comment.id)
    )
    if hidden:
        is_shown = UserTask.element_id.is_(None) | UserTask.element_id.not_in(hidden)
        query = query.where(is_shown | (Comment.user_id == ctx.actor.user_id))
    return [(row[0], row[1] or "") for row in ctx.session.execute(query)]
