"""撤回: taking one's own completion back while nobody has acted on what it opened, in one branch or more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select, update

from service.engine.records import Step, Subscription, TakeBack, Taking, Unreachable
from service.errors import Conflict, Forbidden
from service.models import Draft, Incident, Instance, Job, JobKind, TaskStatus, UserTask
from service.workflow import history
from service.workflow.context import Completion, Context
from service.workflow.definition import deployments
from service.workflow.instance import events, execution, incidents, open_keys
from service.workflow.task import completions, returns

_EVENTS = (JobKind.SIGNAL, JobKind.MESSAGE)


def find_obstacle(ctx: Context, task: UserTask) -> str | None:
    """Return why the actor cannot take a task back, as a sentence that says whom to ask, or None."""
    if not _is_own(ctx, task):
        return "只能撤回自己刚刚办结的任务。"
    try:
        _examine(ctx, task)
    except Conflict as refused:
        return refused.message
    return None


def take_back(ctx: Context, task_id: int) -> UserTask:
    """Take one's own completion back (撤回) while nobody has acted on it; returns the reopened task."""
    done = ctx.session.get(UserTask, task_id)
    if done is None or not _is_own(ctx, done):
        raise Forbidden("只能撤回自己刚刚办结的任务。")
    instance = execution.lock(ctx, done.instance_id)
    ctx.domain.hold_events(ctx, instance)
    completion = _examine(ctx, done)
    had = open_keys.read(instance)
    history.record(ctx, instance, "task.taken_back", element_id=done.element_id, task=done.id)
    element_id = completions.find_present_id(ctx, done)
    step = execution.advance(ctx, instance, TakeBack(element_id=element_id))
    reopened = _find_reopened(ctx, instance, element_id)
    reopened.assignee_id = returns.find_doer(ctx, reopened)
    _settle_incidents(ctx, instance, completion)
    _readdress(ctx, instance, step, had.subscriptions)
    ctx.domain.taken_back(ctx, reopened, completion)
    return reopened


def _is_own(ctx: Context, task: UserTask) -> bool:
    me = ctx.actor.user_id
    return me is not None and task.completed_by_id == me and task.status == TaskStatus.COMPLETED


def _examine(ctx: Context, done: UserTask) -> Completion:
    """Return what taking a completion back comes to; Conflict with the true obstacle, and whom to ask."""
    try:
        completion = completions.rehearse(ctx, done)
        obstacle = (
            _find_touched(ctx, done.instance, completion.taking)
            or _find_heard(ctx, done.instance, completion)
            or ctx.domain.find_lasting(ctx, completion)
        )
    except Unreachable as unreachable:
        obstacle = str(unreachable)
    if obstacle:
        raise Conflict(f"{obstacle}，不能撤回。{_advise(ctx, done)}")
    return completion


def _find_touched(ctx: Context, instance: Instance, taking: Taking) -> str | None:
    """Return who has begun with what would close, or None."""
    keys = [task.key for task in taking.user_tasks]
    begun = select(UserTask, exists().where(Draft.user_task_id == UserTask.id)).where(
        UserTask.instance_id == instance.id, UserTask.key.in_(keys)
    )
    for task, has_draft in ctx.session.execute(begun.order_by(UserTask.id)):
        if task.assignee_id is not None:
            return f"“{task.name}”已经签收"
        if has_draft or task.has_signers:
            return f"“{task.name}”已经有人着手办理"
    work = next(iter(taking.service_tasks), None)
    return f"“{work.name}”正在由系统办理" if work else None


def _find_heard(ctx: Context, instance: Instance, completion: Completion) -> str | None:
    """Return what was thrown by the completion, or since: heard and not yet worked off, or missed."""
    taking = completion.taking
    names = {one.id: one.called for one in deployments.elements_of(ctx, instance).values()}
    if taking.thrown:
        return f"已经发出“{names.get(taking.thrown[0].element_id, taking.thrown[0].name)}”"
    coming = select(Job.element_id).where(
        Job.instance_id == instance.id, Job.kind.in_(_EVENTS), Job.key.in_([one.key for one in taking.closes])
    )
    came = ctx.session.scalar(coming.limit(1)) or _find_missed(
        ctx, instance, taking.listens, completion.event_id
    )
    return f"“{names.get(came, came)}”已经来过，不会再来" if came else None


def _find_missed(ctx: Context, instance: Instance, listens: Sequence[Subscription], since: int) -> str | None:
    """Return the element of a subscription that listens anew and has missed its event meanwhile."""
    wanted = {(one.kind, one.name): one.element_id for one in listens}
    thrown = events.list_thrown_since(ctx, instance, since) if wanted else set()
    return next((element_id for event, element_id in wanted.items() if event in thrown), None)


def _advise(ctx: Context, done: UserTask) -> str:
    """Say whom to ask: who could send it back, else whoever runs the process."""
    query = select(UserTask).where(
        UserTask.instance_id == done.instance_id, UserTask.status == TaskStatus.OPEN
    )
    present = completions.find_present_id(ctx, done)
    for task in ctx.session.scalars(query.order_by(UserTask.id)):
        if present in dict(returns.list_earlier(ctx, task)):
            return f"可以请“{task.name}”的办理人退回。"
    return "确需更改的，请联系主办单位或系统管理员。"


def _find_reopened(ctx: Context, instance: Instance, element_id: str) -> UserTask:
    query = select(UserTask).where(
        UserTask.instance_id == instance.id,
        UserTask.element_id == element_id,
        UserTask.status == TaskStatus.OPEN,
    )
    return ctx.session.scalars(query.order_by(UserTask.id.desc())).one()


def _settle_incidents(ctx: Context, instance: Instance, completion: Completion) -> None:
    """Nobody could do a task that is gone: that is over."""
    keys = [task.key for task in completion.taking.user_tasks]
    gone = select(UserTask.id).where(UserTask.instance_id == instance.id, UserTask.key.in_(keys))
    query = select(Incident).where(Incident.user_task_id.in_(gone), Incident.resolved_at.is_(None))
    for incident in ctx.session.scalars(query).all():
        incidents.resolve(ctx, instance, incident)


def _readdress(ctx: Context, instance: Instance, step: Step, had: frozenset[str]) -> None:
    """Let what was on its way to a place that listens anew, a delayed closing say, still come there."""
    for one in step.subscriptions.besides(had):
        stale = update(Job).where(
            Job.instance_id == instance.id,
            Job.kind.in_(_EVENTS),
            Job.name == one.name,
            Job.element_id == one.element_id,
            Job.key.not_in(step.subscriptions.keys),
        )
        ctx.session.execute(stale.values(key=one.key), execution_options={"synchronize_session": False})
