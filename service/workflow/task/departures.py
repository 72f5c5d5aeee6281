"""Departures: somebody left or lost a role, and nothing rests with him that only the role had made his."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from service.models import Candidate, HeldDecision, Membership, Signer, TaskStatus, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, incidents, offers
from service.workflow.person import people
from service.workflow.task import handovers, task_access, user_tasks


def release(ctx: Context, user: User, groups: Iterable[str]) -> int:
    """Let go of what somebody who left had to do, and offer anew what nobody else could do.

    What he had claimed goes back to those it was offered to; they are told. A group without a holder left,
    or with one who may not do it (the nominee himself), falls to the unit's administrator (X14); with none,
    an incident says so. Nothing passes by itself. Who waits for him to sign (加签) is told that he will
    not. Returns how many tasks changed hands.
    """
    offered = _offered_to([*_thinned(ctx, groups), _own_group(user)])
    tasks = _list_open(ctx, (UserTask.assignee_id == user.id) | UserTask.id.in_(offered))
    _tell_who_wait_for(ctx, user)
    return sum(_let_go(ctx, task, user) for task in tasks)


def relieve(ctx: Context, user: User, group: str) -> int:
    """Let go of what somebody had by a role that was taken from him, as ``release`` does.

    What is his by another role or by name stays with him. Returns how many tasks changed hands.
    """
    kept = people.groups_of(ctx, user) | {_own_group(user)}
    lost = UserTask.id.in_(_offered_to([group]))
    claimed = (UserTask.assignee_id == user.id) & UserTask.id.not_in(_offered_to(kept))
    tasks = _list_open(ctx, lost if _thinned(ctx, [group]) else lost & claimed)
    return sum(_let_go(ctx, task, user, kept) for task in tasks)


def _own_group(user: User) -> str:
    return f"user:{user.id}"


def _offered_to(groups: Collection[str]) -> Select[int]:
    return select(Candidate.user_task_id).where(Candidate.group_key.in_(groups))


def _list_open(ctx: Context, which: ColumnElement[bool]) -> list[UserTask]:
    query = select(UserTask).where(UserTask.status == TaskStatus.OPEN, which)
    return list(ctx.session.scalars(query.order_by(UserTask.instance_id, UserTask.id)))


def _thinned(ctx: Context, groups: Iterable[str]) -> set[str]:
    """Return which of some groups have one active holder left, or none: others can do what he may not."""
    groups = set(groups)
    query = (
        select(Membership.group_key)
        .join(User, User.id == Membership.user_id)
        .where(Membership.group_key.in_(groups), User.active)
        .group_by(Membership.group_key)
        .having(func.count() > 1)
    )
    return groups.difference(ctx.session.scalars(query))


def _let_go(ctx: Context, task: UserTask, user: User, kept: Collection[str] = ()) -> bool:
    """Take a task from somebody, unless he has it by a group he kept; False where nothing changes."""
    instance = execution.lock(ctx, task.instance_id)
    task = task_access.get_fresh(ctx, task.id)
    if task.status != TaskStatus.OPEN:
        return False
    before = sorted(offers.list_groups(ctx, task))
    was_his = task.assignee_id == user.id and not set(kept).intersection(before)
    element = deployments.get_element(ctx, instance, task.element_id)
    if not was_his and set(offers.resolve_again(ctx, instance, task, element).groups) == set(before):
        return False
    if was_his:
        _give_up_held(ctx, task)
        task.assignee_id = None
    task.revision += 1
    history.record(
        ctx, instance, handovers.RELEASED, element_id=task.element_id, task=task.id, to=user.name,
        before=before,
    )  # fmt: skip
    if not offers.offer_again(ctx, instance, task, element):
        message = f"“{task.name}”没有人可以办理：{user.name} 已不在岗。请在人员管理中指定后重试。"
        incidents.open_for_task(ctx, instance, task, kind="nobody-resolved", message=message)
    elif was_his:
        _tell_the_others(ctx, task, user)
    return True


def _give_up_held(ctx: Context, task: UserTask) -> None:
    """Whoever has the task next decides himself; what was written is there as a draft."""
    held = ctx.session.get(HeldDecision, task.id)
    if held is not None:
        user_tasks.keep_draft(ctx, task, held.user_id, held.answers)
        ctx.session.delete(held)


def _tell_the_others(ctx: Context, task: UserTask, user: User) -> None:
    text = f"{user.name} 已不在岗，请您办理：{task.title} — {task.name}。"
    notifications.notify(
        ctx, notifications.list_responsible(ctx, task), kind="handed_over", text=text,
        dedupe=f"hand-over:{task.id}:{task.revision}", round_id=task.round_id, task=task,
    )  # fmt: skip


def _tell_who_wait_for(ctx: Context, user: User) -> None:
    query = (
        select(Signer)
        .join(UserTask, UserTask.id == Signer.user_task_id)
        .where(
            Signer.user_id == user.id, Signer.answered_at.is_(None), UserTask.status == TaskStatus.OPEN
        )
        .options(joinedload(Signer.task))
    )  # fmt: skip
    for signer in ctx.session.scalars(query.order_by(Signer.id)):
        task = signer.task
        text = f"{user.name} 已不在岗，不会加签了，请撤回加签或另请他人：{task.title} — {task.name}。"
        notifications.notify(
            ctx, notifications.list_responsible(ctx, task), kind="signed", text=text,
            dedupe=f"signer-gone:{signer.id}", round_id=task.round_id, task=task,
        )  # fmt: skip
