"""Handing an open task to one other person because the domain says so, not because its holder wishes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from service.engine.records import CompleteUserTask, Repeat, Unreachable
from service.errors import Conflict
from service.models import (
    Candidate,
    Draft,
    HistoryEvent,
    Incident,
    Instance,
    TaskStatus,
    User,
    UserTask,
)
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, incidents, offers

#: history: a task whose holder left was let go of
RELEASED = "task.released"
#: kinds of history events after which a task may have fallen to others than it was meant for
_FALLEN = (RELEASED, "task.substituted", "incident.opened")


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
    _settle_incidents(ctx, task)
    history.record(
        ctx, task.instance, "task.handed_over", element_id=task.element_id, task=task.id, reason=reason
    )
    _tell(ctx, task, user)


def ask_too(ctx: Context, instance: Instance, element_id: str, user: User, *, reason: str) -> UserTask:
    """Open a further task at a step that is done side by side, for one more person, and tell him.

    The instance comes back to the step if everybody was done with it. The caller holds the instance.
    Raises Conflict once it has gone on for good.
    """
    try:
        execution.advance(ctx, instance, Repeat(element_id=element_id, item=f"user:{user.id}"))
    except Unreachable as error:
        raise Conflict(f"不能再安排一人办理：{error}。") from error
    ctx.session.flush()
    query = select(UserTask).where(
        UserTask.instance_id == instance.id,
        UserTask.element_id == element_id,
        UserTask.status == TaskStatus.OPEN,
    )
    task = ctx.session.scalars(query.order_by(UserTask.id.desc()).limit(1)).one()
    history.record(ctx, instance, "task.handed_over", element_id=element_id, task=task.id, reason=reason)
    _tell(ctx, task, user)
    return task


def pass_over(ctx: Context, tasks: Iterable[UserTask], *, reason: str) -> None:
    """Close open tasks that nobody did, so that their process goes on without them.

    The caller holds the instance and has decided that it may be done.
    """
    for task in tasks:
        task.status = TaskStatus.CANCELLED
        task.completed_at = ctx.now
        task.revision += 1
        offers.withdraw(task)
        _settle_incidents(ctx, task)
        history.record(
            ctx, task.instance, "task.passed_over", element_id=task.element_id, task=task.id, reason=reason
        )
        execution.advance(ctx, task.instance, CompleteUserTask(key=task.key))


def _settle_incidents(ctx: Context, task: UserTask) -> None:
    """Nobody could do the task; that is over."""
    query = select(Incident).where(Incident.user_task_id == task.id, Incident.resolved_at.is_(None))
    for incident in ctx.session.scalars(query):
        incidents.resolve(ctx, task.instance, incident)


def _tell(ctx: Context, task: UserTask, user: User) -> None:
    text = f"{task.title} — {task.name} 改由您办理。"
    notifications.notify(
        ctx, [user], kind="handed_over", text=text, dedupe=f"hand-over:{task.id}:{task.revision}",
        round_id=task.round_id, task=task,
    )  # fmt: skip


def give_back(ctx: Context, user: User, groups: Iterable[str]) -> int:
    """Offer anew, to somebody who is back, what fell to others for want of him. Returns how many tasks.

    Only what is open and unclaimed: whoever claimed it goes on with it, and what was handed to somebody in
    his place, as an expert's seat is, stays there.
    """
    his = {*groups, f"user:{user.id}"}
    given = 0
    for task in _list_fallen(ctx):
        instance = execution.lock(ctx, task.instance_id)
        meant = ctx.domain.resolve(ctx, instance, meant_for(ctx, task))
        if not his & set(meant.groups) - set(offers.list_groups(ctx, task)):
            continue
        ctx.session.execute(delete(Candidate).where(Candidate.user_task_id == task.id))
        ctx.session.add_all(Candidate(user_task_id=task.id, group_key=key) for key in meant.groups)
        task.revision += 1
        _settle_incidents(ctx, task)
        history.record(
            ctx, instance, "task.given_back", element_id=task.element_id, task=task.id, to=user.name
        )
        given += 1
    return given


def _list_fallen(ctx: Context) -> list[UserTask]:
    """Return the open, unclaimed tasks that somebody let go of, or that nobody held when they came."""
    ctx.session.flush()
    fell = select(HistoryEvent.id).where(
        HistoryEvent.instance_id == UserTask.instance_id,
        HistoryEvent.element_id == UserTask.element_id,
        HistoryEvent.kind.in_(_FALLEN),
    )
    query = select(UserTask).where(
        UserTask.status == TaskStatus.OPEN, UserTask.assignee_id.is_(None), fell.exists()
    )
    return list(ctx.session.scalars(query.order_by(UserTask.instance_id, UserTask.id)))


def meant_for(ctx: Context, task: UserTask) -> tuple[str, ...]:
    """Return the groups a task was for before it fell to others; none once it was handed to somebody."""
    if any(event.kind == "task.handed_over" for event in _list_events(ctx, task)):
        return ()
    written = deployments.get_element(ctx, task.instance, task.element_id).candidate_groups
    if not any(group.startswith("=") for group in written):
        return written
    return find_first_offer(ctx, task)


def find_first_offer(ctx: Context, task: UserTask) -> tuple[str, ...]:
    """Return the groups a task had come to when it first fell to others; none if it never did.

    Whoever let go of it says so, or who found nobody when it came: an incident where there was no
    substitute either.
    """
    events = _list_events(ctx, task)
    said = [event.details.get("before") or event.details.get("missing") for event in events]
    query = select(Incident.payload).where(Incident.user_task_id == task.id).order_by(Incident.id)
    said += [payload.get("missing") for payload in ctx.session.scalars(query)]
    return tuple(next(filter(None, said), ()))


def _list_events(ctx: Context, task: UserTask) -> list[HistoryEvent]:
    """Return what made a task fall to others or handed it to somebody, oldest first."""
    ctx.session.flush()
    query = select(HistoryEvent).where(
        HistoryEvent.instance_id == task.instance_id,
        HistoryEvent.element_id == task.element_id,
        HistoryEvent.kind.in_((*_FALLEN, "task.handed_over")),
    )
    events = ctx.session.scalars(query.order_by(HistoryEvent.id))
    return [event for event in events if event.details.get("task", task.id) == task.id]
