"""Who may see and do a user task, and locking one for whoever may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from service.errors import Conflict, Forbidden, NotFound
from service.models import (
    Candidate,
    Draft,
    Instance,
    Signer,
    Submission,
    TaskCopy,
    TaskStatus,
    User,
    UserTask,
)
from service.workflow.context import Actor, Context
from service.workflow.definition import deployments
from service.workflow.instance import locks

_IN_GROUPS = exists().where(
    Candidate.user_task_id == UserTask.id, Candidate.group_key.in_(bindparam("groups", expanding=True))
)
_LOCK = (
    select(Instance, UserTask, _IN_GROUPS)
    .join(UserTask, UserTask.instance_id == Instance.id)
    .where(UserTask.id.in_(bindparam("tasks", expanding=True)))
    .order_by(Instance.id)
    .with_for_update(of=(Instance, UserTask))
)
_LOCK_FRESH = _LOCK.execution_options(populate_existing=True)
_LOCK_WITH_DRAFT = _LOCK_FRESH.add_columns(Draft).outerjoin(Draft, Draft.user_task_id == UserTask.id)


class AlreadyDone(Conflict):
    """Somebody else completed the task first, or the process left it."""


class AlreadyClaimed(Conflict):
    """Somebody else has claimed the task."""


def get_visible(ctx: Context, task_id: int) -> UserTask:
    """Return a task the actor may see; anything else does not exist for him."""
    task = ctx.session.get(UserTask, task_id)
    if task is None or not (is_offered(ctx, task) or may_read(ctx, task)):
        raise NotFound("没有这项任务，或您无权查看。")
    return task


def may_read(ctx: Context, task: UserTask) -> bool:
    """Say whether the actor may read a task: had a part in it, or reads its instance and this step of it."""
    if had_part(ctx, task):
        return True
    if not (took_part(ctx, task) or ctx.domain.may_see(ctx, task.instance)):
        return False
    return not _is_hidden(ctx, task)


def _is_hidden(ctx: Context, task: UserTask) -> bool:
    return task.element_id in ctx.domain.hidden_steps(ctx, task.instance)


def is_offered(ctx: Context, task: UserTask) -> bool:
    """Say whether an open task is the actor's to do."""
    if task.status != TaskStatus.OPEN:
        return False
    if task.assignee_id is not None:
        return task.assignee_id in ctx.actor.may_act_as
    query = select(Candidate.group_key).where(Candidate.user_task_id == task.id)
    return any(key in ctx.actor.task_groups for key in ctx.session.scalars(query))


def lock_open(ctx: Context, task_id: int) -> UserTask:
    """Lock a task with its instance and return it as it now is; raises AlreadyDone when it is closed.

    The instance's row is the lock of everything in the instance; it comes first, as everywhere.
    Both rows are read as they are once the lock is there, so the second of two people sees what the
    first one did.
    """
    return _lock(ctx, task_id)[0]


def lock_offered(ctx: Context, task_id: int) -> UserTask:
    """Lock an open task that is the actor's to do; says why if it is not."""
    task, in_groups = _lock(ctx, task_id)
    mine = in_groups if task.assignee_id is None else task.assignee_id in ctx.actor.may_act_as
    if not (mine or ctx.actor.is_system):
        require_offered(ctx, task)
    return task


def lock_with_draft(ctx: Context, task_id: int) -> tuple[UserTask, Draft | None]:
    """Lock an open task that is the actor's to do, as ``lock_offered``, and read what was begun at it."""
    with ctx.session.no_autoflush:
        row: Any = ctx.session.execute(_LOCK_WITH_DRAFT, _locking(ctx, [task_id])).first()
    if row is not None:
        instance, task, offered, _ = row
        locks.note(ctx.session, instance)
        locks.offers(ctx.session)[task.id, ctx.actor.user_id] = bool(offered)
    return lock_offered(ctx, task_id), row[3] if row is not None else None


def lock_together(ctx: Context, task_ids: Sequence[int]) -> None:
    """Lock many tasks in one order and read ahead, so that completing them one by one asks little more.

    Whoever locks the same tasks waits here, before either holds anything the other needs.
    """
    with ctx.session.no_autoflush:
        rows: list[Any] = list(ctx.session.execute(_LOCK_FRESH, _locking(ctx, task_ids)))
    offered = locks.offers(ctx.session)
    for instance, task, in_groups in rows:
        set_committed_value(task, "instance", locks.note(ctx.session, instance))
        offered[task.id, ctx.actor.user_id] = bool(in_groups)
    ctx.domain.read_ahead(ctx, [row[0] for row in rows])


def _locking(ctx: Context, task_ids: Sequence[int]) -> dict[str, Any]:
    return {"tasks": list(task_ids), "groups": sorted(ctx.actor.task_groups)}


def _lock(ctx: Context, task_id: int) -> tuple[UserTask, bool]:
    known = ctx.session.identity_map.get(ctx.session.identity_key(UserTask, task_id))
    offered: bool | None = locks.offers(ctx.session).get((task_id, ctx.actor.user_id))
    row: Any
    if known is not None and (instance := locks.held(ctx.session, known.instance_id)):
        # ours already: what this transaction changed must not be read over
        row = (instance, known, offered) if offered is not None else _read_locking(ctx, task_id, fresh=False)
    else:
        row = _read_locking(ctx, task_id, fresh=True)
    if row is None:
        raise NotFound("没有这项任务，或您无权查看。")
    instance, task, offered = row
    locks.offers(ctx.session)[task.id, ctx.actor.user_id] = bool(offered)
    set_committed_value(task, "instance", locks.note(ctx.session, instance))
    if task.status != TaskStatus.OPEN:
        if not (_was_offered(ctx, task) or may_read(ctx, task)):
            raise NotFound("没有这项任务，或您无权查看。")
        raise AlreadyDone(say_done(ctx, task))
    return task, bool(offered)


def _was_offered(ctx: Context, task: UserTask) -> bool:
    """Whether the actor was one of those a closed task had been offered to: he may know who was faster."""
    element = deployments.get_element(ctx, task.instance, task.element_id)
    resolved = ctx.domain.resolve(ctx, task.instance, element.candidate_groups)
    return any(group in ctx.actor.task_groups for group in resolved.groups)


def _read_locking(ctx: Context, task_id: int, *, fresh: bool) -> Any:
    asked = _locking(ctx, [task_id])
    if not fresh:
        return ctx.session.execute(_LOCK, asked).first()
    with ctx.session.no_autoflush:
        return ctx.session.execute(_LOCK_FRESH, asked).first()


def get_fresh(ctx: Context, task_id: int) -> UserTask:
    task = ctx.session.get(UserTask, task_id, populate_existing=True)
    if task is None:
        raise NotFound("没有这项任务，或您无权查看。")
    return task


def require_offered(ctx: Context, task: UserTask) -> None:
    """Refuse whoever an open task is not offered to: as if it did not exist, if he may not see it."""
    if ctx.actor.is_system or is_offered(ctx, task):
        return
    if task.assignee_id is not None and is_candidate(ctx, task):
        raise AlreadyClaimed(f"“{task.name}”已由 {name_of(ctx, task.assignee_id)} 签收。")
    if ctx.domain.may_see(ctx, task.instance) and not _is_hidden(ctx, task):
        raise Forbidden("这项任务不由您办理。")
    raise NotFound("没有这项任务，或您无权查看。")


def find_refusal(ctx: Context, task: UserTask, user: User) -> str | None:
    """Return why somebody may not do a task that would be passed on to him, or None."""
    element = deployments.get_element(ctx, task.instance, task.element_id)
    actor = Actor(user_id=user.id, name=user.name, unit_id=user.unit_id, person=user.id_number_index or "")
    return ctx.domain.may_act(replace(ctx, actor=actor), task, element)


def is_candidate(ctx: Context, task: UserTask) -> bool:
    query = select(Candidate.group_key).where(Candidate.user_task_id == task.id)
    return any(key in ctx.actor.task_groups for key in ctx.session.scalars(query))


def had_part(ctx: Context, task: UserTask) -> bool:
    """Say whether the actor completed, signed or handed in a task, or was given a copy of it."""
    me = ctx.actor.user_id
    if me is None:
        return False
    ways = (
        select(Submission.id).where(Submission.user_task_id == task.id, Submission.user_id == me),
        select(TaskCopy.id).where(TaskCopy.user_task_id == task.id, TaskCopy.user_id == me),
        select(Signer.id).where(
            Signer.user_task_id == task.id, Signer.user_id.in_(sorted(ctx.actor.may_act_as))
        ),
    )
    return task.completed_by_id == me or bool(
        ctx.session.scalar(select(or_(*(way.exists() for way in ways))))
    )


def took_part(ctx: Context, task: UserTask) -> bool:
    if task.completed_by_id == ctx.actor.user_id and task.completed_by_id is not None:
        return True
    copies = (
        select(TaskCopy.id)
        .join(UserTask)
        .where(UserTask.instance_id == task.instance_id, TaskCopy.user_id == ctx.actor.user_id)
    )
    done = select(Submission.id).where(
        Submission.instance_id == task.instance_id, Submission.user_id == ctx.actor.user_id
    )
    asked = (
        select(Signer.id)
        .join(UserTask)
        .where(UserTask.instance_id == task.instance_id, Signer.user_id.in_(sorted(ctx.actor.may_act_as)))
    )
    return ctx.session.scalar(select(copies.exists() | done.exists() | asked.exists())) or False


def say_done(ctx: Context, task: UserTask) -> str:
    if task.status == TaskStatus.CANCELLED:
        return f"“{task.name}”已随流程关闭，不能再办理。"
    when = task.completed_at.astimezone(ctx.domain.zone(ctx, task.instance)) if task.completed_at else None
    return f"“{task.name}”已由 {name_of(ctx, task.completed_by_id)} 于 {when:%m月%d日 %H:%M} 办结。"


def name_of(ctx: Context, user_id: int | None) -> str:
    user = ctx.session.get(User, user_id) if user_id is not None else None
    return user.name if user else "系统"
