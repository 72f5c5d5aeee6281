"""Letting an instance's rows follow it to the new diagram: tasks, jobs, subscriptions, incidents, nudges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, select, update

from service.engine.migration import Redraw
from service.engine.records import Deadline, Element, Migrated, OpenUserTask, Step
from service.models import Candidate, Incident, Instance, Job, JobKind, SubscriptionRow, TaskStatus, UserTask
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution, incidents, offers, open_keys, reminders
from service.workflow.migration import telling
from service.workflow.task import user_tasks


@dataclass(frozen=True, kw_only=True)
class Before:
    """What an instance had open before it moved."""

    tasks: Mapping[str, UserTask]
    timers: Mapping[str, datetime]
    due: Mapping[str, datetime]  #: of the tasks

    def told(self, deadlines: Iterable[Deadline]) -> list[Deadline]:
        """Return deadlines with the moments that held: an organiser may have moved one meanwhile."""
        held = {"task": self.due, "timer": self.timers}
        return [replace(one, before=held[one.kind].get(one.key, one.before)) for one in deadlines]


def look(ctx: Context, instance: Instance) -> Before:
    """Read what an instance has open. The caller holds it."""
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    tasks = {task.key: task for task in ctx.session.scalars(query)}
    timers = select(Job.key, Job.due_at).where(Job.instance_id == instance.id, Job.kind == JobKind.TIMER)
    return Before(
        tasks=tasks,
        timers={row.key: row.due_at for row in ctx.session.execute(timers)},
        due={key: task.due_date for key, task in tasks.items() if task.due_date is not None},
    )


def follow(
    ctx: Context, instance: Instance, before: Before, migrated: Migrated, redraw: Redraw, reason: str
) -> None:
    """Write down where an instance now stands. It is pinned to its new version already."""
    step = migrated.step
    if step is None:
        raise ValueError("what is blocked has nowhere to go")
    _rename_rows(ctx, instance, redraw.names)
    _forget(ctx, instance, migrated.rearmed)
    execution.adopt(ctx, instance, step)
    kept = [before.tasks[key] for key in step.user_tasks.keys if key in before.tasks]
    for task in kept:
        _keep(ctx, instance, task, step, migrated, redraw)
    moved = [one for one in migrated.deadlines if one.before != one.after]
    for deadline in moved:
        _move_deadline(ctx, instance, before, deadline, reason)
    ctx.session.flush()
    _settle_incidents(ctx, instance)
    telling.tell(ctx, instance, kept, before.told(moved), reason)


def _rename_rows(ctx: Context, instance: Instance, names: Mapping[str, str]) -> None:
    renamed = {old: new for old, new in names.items() if old != new}
    for table in (Job, SubscriptionRow, Incident) if renamed else ():
        ctx.session.execute(
            update(table)
            .where(table.instance_id == instance.id, table.element_id.in_(renamed))
            .values(element_id=case(renamed, value=table.element_id)),
            execution_options={"synchronize_session": False},
        )


def _forget(ctx: Context, instance: Instance, rearmed: frozenset[str]) -> None:
    """Drop the rows of what now waits for something else, with what was on its way to it."""
    if not rearmed:
        return
    for table in (Job, SubscriptionRow):
        ctx.session.execute(
            delete(table).where(table.instance_id == instance.id, table.key.in_(rearmed)),
            execution_options={"synchronize_session": False},
        )
    keys = open_keys.read(instance)
    left = replace(keys, jobs=keys.jobs - rearmed, subscriptions=keys.subscriptions - rearmed)
    open_keys.write(instance, left)


def _keep(
    ctx: Context, instance: Instance, task: UserTask, step: Step, migrated: Migrated, redraw: Redraw
) -> None:
    """Let a task that stays open be called and offered as the new diagram says."""
    old = redraw.source.processes[instance.process_id].reached.get(task.element_id)
    name = redraw.names[task.element_id]
    new = redraw.target.processes[instance.process_id].reached.get(name)
    if old is None or new is None or (old == new and task.key not in migrated.reoffered):
        task.element_id = name
        return
    record = next(one for one in step.user_tasks if one.key == task.key)
    task.element_id, task.name = name, record.name or name
    task.form_id, task.priority = record.form_id, record.priority
    task.batch_key = offers.batch_key_of(step, record, new)
    task.steps_back = ctx.domain.steps_back(new)
    task.revision += 1
    if old.properties != new.properties:
        reminders.rearm(ctx, task)
        ctx.domain.opened(ctx, task, new)
    if task.key in migrated.reoffered:
        _offer_to_others(ctx, instance, task, record, new)


def _offer_to_others(
    ctx: Context, instance: Instance, task: UserTask, record: OpenUserTask, element: Element
) -> None:
    """Offer a task to those the new diagram names; whoever has claimed it keeps it."""
    ctx.session.flush()
    ctx.session.execute(delete(Candidate).where(Candidate.user_task_id == task.id))
    query = select(Incident).where(
        Incident.user_task_id == task.id,
        Incident.kind == "nobody-resolved",
        Incident.resolved_at.is_(None),
    )
    for incident in ctx.session.scalars(query):
        incidents.resolve(ctx, instance, incident)
    offers.offer(ctx, instance, task, record)
    history.record(ctx, instance, "task.reoffered", element_id=element.id, task=task.id)


def _move_deadline(ctx: Context, instance: Instance, before: Before, deadline: Deadline, reason: str) -> None:
    if deadline.kind == "task":
        task = before.tasks.get(deadline.key)
        if task is not None:
            user_tasks.set_due_date(ctx, task, deadline.after, reason)
    elif deadline.before is not None and deadline.after is not None:
        job = ctx.session.scalar(
            select(Job).where(
                Job.instance_id == instance.id, Job.key == deadline.key, Job.kind == JobKind.TIMER
            )
        )
        if job is not None:
            history.record(
                ctx, instance, "timer.moved", element_id=deadline.element_id,
                before=job.due_at.isoformat(), to=deadline.after.isoformat(), reason=reason,
            )  # fmt: skip
            job.due_at = deadline.after


def _settle_incidents(ctx: Context, instance: Instance) -> None:
    """Resolve the incidents of what is not there any more."""
    query = select(Incident).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    for incident in ctx.session.scalars(query):
        if _is_over(ctx, incident):
            incidents.resolve(ctx, instance, incident)


def _is_over(ctx: Context, incident: Incident) -> bool:
    if incident.job_id is not None:
        return ctx.session.scalar(select(Job.id).where(Job.id == incident.job_id)) is None
    task: Any = ctx.session.get(UserTask, incident.user_task_id) if incident.user_task_id else None
    return task is not None and task.status != TaskStatus.OPEN
