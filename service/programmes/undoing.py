"""撤回 in an award programme: what a completion did that is undone with it, and what keeps it from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import delete, select, update

from service.models import (
    Consultation,
    Defect,
    FollowUp,
    HistoryEvent,
    Instance,
    Nomination,
    NominationStatus,
    ObjectionStatus,
    QuotaKind,
    QuotaUse,
    TaskFile,
    TaskStatus,
    UserTask,
)
from service.programmes.nomination import nominations
from service.programmes.publication import objections
from service.programmes.round import quotas, rounds
from service.workflow.context import Completion, Context
from service.workflow.definition import deployments

#: topics that leave nothing behind but what the next time writes over
REPEATABLE = frozenset(
    {"eligibility.check", "decision.evaluate", "stage.require_waiting", "objections.count", "places.release"}
)
#: topics that take a place, which is given back
TAKING: Mapping[str, QuotaKind] = {"quota.take": QuotaKind.NOMINATION, "places.take": QuotaKind.AWARD}


def hold_round(ctx: Context, instance: Instance) -> None:
    """Hold the round's row, as whoever closes a stage or counts who waits does before he throws."""
    entry = rounds.find_of_instance(ctx, instance)
    if entry is not None:
        ctx.session.refresh(entry, ["stage"], with_for_update=True)


def find_lasting(ctx: Context, completion: Completion) -> str | None:
    """Return what a completion did, or the round since, that cannot be undone, as a clause; or None."""
    for topic in completion.taking.topics:
        if topic.topic not in REPEATABLE and topic.topic not in TAKING:
            return f"已经办过“{topic.name}”"
    return (
        _find_place_gone(ctx, completion)
        or _find_files(ctx, completion)
        or _find_entry(ctx, completion.task)
        or _find_round_ahead(ctx, completion)
    )


def undo(ctx: Context, reopened: UserTask, completion: Completion) -> None:
    """Give back the places a completion took, drop what was kept beside its opinion, restore the status."""
    done = completion.task
    ctx.session.execute(delete(Consultation).where(Consultation.user_task_id == done.id))
    ctx.session.execute(delete(Defect).where(Defect.user_task_id == done.id))
    objection = objections.of_instance(ctx, done.instance)
    if objection is not None and objection.status == ObjectionStatus.INVESTIGATING:
        objection.status = ObjectionStatus.RECEIVED
    nomination = nominations.of_instance(ctx, done.instance)
    if nomination is None:
        return
    _raise_defects(ctx, nomination, done)
    for topic in completion.taking.topics:
        kind = TAKING.get(topic.topic)
        if kind is not None and _took(ctx, nomination, kind, done):
            quotas.release(ctx, nomination, kind)
    _restore_status(ctx, nomination, reopened, done)


def _find_place_gone(ctx: Context, completion: Completion) -> str | None:
    """Return the place that a decision the other way round gave back: others may have taken it since."""
    if all(topic.topic != "places.release" for topic in completion.taking.topics):
        return None
    done = completion.task
    earlier = select(UserTask).where(
        UserTask.instance_id == done.instance_id,
        UserTask.element_id == done.element_id,
        UserTask.status == TaskStatus.COMPLETED,
        UserTask.id < done.id,
    )
    told = select(HistoryEvent.details).where(
        HistoryEvent.instance_id == done.instance_id, HistoryEvent.kind == "task.taken_back"
    )
    back = {details["task"] for details in ctx.session.scalars(told)}
    tasks = ctx.session.scalars(earlier.order_by(UserTask.id.desc())).all()
    last = next((task for task in tasks if task.id not in back), None)
    return "候选人名额已经归还" if last is not None and last.outcome != done.outcome else None


def _find_files(ctx: Context, completion: Completion) -> str | None:
    """Return the step after it that files were handed in at already, or None."""
    query = (
        select(UserTask.name)
        .join(TaskFile, TaskFile.user_task_id == UserTask.id)
        .where(
            UserTask.instance_id == completion.task.instance_id,
            UserTask.key.in_([task.key for task in completion.taking.user_tasks]),
        )
    )
    name = ctx.session.scalar(query.limit(1))
    return f"“{name}”已经有人着手办理" if name else None


def _find_entry(ctx: Context, done: UserTask) -> str | None:
    """An entry of the ledger stays: it is struck out and written anew there."""
    written = ctx.session.scalar(select(FollowUp.id).where(FollowUp.user_task_id == done.id).limit(1))
    return "已经记入培育台账（记错的，请在台账中作废后补记）" if written is not None else None


def _find_round_ahead(ctx: Context, completion: Completion) -> str | None:
    """Return what was decided for the whole round since, counting on what waits for its next signal."""
    instance = completion.task.instance
    entry = rounds.find_of_instance(ctx, instance)
    if entry is None or entry.instance_id in (None, instance.id) or not completion.taking.closes:
        return None
    query = select(HistoryEvent.element_id).where(
        HistoryEvent.instance_id == entry.instance_id,
        HistoryEvent.kind == "task.completed",
        HistoryEvent.id > completion.event_id,
    )
    acted = ctx.session.scalar(query.order_by(HistoryEvent.id).limit(1))
    if acted is None:
        return None
    element = deployments.get_element(ctx, ctx.session.get_one(Instance, entry.instance_id), acted)
    return f"本届此后已经办过“{element.called}”"


def _raise_defects(ctx: Context, nomination: Nomination, done: UserTask) -> None:
    """Let the defects that this check cleared stand again."""
    cleared = update(Defect).where(
        Defect.nomination_id == nomination.id, Defect.cleared_at == done.completed_at
    )
    ctx.session.execute(cleared.values(cleared_at=None))


def _took(ctx: Context, nomination: Nomination, kind: QuotaKind, done: UserTask) -> bool:
    """Whether it was this completion that took the place: one that was held before stays held."""
    query = select(QuotaUse.taken_at).where(QuotaUse.nomination_id == nomination.id, QuotaUse.kind == kind)
    return ctx.session.scalar(query) == done.completed_at


def _restore_status(ctx: Context, nomination: Nomination, reopened: UserTask, done: UserTask) -> None:
    """Write the status of before the completion, unless the reopened step has one of its own."""
    elements = deployments.elements_of(ctx, done.instance)
    if "status" in elements[reopened.element_id].properties:
        return
    query = select(UserTask).where(
        UserTask.instance_id == done.instance_id, UserTask.created_at <= done.completed_at
    )
    written: NominationStatus | None = None
    for task in ctx.session.scalars(query.order_by(UserTask.id)):
        if task.id < done.id:
            for status in _list_written(elements[task.element_id].properties, task):
                written = NominationStatus(status)
    if written is not None and nomination.status != written:
        nomination.status = written
        nomination.revision += 1


def _list_written(properties: Mapping[str, str], task: UserTask) -> Iterator[str]:
    """Yield the statuses that a task gave its nomination: when it opened, and by its outcome."""
    if "status" in properties:
        yield properties["status"]
    by_outcome = dict(deployments.outcomes_of(properties.get("outcome-status", "")))
    if task.status == TaskStatus.COMPLETED and task.outcome in by_outcome:
        yield by_outcome[task.outcome]
