"""Going back: 退回 to an earlier step that the diagram need not draw, and 撤回 by whoever acted last."""

from __future__ import annotations

from sqlalchemy import exists, select

from service import engine
from service.engine.records import ReturnTo, Unreachable
from service.errors import Conflict, Forbidden, Invalid
from service.models import Draft, Submission, TaskStatus, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.present_names import present_names
from service.workflow.instance import execution, offers
from service.workflow.task import task_access


def list_earlier(ctx: Context, task: UserTask) -> list[tuple[str, str]]:
    """Return the steps (element id, name) a task may be sent back to.

    Done before, in the same scope, and such that the process can come back from there. What is done once
    (a signal thrown, a topic of ``Domain.once_only``) is not gone behind.
    """
    diagram = deployments.get_diagram(ctx, task.instance)
    elements = diagram.processes[task.instance.process_id].reached
    scope = elements[task.element_id].scope
    query = select(Submission.element_id).where(Submission.instance_id == task.instance_id)
    names = present_names(ctx, task.instance)
    done = dict.fromkeys(names.get(one, one) for one in ctx.session.scalars(query.order_by(Submission.id)))
    return [
        (element_id, elements[element_id].name)
        for element_id in done
        if element_id in elements
        and element_id != task.element_id
        and elements[element_id].scope == scope
        and _find_obstacle(ctx, task, element_id) is None
    ]


def send_back(ctx: Context, task_id: int, to_element: str, reason: str) -> UserTask:
    """Send a task back (退回) to an earlier step; whoever did that step does it again.

    It is no decision: no opinion is recorded. Refused across the branches of a parallel split.
    """
    task = task_access.lock_open(ctx, task_id)
    task_access.require_offered(ctx, task)
    if not reason.strip():
        raise Invalid("请填写退回原因。", fields={"reason": "必填"})
    if to_element not in dict(list_earlier(ctx, task)):
        raise Invalid("不能退回到这一步。", fields={"to_element": "请选择已经办过的环节"})
    reopened = _go_back(ctx, task, to_element, outcome="sent_back")
    history.record(
        ctx, task.instance, "task.sent_back", element_id=task.element_id, task=task.id, to=to_element,
        reason=reason.strip(),
    )  # fmt: skip
    text = f"{ctx.actor.name} 将“{task.title}”退回到“{reopened.name}”。原因：{reason.strip()}"
    notifications.notify(
        ctx, notifications.list_responsible(ctx, reopened), kind="returned", text=text,
        dedupe=f"sent-back:{task.id}", round_id=task.round_id, task=reopened,
    )  # fmt: skip
    return reopened


def take_back(ctx: Context, task_id: int) -> UserTask:
    """Take one's own completion back (撤回) while the next has not acted; returns the reopened task."""
    done = ctx.session.get(UserTask, task_id)
    if done is None or done.completed_by_id != ctx.actor.user_id or ctx.actor.user_id is None:
        raise Forbidden("只能撤回自己刚刚办结的任务。")
    instance = execution.lock(ctx, done.instance_id)
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    opened = list(ctx.session.scalars(query))
    newest = select(Submission.user_task_id).where(Submission.instance_id == instance.id)
    if ctx.session.scalar(newest.order_by(Submission.id.desc()).limit(1)) != done.id or len(opened) != 1:
        raise Conflict("后面的环节已经办理，不能撤回；可以请当前办理人退回。")
    following = opened[0]
    if following.assignee_id is not None or _has_draft(ctx, following):
        raise Conflict("下一环节已经签收，不能撤回；可以请当前办理人退回。")
    history.record(ctx, instance, "task.taken_back", element_id=done.element_id, task=done.id)
    back = present_names(ctx, instance).get(done.element_id, done.element_id)
    return _go_back(ctx, following, back, outcome="taken_back")


def _go_back(ctx: Context, task: UserTask, to_element: str, *, outcome: str) -> UserTask:
    if obstacle := _find_obstacle(ctx, task, to_element):
        raise Conflict(f"不能回到那一步：{obstacle}。")
    task.status = TaskStatus.COMPLETED
    task.outcome = outcome
    task.completed_at = ctx.now
    task.completed_by_id = ctx.actor.user_id
    task.revision += 1
    offers.withdraw(task)
    try:
        execution.advance(ctx, task.instance, ReturnTo(key=task.key, element_id=to_element))
    except Unreachable as error:
        raise Conflict(f"不能回到那一步：{error}。") from error
    query = select(UserTask).where(
        UserTask.instance_id == task.instance_id,
        UserTask.element_id == to_element,
        UserTask.status == TaskStatus.OPEN,
    )
    reopened = ctx.session.scalars(query.order_by(UserTask.id.desc())).first()
    if reopened is None:
        raise Conflict("流程没有回到所选环节，操作已取消。")
    called = {to_element} | {
        old for old, new in present_names(ctx, task.instance).items() if new == to_element
    }
    before = select(UserTask.completed_by_id).where(
        UserTask.instance_id == task.instance_id,
        UserTask.element_id.in_(called),
        UserTask.status == TaskStatus.COMPLETED,
    )
    reopened.assignee_id = ctx.session.scalar(before.order_by(UserTask.id.desc()).limit(1))
    return reopened


def _find_obstacle(ctx: Context, task: UserTask, to_element: str) -> str | None:
    diagram = deployments.get_diagram(ctx, task.instance)
    return engine.find_return_obstacle(diagram, task.element_id, to_element, once=ctx.domain.once_only)


def _has_draft(ctx: Context, task: UserTask) -> bool:
    return ctx.session.scalar(select(exists().where(Draft.user_task_id == task.id))) or False
