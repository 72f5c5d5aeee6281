"""Offers: the rows of open user tasks and the candidate groups they are offered to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import load_only

from service.engine.records import Element, OpenUserTask, Step
from service.models import Candidate, Draft, Instance, TaskStatus, UserTask
from service.models.base import table_of
from service.pending_rows import add_row
from service.workflow import history, memory
from service.workflow.context import Context, Resolved
from service.workflow.definition import deployments
from service.workflow.instance import incidents, open_keys, reminders

#: an open task with its draft, if anybody has begun one
_Open = tuple[UserTask, Draft | None]
#: where a transaction remembers the open tasks that were read ahead, with their drafts: by instance, then key
READ_AHEAD = "open_tasks_read_ahead"

_OFFER = insert(table_of(Candidate))


def read_ahead(ctx: Context, instances: Sequence[Instance]) -> None:
    """Read in one statement the open tasks of instances that are locked, which their steps may cancel."""
    known: dict[int, dict[str, _Open]] = memory.of(ctx.session).setdefault(READ_AHEAD, {})
    query = _open_tasks().where(UserTask.instance_id.in_([instance.id for instance in instances]))
    for task, draft in ctx.session.execute(query):
        known.setdefault(task.instance_id, {})[task.key] = (task, draft)


def reconcile(ctx: Context, instance: Instance, step: Step, existing: frozenset[str]) -> None:
    """Make the open tasks of an instance, whose keys are ``existing``, exactly those of a step.

    New ones are offered to their candidate groups; those that vanished without being completed are
    cancelled and their drafts frozen.
    """
    gone = existing.difference(step.user_tasks.keys)
    if gone:
        _cancel(ctx, instance, _find(ctx, instance, gone))
    new = step.user_tasks.besides(existing)
    if new:
        _open(ctx, instance, step, new)


def withdraw(task: UserTask) -> None:
    """Take a closed task off every list. Its candidates go with its status: the database sees to that."""
    open_keys.forget_task(task.instance, task.key)
    task.remind_at = None


def _open(ctx: Context, instance: Instance, step: Step, new: list[OpenUserTask]) -> None:
    elements = deployments.get_diagram(ctx, instance).processes[instance.process_id].reached
    rows = [_row(instance, step, task, elements[task.element_id]) for task in new]
    ctx.domain.read_for_offers(ctx, instance, [group for task in new for group in _groups(task)])
    for row in rows:
        row.created_at = ctx.now
        row.steps_back = ctx.domain.steps_back(elements[row.element_id])
        row.remind_at = reminders.find_first_due(ctx, row, elements[row.element_id])
    ctx.session.add_all(rows)
    for row, task in zip(rows, new, strict=True):
        offer(ctx, instance, row, task)
        ctx.domain.opened(ctx, row, elements[row.element_id])


def _row(instance: Instance, step: Step, task: OpenUserTask, element: Element) -> UserTask:
    return UserTask(
        round_id=instance.round_id,
        instance=instance,
        key=task.key,
        element_id=task.element_id,
        name=task.name or task.element_id,
        title=instance.title,
        form_id=task.form_id,
        batch_key=batch_key_of(step, task, element),
        status=TaskStatus.OPEN,
        due_date=task.due_date,
        follow_up_date=task.follow_up_date,
        priority=task.priority,
    )


def batch_key_of(step: Step, task: OpenUserTask, element: Element) -> str | None:
    """Return what a task has in common with those that are done on one page with it."""
    batch = element.properties.get("batch", "")
    variables = {**step.variables, **task.inputs}
    return str(variables.get(batch, batch)) if batch else None


def _groups(task: OpenUserTask) -> tuple[str, ...]:
    if not task.assignee:
        return task.candidate_groups
    return (task.assignee,) if "@" in task.assignee else (f"user:{task.assignee}",)


def offer(ctx: Context, instance: Instance, row: UserTask, task: OpenUserTask) -> None:
    """Offer an open task to its groups; an incident where nobody holds any of them."""
    resolved = ctx.domain.resolve(ctx, instance, _groups(task))
    for key in resolved.groups:
        add_row(ctx.session, _OFFER, user_task_id=row, group_key=key)
    if resolved.substituted:
        ctx.session.flush()
        history.record(
            ctx, instance, "task.substituted", element_id=row.element_id, task=row.id,
            missing=list(resolved.missing), asked=list(resolved.groups),
        )  # fmt: skip
    if not resolved.groups:
        ctx.session.flush()
        names = "、".join(resolved.missing) or "(空)"
        message = f"“{row.name}”没有人可以办理：{names} 下没有启用的人员。请在人员管理中指定后重试。"
        incidents.open_for_task(
            ctx, instance, row, kind="nobody-resolved", message=message, missing=list(resolved.missing)
        )


def _find(ctx: Context, instance: Instance, keys: Iterable[str]) -> list[_Open]:
    known: dict[str, _Open] = memory.of(ctx.session).get(READ_AHEAD, {}).get(instance.id, {})
    if all(key in known for key in keys):
        return [known[key] for key in sorted(keys)]
    ctx.session.flush()
    query = _open_tasks().where(UserTask.instance_id == instance.id, UserTask.key.in_(keys))
    return [(task, draft) for task, draft in ctx.session.execute(query)]


def _open_tasks() -> Select[UserTask, Draft | None]:
    query = select(UserTask, Draft).outerjoin(Draft, Draft.user_task_id == UserTask.id)
    return query.where(UserTask.status == TaskStatus.OPEN).options(load_only(Draft.frozen_at))


def _cancel(ctx: Context, instance: Instance, gone: Iterable[_Open]) -> None:
    for task, draft in gone:
        task.status = TaskStatus.CANCELLED
        task.completed_at = ctx.now
        task.revision += 1
        withdraw(task)
        if draft is not None:
            draft.frozen_at = ctx.now
        history.record(ctx, instance, "task.cancelled", element_id=task.element_id, task=task.id)


def list_groups(ctx: Context, task: UserTask) -> set[str]:
    """Return the groups an open task is offered to."""
    return set(ctx.session.scalars(select(Candidate.group_key).where(Candidate.user_task_id == task.id)))


def resolve_again(
    ctx: Context, instance: Instance, row: UserTask, element: Element, *, meant: tuple[str, ...] = ()
) -> Resolved:
    """Return whom a task would be offered to by roles and people as they are now.

    Groups the diagram computes are kept as they were computed; ``meant`` are those it had come to where
    the task is offered to nobody.
    """
    groups = element.candidate_groups
    if any(group.startswith("=") for group in groups):
        groups = tuple(sorted(list_groups(ctx, row))) or meant
    return ctx.domain.resolve(ctx, instance, groups)


def offer_again(
    ctx: Context, instance: Instance, row: UserTask, element: Element, *, meant: tuple[str, ...] = ()
) -> bool:
    """Offer a task anew, after roles or people changed. True if somebody can now do it."""
    resolved = resolve_again(ctx, instance, row, element, meant=meant)
    ctx.session.execute(delete(Candidate).where(Candidate.user_task_id == row.id))
    for key in resolved.groups:
        add_row(ctx.session, _OFFER, user_task_id=row.id, group_key=key)
    return bool(resolved.groups)
