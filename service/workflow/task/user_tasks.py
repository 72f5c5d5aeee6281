"""User tasks: claiming, completing, sending back, taking back, passing on, nudging and copying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from service.engine.records import CompleteUserTask, Element, Fault
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Candidate, Draft, SignerPlace, TaskCopy, TaskStatus, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, incidents, offers, reminders
from service.workflow.person import actors, delegations, people
from service.workflow.task import signers, submissions, task_access
from service.workflow.task.task_access import (
    AlreadyDone,
    get_fresh,
    get_visible,
    is_candidate,
    is_offered,
    lock_offered,
    lock_open,
    require_offered,
    say_done,
)

#: offered where the diagram names no outcomes
DEFAULT_OUTCOMES = "complete:办结"


def claim(ctx: Context, task_id: int) -> UserTask:
    """Claim an offered task. Claiming one's own again changes nothing.

    Whoever could not complete it (回避) is told so now, not when he has done the work. What is claimed in
    the place of somebody absent (代理) is claimed for him.
    """
    task = lock_open(ctx, task_id)
    if task.assignee_id == ctx.actor.user_id:
        return task
    require_offered(ctx, task)
    ctx = delegations.act_in_place(ctx, task)
    _require_may_act(ctx, task)
    holder = ctx.actor.stands_in_for or ctx.actor.user_id
    if task.assignee_id == holder:
        return task
    task.assignee_id = holder
    _changed(ctx, task, "task.claimed")
    return task


def unclaim(ctx: Context, task_id: int) -> UserTask:
    """Give a claimed task back to its candidate groups."""
    task = lock_open(ctx, task_id)
    if task.assignee_id not in ctx.actor.may_act_as:
        if not (is_candidate(ctx, task) or ctx.domain.may_see(ctx, task.instance)):
            raise NotFound("没有这项任务，或您无权查看。")
        raise Forbidden("只有签收人可以退签这项任务。")
    if (
        ctx.session.scalar(select(Candidate.group_key).where(Candidate.user_task_id == task.id).limit(1))
        is None
    ):
        raise Conflict("这项任务只指派给了您，没有其他人可以接手，请改用转办。")
    task.assignee_id = None
    _changed(ctx, task, "task.unclaimed")
    return task


def transfer(ctx: Context, task_id: int, to_user_id: int, reason: str) -> UserTask:
    """Pass a task on to one person (转办) who may do it, with a reason in the history."""
    task = lock_offered(ctx, task_id)
    user = next(iter(people.find_colleagues(ctx, [to_user_id])), None)
    if user is None:
        message = "转办对象不存在、已停用，或不属于本单位及上下级单位。"
        raise Invalid(message, fields={"to_user_id": "请选择一位在用人员"})
    if user.id == ctx.actor.user_id:
        raise Invalid("不能转办给自己。", fields={"to_user_id": "请选择其他人员"})
    refusal = task_access.find_refusal(ctx, task, user)
    if refusal:
        raise Invalid(f"不能转办给{user.name}：{refusal}", fields={"to_user_id": refusal})
    if not reason.strip():
        raise Invalid("请填写转办原因。", fields={"reason": "必填"})
    task.assignee_id = user.id
    _changed(ctx, task, "task.transferred", to=user.name, reason=reason.strip())
    text = f"{ctx.actor.name} 向您转办：{task.title} — {task.name}。原因：{reason.strip()}"
    notifications.notify(
        ctx, [user], kind="transferred", text=text, dedupe=f"transfer:{task.id}:{task.revision}",
        round_id=task.round_id, task=task,
    )  # fmt: skip
    return task


def complete(ctx: Context, task_id: int, outcome: str, answers: Mapping[str, Any]) -> UserTask:
    """Complete a task with an outcome and let its instance move on.

    Keeps the submission, closes the task, runs the engine to its next wait and records history, in
    one transaction. A task that somebody completed first raises AlreadyDone. If the process itself
    cannot go on, Faulted is raised; its aftermath keeps the answers as a draft and opens an
    incident, whose retry submits them again.
    """
    task = lock_offered(ctx, task_id)
    # one UPDATE a row instead of one a query in between; topics flush before they look
    with ctx.session.no_autoflush:
        return _complete(ctx, task, outcome, answers)


def _complete(ctx: Context, task: UserTask, outcome: str, answers: Mapping[str, Any]) -> UserTask:
    ctx = delegations.act_in_place(ctx, task)
    element = deployments.get_element(ctx, task.instance, task.element_id)
    check_outcome(element, outcome)
    _require_may_act(ctx, task)
    submission = {"outcome": outcome, "answers": answers}
    if task.has_signers and _wait_for_signers(ctx, task, element, submission):
        return task
    accepted = ctx.domain.accept(ctx, task, element, submission)
    _close(ctx, task, outcome)
    submissions.keep(ctx, task, outcome, accepted.answers)
    history.record(
        ctx, task.instance, "task.completed", element_id=task.element_id, task=task.id, outcome=outcome
    )
    command = CompleteUserTask(key=task.key, variables={**accepted.variables, "outcome": outcome})
    try:
        execution.advance(ctx, task.instance, command)
    except execution.Faulted as faulted:
        keep = partial(
            _keep_faulted, task_id=task.id, outcome=outcome, answers=dict(answers), fault=faulted.fault
        )
        raise execution.Faulted(faulted.fault, aftermath=keep) from faulted
    return task


def _require_may_act(ctx: Context, task: UserTask) -> None:
    element = deployments.get_element(ctx, task.instance, task.element_id)
    refusal = ctx.domain.may_act(ctx, task, element)
    if refusal:
        raise Forbidden(refusal)


def _wait_for_signers(ctx: Context, task: UserTask, element: Element, submission: dict[str, Any]) -> bool:
    """Hold a decision that others are to sign after it; what is wrong with it is refused at once."""
    signers.require_signed(ctx, task)
    if not signers.list_waiting(ctx, task, SignerPlace.AFTER):
        return False
    trial = ctx.session.begin_nested()
    try:
        ctx.domain.accept(ctx, task, element, submission)
    finally:
        trial.rollback()
    return signers.hold(ctx, task, submission["outcome"], submission["answers"])


def complete_for(
    ctx: Context, task_id: int, user: User, outcome: str, answers: Mapping[str, Any]
) -> UserTask:
    """Submit again, in the name of whoever did, what a fault had stopped."""
    return complete(replace(ctx, actor=actors.actor_of(ctx, user)), task_id, outcome, answers)


def save_draft(ctx: Context, task_id: int, answers: Mapping[str, Any]) -> Draft:
    """Keep answers somebody has begun (暂存); the newest wins."""
    task = get_fresh(ctx, task_id)
    if task.status != TaskStatus.OPEN:
        raise AlreadyDone(say_done(ctx, task))
    require_offered(ctx, task)
    _require_may_act(delegations.act_in_place(ctx, task), task)
    return keep_draft(ctx, task, ctx.actor.user_id, answers)


def find_draft(ctx: Context, task: UserTask) -> Draft | None:
    """Return what was begun at a task, to whoever may complete it: another's words are not for the rest."""
    require_offered(ctx, task)
    _require_may_act(delegations.act_in_place(ctx, task), task)
    return ctx.session.get(Draft, task.id, populate_existing=True)


def keep_draft(ctx: Context, task: UserTask, user_id: int | None, answers: Mapping[str, Any]) -> Draft:
    """Write somebody's answers down as the draft of a task. The caller has checked that he may."""
    draft = ctx.session.get(Draft, task.id)
    if draft is None:
        draft = Draft(user_task_id=task.id, user_id=user_id)
        ctx.session.add(draft)
    draft.answers = dict(answers)
    draft.saved_at = ctx.now
    draft.user_id = user_id or draft.user_id
    return draft


def nudge(ctx: Context, task_id: int) -> int:
    """Nudge (催办) whoever has to act; returns how many were told."""
    task = get_visible(ctx, task_id)
    if task.status != TaskStatus.OPEN:
        raise AlreadyDone(say_done(ctx, task))
    if is_offered(ctx, task):
        raise Conflict("这项任务正等您办理，不需要催办。")
    return reminders.nudge_by_hand(ctx, task)


def copy(ctx: Context, task_id: int, to_user_ids: Sequence[int]) -> int:
    """Copy (抄送) a task to people: they may read the instance. Returns how many are new."""
    task = get_visible(ctx, task_id)
    had = set(ctx.session.scalars(select(TaskCopy.user_id).where(TaskCopy.user_task_id == task.id)))
    wanted = set(to_user_ids) - had
    users = people.find_colleagues(ctx, wanted)
    if len(users) != len(wanted):
        message = "抄送对象不存在、已停用，或不属于本单位及上下级单位。"
        raise Invalid(message, fields={"user_ids": "请选择在用人员"})
    ctx.session.add_all(
        TaskCopy(user_task_id=task.id, user_id=user.id, copied_by_id=ctx.actor.user_id, copied_at=ctx.now)
        for user in users
    )
    instance = execution.lock(ctx, task.instance_id)
    history.record(
        ctx,
        instance,
        "task.copied",
        element_id=task.element_id,
        task=task.id,
        to=[user.name for user in users],
    )
    text = f"{ctx.actor.name} 向您抄送：{task.title} — {task.name}。"
    notifications.notify(
        ctx, users, kind="copied", text=text, dedupe=f"copy:{task.id}:{ctx.now:%Y%m%d%H%M%S%f}",
        round_id=task.round_id, task=task,
    )  # fmt: skip
    return len(users)


def set_due_date(ctx: Context, task: UserTask, due: datetime | None, reason: str) -> None:
    """Move or take away an open task's due date and plan its nudges anew. The caller holds the instance."""
    before = task.due_date
    task.due_date = due
    reminders.rearm(ctx, task)
    _changed(
        ctx,
        task,
        "task.due_date_moved",
        before=before and before.isoformat(),
        to=due and due.isoformat(),
        reason=reason,
    )


def check_outcome(element: Element, outcome: str) -> None:
    """Refuse an outcome the diagram does not offer at this task."""
    allowed = deployments.outcomes_of(element.properties.get("outcomes", DEFAULT_OUTCOMES))
    if outcome not in {value for value, _ in allowed}:
        labels = "、".join(label for _, label in allowed)
        raise Invalid(f"“{element.name}”只能选择：{labels}。", fields={"outcome": "请选择一个办理结果"})


def _close(ctx: Context, task: UserTask, outcome: str) -> None:
    task.status = TaskStatus.COMPLETED
    task.outcome = outcome
    task.assignee_id = ctx.actor.stands_in_for or ctx.actor.user_id or task.assignee_id
    task.completed_by_id = ctx.actor.user_id
    task.completed_at = ctx.now
    task.revision += 1
    offers.withdraw(task)


def _keep_faulted(ctx: Context, *, task_id: int, outcome: str, answers: dict[str, Any], fault: Fault) -> None:
    task = lock_open(ctx, task_id)
    save_draft(ctx, task_id, answers)
    incidents.open_for_fault(ctx, task.instance, task, fault, outcome=outcome, user_id=ctx.actor.user_id)


def _changed(ctx: Context, task: UserTask, kind: str, **details: Any) -> None:
    task.revision += 1
    history.record(ctx, task.instance, kind, element_id=task.element_id, task=task.id, **details)
