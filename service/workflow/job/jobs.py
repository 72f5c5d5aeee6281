"""Jobs: taking one that is due and doing it.

Timers, signals and messages are done in the caller's one transaction. Remote topics are handed out
in one, worked outside, and their result is taken in another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Delete, Update, bindparam, delete, select, update

from service.engine.records import BpmnError, CompleteServiceTask, DeliverEvent, FailServiceTask, FireTimer
from service.models import Instance, InstanceStatus, Job, JobKind, JobStatus
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution, incidents, locks, offers, open_keys

#: works a remote topic: headers and variables in, result variables out
RemoteTopic = Callable[[Mapping[str, str], Mapping[str, Any]], Mapping[str, Any]]

#: of a timer, a signal or a message; a remote topic says itself how often it may be tried
MAX_ATTEMPTS = 3
BACKOFF = (timedelta(seconds=10), timedelta(minutes=2))
#: how long handed-out work is nobody else's; longer than a remote topic may take
LEASE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """Remote work one worker has in hand until its lease ends."""

    job_id: int
    instance_id: int
    key: str  #: the engine's, of the service task
    topic: str
    headers: Mapping[str, str]
    variables: Mapping[str, Any]
    until: datetime


# built once: for a closing stage they run a hundred thousand times
_DUE = (
    select(Job, Instance)
    .join(Instance, Instance.id == Job.instance_id)
    .where(Job.status == JobStatus.PENDING, Job.due_at <= bindparam("now"))
    .order_by(Job.due_at, Job.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=Instance)
    .execution_options(populate_existing=True)
)
_UNCHANGED = (Job.id == bindparam("job"), Job.status == JobStatus.PENDING, Job.due_at == bindparam("due"))
_REMOVE = delete(Job).where(*_UNCHANGED).execution_options(synchronize_session=False)
_REMOVE_TOGETHER = (
    delete(Job)
    .where(
        Job.id.in_(bindparam("jobs", expanding=True)),
        Job.status == JobStatus.PENDING,
        Job.due_at <= bindparam("now"),
    )
    .returning(Job.id)
    .execution_options(synchronize_session=False)
)
_LEASE = (
    update(Job)
    .where(*_UNCHANGED)
    .values(due_at=bindparam("until"))
    .execution_options(synchronize_session=False)
)


def take_due(ctx: Context) -> Job | None:
    """Return the job that is due first, or None. Its instance is locked and loaded as it now is.

    The instance's row is the lock: whoever holds it owns all its jobs, so a job and a person never
    wait for each other in a circle. Instances held by others are skipped. The job itself may have
    been done just before the lock was ours: ``run`` and ``hand_out`` find out.
    """
    found = ctx.session.execute(_DUE, {"now": ctx.now, "limit": 1}).first()
    return found[0] if found else None


def take_together(ctx: Context, limit: int) -> tuple[list[Job], bool]:
    """Remove and return the jobs that are due first, up to a remote topic, for ``do``.

    Their instances are locked as by ``take_due``, and what their steps will ask for is read ahead.
    Also returns whether there is more to do than these.
    """
    due = [row[0] for row in ctx.session.execute(_DUE, {"now": ctx.now, "limit": limit}).all()]
    first = list(takewhile(lambda job: job.kind != JobKind.TOPIC, due))
    taken = _remove_together(ctx, first) if first else []
    if taken:
        instances = [ctx.session.get_one(Instance, job.instance_id) for job in taken]
        offers.read_ahead(ctx, instances)
        ctx.domain.read_ahead(ctx, instances)
    return taken, len(due) == limit or len(taken) < len(due)


def run(ctx: Context, job: Job) -> bool:
    """Do a timer, signal or message that ``take_due`` returned and remove it; False if it was gone.

    Raises whatever goes wrong: roll back, then call ``fail`` in a new transaction.
    """
    if not _remove(ctx, job):
        return False
    do(ctx, job)
    return True


def do(ctx: Context, job: Job) -> None:
    """Do a timer, signal or message that was removed. Raises as ``run`` does."""
    instance = locks.note(ctx.session, ctx.session.get_one(Instance, job.instance_id))
    if instance.status != InstanceStatus.ACTIVE:
        return
    # one UPDATE a row instead of one a query in between; topics flush before they look
    with ctx.session.no_autoflush:
        if job.kind == JobKind.TIMER:
            open_keys.forget_job(instance, job.key)
            history.record(
                ctx, instance, "timer.fired", element_id=job.element_id, due=job.due_at.isoformat()
            )
            execution.advance(ctx, instance, FireTimer(key=job.key))
        else:
            _deliver(ctx, instance, job)


def hand_out(ctx: Context, job: Job) -> HandedOut | None:
    """Hand out the remote work of a job ``take_due`` returned; None if it was gone.

    The caller commits before the work begins: a slow server holds no lock of ours. After the lease
    anybody may have the work again.
    """
    until = ctx.now + LEASE
    if not _touched(ctx, _LEASE, job, until=until):
        return None
    return HandedOut(
        job_id=job.id,
        instance_id=job.instance_id,
        key=job.key,
        topic=job.name,
        headers=job.payload["headers"],
        variables=job.payload["variables"],
        until=until,
    )


def work(handed: HandedOut, remote: Mapping[str, RemoteTopic]) -> CompleteServiceTask | FailServiceTask:
    """Do remote work, outside any transaction; its BPMN error is a result as well."""
    topic = remote.get(handed.topic)
    if topic is None:
        raise LookupError(f"没有名为 {handed.topic} 的服务主题")
    try:
        result = topic(handed.headers, handed.variables)
    except BpmnError as error:
        return FailServiceTask(key=handed.key, error_code=error.code, message=error.message)
    return CompleteServiceTask(key=handed.key, variables=dict(result))


def take_result(ctx: Context, handed: HandedOut, command: CompleteServiceTask | FailServiceTask) -> bool:
    """Let the instance go on with the result of remote work; False if the lease went to somebody else."""
    instance = execution.lock(ctx, handed.instance_id)
    job = ctx.session.get(Job, handed.job_id, populate_existing=True)
    if job is None or job.status != JobStatus.PENDING or job.due_at != handed.until:
        return False
    if _remove(ctx, job) and instance.status == InstanceStatus.ACTIVE:
        execution.advance(ctx, instance, command)
    return True


def fail(ctx: Context, job_id: int, error: BaseException) -> None:
    """Note that a job failed: again later, or an incident when it is out of retries or cannot succeed."""
    instance_id = ctx.session.scalar(select(Job.instance_id).where(Job.id == job_id))
    if instance_id is None:
        return
    instance = execution.lock(ctx, instance_id)
    job = ctx.session.get(Job, job_id, populate_existing=True)
    if job is None:
        return
    job.attempts += 1
    job.last_error = f"{type(error).__name__}: {error}"[:2000]
    allowed = job.payload["retries"] if job.kind == JobKind.TOPIC else MAX_ATTEMPTS
    if job.attempts >= allowed or isinstance(error, execution.Faulted):
        kind = f"fault.{error.fault.kind}" if isinstance(error, execution.Faulted) else "job-failed"
        incidents.open_for_job(ctx, instance, job, kind=kind, message=str(error) or type(error).__name__)
    else:
        job.due_at = ctx.now + BACKOFF[min(job.attempts, len(BACKOFF)) - 1]


def put_off(ctx: Context, job_id: int) -> None:
    """Move a job whose failure could not even be noted out of the way of the others."""
    ctx.session.execute(update(Job).where(Job.id == job_id).values(due_at=ctx.now + BACKOFF[-1]))


def move_timer(ctx: Context, instance: Instance, element_id: str, due_at: datetime, reason: str) -> bool:
    """Move an open timer of an instance. The caller holds the instance. False if there is none."""
    query = select(Job).where(
        Job.instance_id == instance.id, Job.kind == JobKind.TIMER, Job.element_id == element_id
    )
    job = ctx.session.scalar(query)
    if job is None:
        return False
    history.record(
        ctx, instance, "timer.moved", element_id=element_id, before=job.due_at.isoformat(),
        to=due_at.isoformat(), reason=reason,
    )  # fmt: skip
    job.due_at = due_at
    return True


def next_due(ctx: Context) -> datetime | None:
    """Return when the next pending job is due."""
    query = select(Job.due_at).where(Job.status == JobStatus.PENDING).order_by(Job.due_at).limit(1)
    return ctx.session.scalar(query)


def _remove(ctx: Context, job: Job) -> bool:
    removed = _touched(ctx, _REMOVE, job)
    if removed:
        ctx.session.expunge(job)
    return removed


def _remove_together(ctx: Context, jobs: list[Job]) -> list[Job]:
    asked = {"jobs": [job.id for job in jobs], "now": ctx.now}
    removed = set(ctx.session.scalars(_REMOVE_TOGETHER, asked))
    for job in jobs:
        ctx.session.expunge(job)
    return [job for job in jobs if job.id in removed]


def _touched(ctx: Context, statement: Delete | Update, job: Job, **values: datetime) -> bool:
    result: Any = ctx.session.execute(statement, {"job": job.id, "due": job.due_at, **values})
    return bool(result.rowcount)


def _deliver(ctx: Context, instance: Instance, job: Job) -> None:
    try:
        execution.advance(ctx, instance, DeliverEvent(key=job.key, variables=job.payload))
    except execution.TooLate:
        # the instance moved on between the throw and the delivery: it no longer listens
        history.record(ctx, instance, f"{job.kind}.missed", element_id=job.element_id, name=job.name)
    else:
        history.record(ctx, instance, f"{job.kind}.received", element_id=job.element_id, name=job.name)
