"""What must hold in the database whatever was killed, paused or cut off: each breach is a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from service.engine import Environment
from service.engine.openings import Openings
from service.engine.serializer import load
from service.models import (
    Candidate,
    HistoryEvent,
    Incident,
    Instance,
    Job,
    JobKind,
    Nomination,
    Opinion,
    Quota,
    QuotaUse,
    Reminder,
    Submission,
    SubscriptionRow,
    TaskStatus,
    UserTask,
)
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import open_keys
from service.workflow.instance.open_keys import OpenKeys

ZONE = ZoneInfo("Asia/Shanghai")
#: history that says that an instance moved
TRANSITIONS = ("task.completed", "timer.fired", "signal.received", "message.received")


def audit(wiring: Wiring, accepted: Mapping[int, str]) -> list[str]:
    """Return every breach: nothing lost, nothing twice, nothing half-done, nobody beyond a quota.

    ``accepted`` has the outcome of each completion that a client was told was accepted.
    """
    with wiring.reading() as ctx:
        checks = (_lost(ctx, accepted), _doubled(ctx), _half_done(ctx), _quotas(ctx), _chains(ctx))
        return [breach for check in checks for breach in check]


def count_transitions(wiring: Wiring) -> Counter[str]:
    """Return how often instances moved, by what moved them."""
    with wiring.reading() as ctx:
        query = select(HistoryEvent.kind, func.count()).where(HistoryEvent.kind.in_(TRANSITIONS))
        return Counter({row[0]: row[1] for row in ctx.session.execute(query.group_by(HistoryEvent.kind))})


def count_due(wiring: Wiring) -> int:
    """Return how many jobs and nudges are due now and not done."""
    with wiring.reading() as ctx:
        jobs = select(func.count()).select_from(Job).where(Job.due_at <= ctx.now, Job.status == "pending")
        nudges = select(func.count()).select_from(UserTask).where(UserTask.remind_at <= ctx.now)
        return (ctx.session.scalar(jobs) or 0) + (ctx.session.scalar(nudges) or 0)


def _lost(ctx: Context, accepted: Mapping[int, str]) -> Iterator[str]:
    stored = select(UserTask.id, UserTask.status, UserTask.outcome, Submission.outcome.label("submitted"))
    stored = stored.outerjoin(Submission, Submission.user_task_id == UserTask.id)
    rows = {row.id: row for row in ctx.session.execute(stored)}
    for task_id, outcome in accepted.items():
        row = rows.get(task_id)
        if row is None or (row.status, row.outcome, row.submitted) != ("completed", outcome, outcome):
            yield f"lost: task {task_id} was accepted as {outcome} and is {row}"


def _doubled(ctx: Context) -> Iterator[str]:
    submissions = Counter(ctx.session.scalars(select(Submission.user_task_id)))
    yield from (f"task {key} has {n} submissions" for key, n in submissions.items() if n > 1)
    completed = Counter(
        event.details["task"]
        for event in ctx.session.execute(
            select(HistoryEvent.details).where(HistoryEvent.kind == "task.completed")
        )
    )
    closed = set(ctx.session.scalars(select(UserTask.id).where(UserTask.status == TaskStatus.COMPLETED)))
    if completed != Counter(closed) or completed != submissions:
        yield f"{len(closed)} tasks, {completed.total()} events, {submissions.total()} submissions"
    yield from _repeated(ctx, "signal.received")
    yield from _repeated(ctx, "timer.fired")
    nudges = Counter(ctx.session.execute(select(Reminder.user_task_id, Reminder.rule, Reminder.occurrence)))
    yield from (f"nudged {n} times: {key}" for key, n in nudges.items() if n > 1)
    opinions = ctx.session.scalar(select(func.count()).select_from(Opinion)) or 0
    submitted = ctx.session.scalar(
        select(func.count()).select_from(Submission).where(Submission.element_id.in_(_opinion_steps(ctx)))
    )
    if opinions != submitted:
        yield f"{opinions} opinions for {submitted} submissions"


def _opinion_steps(ctx: Context) -> list[str]:
    instance = ctx.session.scalars(
        select(Instance).where(Instance.process_id == "nomination").limit(1)
    ).first()
    if instance is None:
        return []
    elements = deployments.get_diagram(ctx, instance).processes[instance.process_id].elements
    return [element.id for element in elements.values() if "opinion" in element.properties]


def _repeated(ctx: Context, kind: str) -> Iterator[str]:
    """The programme's signals and timers each reach an element of an instance once."""
    query = select(HistoryEvent.instance_id, HistoryEvent.element_id).where(HistoryEvent.kind == kind)
    rows = Counter(ctx.session.execute(query))
    yield from (f"{kind} {n} times: {tuple(key)}" for key, n in rows.items() if n > 1)


def _half_done(ctx: Context) -> Iterator[str]:
    """What the engine's state says is open, what the instance's row says, and the rows are the same."""
    rows = _rows(ctx)
    for instance in ctx.session.scalars(select(Instance).order_by(Instance.id)):
        noted, stated, kept = open_keys.read(instance), _stated(ctx, instance), rows[instance.id]
        if not noted == stated == kept:
            yield f"half-done: instance {instance.id} notes {noted}, states {stated}, has {kept}"
        if (instance.status == "active") != bool(stated.tasks or stated.jobs or stated.subscriptions):
            yield f"half-done: instance {instance.id} is {instance.status} with {stated}"
    candidates = select(Candidate.user_task_id).join(UserTask).where(UserTask.status != TaskStatus.OPEN)
    yield from (f"closed task {task_id} is still offered" for task_id in ctx.session.scalars(candidates))
    unnamed = select(Nomination.id).where(Nomination.instance_id.is_(None))
    yield from (f"nomination {key} has no instance" for key in ctx.session.scalars(unnamed))
    for incident in ctx.session.scalars(select(Incident).where(Incident.resolved_at.is_(None))):
        yield f"incident: {incident.kind} at {incident.element_id}: {incident.message}"


def _stated(ctx: Context, instance: Instance) -> OpenKeys:
    diagram = deployments.get_diagram(ctx, instance)
    environment = Environment(now=ctx.now, zone=ZONE)
    openings = Openings(load(instance.state, instance.process_id, diagram, environment))
    return OpenKeys(
        tasks=frozenset(task.key for task in openings.user_tasks),
        jobs=frozenset(timer.key for timer in openings.timers)
        | frozenset(task.key for task in openings.service_tasks),
        subscriptions=frozenset(entry.key for entry in openings.subscriptions),
    )


def _rows(ctx: Context) -> Mapping[int, OpenKeys]:
    queries = {
        "tasks": select(UserTask.instance_id, UserTask.key).where(UserTask.status == TaskStatus.OPEN),
        "jobs": select(Job.instance_id, Job.key).where(Job.kind.in_((JobKind.TIMER, JobKind.TOPIC))),
        "subscriptions": select(SubscriptionRow.instance_id, SubscriptionRow.key),
    }
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: {kind: set() for kind in queries})
    for kind, query in queries.items():
        for instance_id, key in ctx.session.execute(query):
            found[instance_id][kind].add(key)
    kept = {
        instance_id: OpenKeys(
            tasks=frozenset(keys["tasks"]),
            jobs=frozenset(keys["jobs"]),
            subscriptions=frozenset(keys["subscriptions"]),
        )
        for instance_id, keys in found.items()
    }
    return defaultdict(OpenKeys, kept)


def _quotas(ctx: Context) -> Iterator[str]:
    used = Counter(ctx.session.scalars(select(QuotaUse.quota_id)))
    for quota in ctx.session.scalars(select(Quota)):
        if quota.taken != used[quota.id] or quota.taken > quota.places:
            yield f"quota {quota.id}: {quota.taken} taken, {used[quota.id]} held, {quota.places} places"


def _chains(ctx: Context) -> Iterator[str]:
    yield from (
        f"history {entry.stream} {entry.seq}: {entry.reason}" for entry in history.verify(ctx.session)
    )
