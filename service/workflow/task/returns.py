"""退回: going back to an earlier step that the diagram need not draw."""

from __future__ import annotations

from sqlalchemy import select

from service import engine
from service.engine.records import ReturnTo, Unreachable
from service.errors import Conflict, Invalid
from service.models import HistoryEvent, Submission, TaskStatus, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.present_names import present_names
from service.workflow.instance import execution, offers
from service.workflow.person import people
from service.workflow.task import task_access

_PASSED_ON = "task.transferred"
#: kinds of history events that say who has a task from then on
_TAKEN = (_PASSED_ON, "task.claimed", "task.unclaimed", "task.released", "task.handed_over")


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
    """Send a task back (退回) to an earlier step; whoever did that step does it again, if it is his still.

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
    reopened.assignee_id = find_doer(ctx, reopened)
    return reopened


def find_doer(ctx: Context, reopened: UserTask) -> int | None:
    """Return whose the step was when it was done last, if he may still do it; None: any of its candidates.

    Not who stood in for him, nor somebody who has left, lost the role or must step back from it.
    """
    instance = reopened.instance
    names = present_names(ctx, instance).items()
    called = {reopened.element_id} | {old for old, new in names if new == reopened.element_id}
    query = (
        select(UserTask, User)
        .join(User, User.id == UserTask.assignee_id)
        .join(Submission, Submission.user_task_id == UserTask.id)
        .where(UserTask.instance_id == instance.id, UserTask.element_id.in_(called))
    )
    found = ctx.session.execute(query.order_by(Submission.id.desc()).limit(1)).first()
    if found is None:
        return None
    done, user = found
    if not user.active or not (_is_candidate(ctx, reopened, user) or _was_passed_on(ctx, done)):
        return None
    return None if task_access.find_refusal(ctx, reopened, user) else user.id


def _is_candidate(ctx: Context, task: UserTask, user: User) -> bool:
    his = people.groups_of(ctx, user) | {f"user:{user.id}"}
    return not his.isdisjoint(offers.list_groups(ctx, task))


def _was_passed_on(ctx: Context, done: UserTask) -> bool:
    """Say whether a task came to whoever had it last by 转办: it is his by name, whatever roles he holds."""
    ctx.session.flush()
    query = select(HistoryEvent).where(
        HistoryEvent.instance_id == done.instance_id, HistoryEvent.kind.in_(_TAKEN)
    )
    events = ctx.session.scalars(query.order_by(HistoryEvent.id.desc()))
    last = next((event for event in events if event.details.get("task") == done.id), None)
    return last is not None and last.kind == _PASSED_ON


def _find_obstacle(ctx: Context, task: UserTask, to_element: str) -> str | None:
    diagram = deployments.get_diagram(ctx, task.instance)
    return engine.find_return_obstacle(diagram, task.element_id, to_element, once=ctx.domain.once_only)
