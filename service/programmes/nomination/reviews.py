"""Joint review: deciding a whole category on one page, and any other step done in a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from service.errors import Invalid
from service.models import Nomination, Quota, QuotaKind, Round, UserTask
from service.workflow import task_access, tasklist, user_tasks
from service.workflow.context import Context


def list_candidates(
    ctx: Context, entry: Round, element_id: str, batch_key: str | None
) -> Sequence[tuple[UserTask, Nomination]]:
    """Return the open tasks of a step the actor may decide together, each with its nomination.

    His own nomination is not among them (回避, X15): one refusal would refuse the whole page.
    """
    tasks = tasklist.list_batch(ctx, entry.id, element_id, batch_key)
    query = select(Nomination).where(Nomination.instance_id.in_([task.instance_id for task in tasks]))
    by_instance = {
        nomination.instance_id: nomination
        for nomination in ctx.session.scalars(query)
        if nomination.nominee_id is None or nomination.nominee_id != ctx.actor.user_id
    }
    return [(task, by_instance[task.instance_id]) for task in tasks if task.instance_id in by_instance]


def places_left(ctx: Context, entry: Round, category: str) -> int:
    """Return how many award places of a category are free."""
    query = select(Quota.places - Quota.taken).where(
        Quota.round_id == entry.id, Quota.kind == QuotaKind.AWARD, Quota.category == category
    )
    return ctx.session.scalar(query) or 0


def decide(
    ctx: Context, task_ids: Sequence[int], outcomes: Mapping[int, str], answers: Mapping[str, Any]
) -> int:
    """Complete many tasks in one transaction: all of them or none; returns how many.

    ``outcomes`` gives each task its own outcome. The instances are locked in one order first, so two
    reviewers of the same category wait for each other instead of locking each other out. A category
    without enough places refuses the whole page.
    """
    if not task_ids:
        raise Invalid("没有选择任何一项。")
    if set(task_ids) != set(outcomes):
        raise Invalid("请为每一项选择办理结果。")
    task_access.lock_together(ctx, task_ids)
    for task_id in sorted(task_ids):
        user_tasks.complete(ctx, task_id, outcomes[task_id], answers)
    return len(task_ids)
