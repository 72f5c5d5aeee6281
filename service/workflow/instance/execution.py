"""The one place where a Step of the engine becomes rows.

A step lists everything that is open, so reconciling compares and never guesses: running it twice
changes nothing. The caller holds the instance's row and owns the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from service import engine
from service.engine.records import (
    BpmnError,
    Command,
    Environment,
    Fault,
    NotOpen,
    OpenServiceTask,
    Perform,
    Start,
    Step,
    TraceEvent,
    UncaughtBpmnError,
    Variables,
)
from service.errors import Conflict, NotFound, ServiceError
from service.models import Deployment, Instance, InstanceStatus, Job, JobKind, SubscriptionRow
from service.models.base import table_of
from service.pending_rows import add_row, remove_row
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import events, locks, offers, open_keys

#: where a session collects the instances that end while many are advanced together
ENDED = "ended_together"

_subscription = table_of(SubscriptionRow)
_LISTEN = insert(_subscription)
_FORGET_ALL = delete(_subscription).where(
    _subscription.c.instance_id.in_(bindparam("instances", expanding=True))
)
_FORGET = delete(_subscription).where(
    _subscription.c.instance_id == bindparam("instance"), _subscription.c.key == bindparam("token")
)


class TooLate(Conflict):
    """The command names something that is no longer open."""


class RefusedByProcess(Conflict):
    """A topic ended in a BPMN error that the diagram does not catch."""


class Faulted(ServiceError):
    """The process itself cannot go on: nobody's mistake who acted, so no kind of refusal catches it.

    The transaction has to be rolled back. The entry point then runs ``aftermath`` in a transaction of
    its own: it opens the incident and keeps what a retry needs. Without one nothing is kept.
    """

    def __init__(self, fault: Fault, aftermath: Callable[[Context], None] | None = None) -> None:
        kept, undone = "已通知管理员，您填写的内容已保存。", "这次操作没有生效，请把这句话告诉系统管理员。"
        super().__init__(f"流程出现故障：{fault.message} {kept if aftermath else undone}")
        self.fault = fault
        self.aftermath = aftermath


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What one of several instances that start together begins with."""

    business_key: str
    title: str
    variables: Variables


def start(
    ctx: Context,
    deployment: Deployment,
    process_id: str,
    *,
    business_key: str,
    title: str,
    round_id: int | None,
    variables: Variables,
    start_event: str | None = None,
) -> Instance:
    """Start an instance of a process and let it run to its first wait."""
    beginning = Beginning(business_key=business_key, title=title, variables=variables)
    return start_together(
        ctx, deployment, process_id, [beginning], round_id=round_id, start_event=start_event
    )[0]


def start_together(
    ctx: Context,
    deployment: Deployment,
    process_id: str,
    beginnings: Sequence[Beginning],
    *,
    round_id: int | None,
    start_event: str | None = None,
) -> list[Instance]:
    """Start instances of one process and let each run to its first wait; their rows are written together."""
    instances = [
        Instance(
            round_id=round_id,
            deployment_id=deployment.id,
            deployment_hash=deployment.content_hash,
            process_id=process_id,
            business_key=beginning.business_key,
            title=beginning.title,
            state=b"",
            started_at=ctx.now,
            started_by_id=ctx.actor.user_id,
            history_seq=0,
            history_head="",
            open_keys="",
            moved=0,
        )
        for beginning in beginnings
    ]
    ctx.session.add_all(instances)
    ctx.session.flush()
    for instance, beginning in zip(instances, beginnings, strict=True):
        locks.note(ctx.session, instance)
        history.record(ctx, instance, "instance.started", version=deployment.version, process=process_id)
        advance(ctx, instance, Start(variables=beginning.variables, start_event=start_event))
    return instances


def lock(ctx: Context, instance_id: int) -> Instance:
    """Lock an instance's row for the rest of the transaction and return it as it now is."""
    instance = locks.held(ctx.session, instance_id)
    if instance is not None:
        return instance
    query = select(Instance).where(Instance.id == instance_id).with_for_update()
    with ctx.session.no_autoflush:
        instance = ctx.session.scalar(query.execution_options(populate_existing=True))
    if instance is None:
        raise NotFound("没有这个流程实例。")
    return locks.note(ctx.session, instance)


def advance(ctx: Context, instance: Instance, command: Command) -> Step:
    """Run a command and write down everything that is open afterwards.

    Raises Faulted when the process cannot go on (the state stays as it was: a retry is the same
    command again) and TooLate when the command's target is not open.
    """
    env = environment_of(ctx, instance)
    diagram = deployments.get_diagram(ctx, instance)
    state = None if isinstance(command, Start) else instance.state
    try:
        step = engine.advance(diagram, instance.process_id, state, command, env)
    except NotOpen as error:
        raise TooLate("这一步已经办结或已被撤销，请刷新页面。") from error
    except UncaughtBpmnError as uncaught:
        raise RefusedByProcess(uncaught.error.message or uncaught.error.code) from uncaught
    if step.fault:
        raise Faulted(step.fault)
    _reconcile(ctx, instance, step)
    return step


def environment_of(ctx: Context, instance: Instance, perform: Perform | None = None) -> Environment:
    """Return what a step of an instance may ask; without ``perform`` it works local topics, which write."""
    return Environment(
        now=ctx.now,
        zone=ctx.domain.zone(ctx, instance),
        functions=ctx.domain.functions(ctx, instance),
        perform=perform or partial(_perform, ctx, instance),
    )


def adopt(ctx: Context, instance: Instance, step: Step) -> None:
    """Write down a step that no command of its instance made: it was moved to another diagram."""
    _reconcile(ctx, instance, step)


@contextmanager
def together(ctx: Context) -> Iterator[None]:
    """Advance many instances: what those that end listened to is removed in one statement afterwards."""
    ended: list[int] = ctx.session.info.setdefault(ENDED, [])
    yield
    del ctx.session.info[ENDED]
    if ended:
        ctx.session.execute(_FORGET_ALL, {"instances": ended})


def cancel(ctx: Context, instance: Instance, reason: str) -> None:
    """Stop an instance from outside: everything open closes, nothing is approved."""
    empty = Step(state=instance.state, variables={})
    instance.status = InstanceStatus.CANCELLED
    instance.ended_at = ctx.now
    history.record(ctx, instance, "instance.cancelled", reason=reason)
    _reconcile(ctx, instance, empty)


def _perform(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables | None:
    topic = ctx.domain.topics.get(task.topic)
    if topic is None:
        return None
    held_back, ctx.session.autoflush = ctx.session.autoflush, True  # its queries see what this step wrote
    try:
        return topic(ctx, instance, task)
    except BpmnError as error:
        history.record(ctx, instance, "topic.error", element_id=task.element_id, code=error.code)
        raise
    finally:
        ctx.session.autoflush = held_back


def _reconcile(ctx: Context, instance: Instance, step: Step) -> None:
    instance.state = step.state
    _record_trace(ctx, instance, step)
    had, wanted = open_keys.read(instance), open_keys.of_step(step)
    if wanted != had:
        open_keys.write(instance, wanted)
    _reconcile_jobs(ctx, instance, step, had.jobs, wanted.jobs)
    _reconcile_subscriptions(ctx, instance, step, had.subscriptions, wanted.subscriptions)
    offers.reconcile(ctx, instance, step, had.tasks)  # the domain may ask what the instance listens to
    if step.completed:
        instance.status = InstanceStatus.COMPLETED
        instance.ended_at = ctx.now
        instance.end_event = ",".join(step.end_events)
        history.record(ctx, instance, "instance.completed", end=instance.end_event)
    if step.thrown:
        ctx.session.flush()
    for thrown in step.thrown:
        events.publish(ctx, instance, thrown)


def _record_trace(ctx: Context, instance: Instance, step: Step) -> None:
    for kind, element_id in list_noted(step.trace):
        history.record(ctx, instance, kind, element_id=element_id)


def list_noted(trace: Iterable[TraceEvent]) -> list[tuple[str, str]]:
    """Return kind and element of what the history keeps of a trace: all but flows and what people do."""
    return [
        (f"element.{event.kind}", event.element_id)
        for event in trace
        if event.kind != "entered" and event.type not in ("sequenceFlow", "userTask")
    ]


def _reconcile_jobs(
    ctx: Context, instance: Instance, step: Step, existing: frozenset[str], wanted: frozenset[str]
) -> None:
    """Add a job for each new timer and remote topic and drop those that closed.

    A job that exists keeps its ``due_at``: an organiser may have moved it.
    """
    if existing - wanted:
        ctx.session.execute(
            delete(Job).where(
                Job.instance_id == instance.id,
                Job.key.in_(existing - wanted),
                Job.kind.in_((JobKind.TIMER, JobKind.TOPIC)),
            ),
            execution_options={"synchronize_session": False},
        )
    shared: dict[str, Any] = {"round_id": instance.round_id, "instance_id": instance.id}
    for timer in step.timers.besides(existing):
        ctx.session.add(
            Job(
                kind=JobKind.TIMER,
                key=timer.key,
                element_id=timer.element_id,
                due_at=timer.due_at,
                **shared,
            )
        )
    for task in step.service_tasks.besides(existing):
        payload = {"headers": dict(task.headers), "variables": task.variables, "retries": task.retries}
        ctx.session.add(
            Job(
                kind=JobKind.TOPIC,
                key=task.key,
                element_id=task.element_id,
                name=task.topic,
                due_at=ctx.now,
                payload=payload,
                **shared,
            )
        )


def _reconcile_subscriptions(
    ctx: Context, instance: Instance, step: Step, existing: frozenset[str], wanted: frozenset[str]
) -> None:
    if step.completed and ENDED in ctx.session.info:
        ctx.session.info[ENDED].append(instance.id)
    else:
        for key in sorted(existing - wanted):  # a token's number, which comes once in an instance
            remove_row(ctx.session, _FORGET, instance=instance.id, token=key)
    for subscription in step.subscriptions.besides(existing):
        add_row(
            ctx.session,
            _LISTEN,
            round_id=instance.round_id,
            instance_id=instance.id,
            kind=subscription.kind,
            name=subscription.name,
            correlation_key=subscription.correlation_key,
            key=subscription.key,
            element_id=subscription.element_id,
        )
