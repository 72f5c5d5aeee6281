"""Trying a migration out on every instance it is meant for. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from service.engine import migration
from service.engine.records import Deadline, Migrated, Remark, leave_open
from service.models import Deployment, Instance, Job, JobKind, TaskStatus, UserTask
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.migration import form_changes, passing, proposals
from service.workflow.migration.records import Report, Request, Trial

#: instances read together
CHUNK = 200


def try_out(ctx: Context, source: Deployment, target: Deployment, request: Request) -> Report:
    """Say of every instance of a version what moving it by a plan would come to."""
    proposals.require_another(source, target)
    proposals.require_known(ctx, source, request)
    redraw = proposals.prepare(ctx, source, target, request.plan)
    forms = form_changes.find_changes(ctx, source, target, redraw)
    trials: list[Trial] = []
    passed = 0
    for instances in _read(ctx, source):
        ctx.domain.read_ahead(ctx, instances)
        gone = passing.find_passed(ctx, instances, request.before) if request.before else set()
        started = find_started(ctx, instances) if request.recompute else {}
        for instance in instances:
            if instance.id in gone:
                passed += 1
                continue
            migrated = move_on_trial(ctx, redraw, instance, request, started.get(instance.id, {}))
            if request.before is not None and request.before in migrated.stood:
                passed += 1
            else:
                trials.append(_trial(ctx, instance, _with_forms(migrated, forms)))
    plan_hash = proposals.hash_of(ctx, source, target, request)
    return Report(plan_hash=plan_hash, trials=tuple(trials), passed=passed)


def move_on_trial(
    ctx: Context, redraw: migration.Redraw, instance: Instance, request: Request, started: dict[str, datetime]
) -> Migrated:
    """Return what moving one instance would come to; topics that would run are left open."""
    env = execution.environment_of(ctx, instance, leave_open)
    return migration.migrate(
        redraw, instance.process_id, instance.state, env, recompute=request.recompute, started=started
    )


def find_started(ctx: Context, instances: Sequence[Instance]) -> dict[int, dict[str, datetime]]:
    """Return when each open task of some instances began, by instance and key."""
    found: dict[int, dict[str, datetime]] = {}
    query = select(UserTask.instance_id, UserTask.key, UserTask.created_at).where(
        UserTask.instance_id.in_([instance.id for instance in instances]), UserTask.status == TaskStatus.OPEN
    )
    for instance_id, key, created_at in ctx.session.execute(query):
        found.setdefault(instance_id, {})[key] = created_at
    return found


def _read(ctx: Context, source: Deployment) -> Iterator[list[Instance]]:
    last = 0
    while True:
        query = select(Instance).where(*proposals.running(source), Instance.id > last)
        instances = list(ctx.session.scalars(query.order_by(Instance.id).limit(CHUNK)))
        if not instances:
            return
        yield instances
        last = instances[-1].id


def _with_forms(migrated: Migrated, forms: Mapping[str, Remark]) -> Migrated:
    """Add what is to be known of the forms of the steps an instance stands at."""
    if migrated.step is None:
        return migrated
    known = tuple(forms[name] for name in sorted(migrated.stood & forms.keys()))
    return replace(migrated, remarks=migrated.remarks + known)


def _trial(ctx: Context, instance: Instance, migrated: Migrated) -> Trial:
    return Trial(
        instance_id=instance.id,
        title=instance.title,
        business_key=instance.business_key,
        process_id=instance.process_id,
        level=migrated.level,
        remarks=migrated.remarks,
        deadlines=tuple(as_kept(ctx, instance, list_moved(migrated))),
    )


def list_moved(migrated: Migrated) -> list[Deadline]:
    """Return the deadlines that do not stay as they are."""
    return [one for one in migrated.deadlines if one.before != one.after]


def as_kept(ctx: Context, instance: Instance, deadlines: list[Deadline]) -> Iterator[Deadline]:
    """Yield deadlines with the moments that hold just now: an organiser may have moved one since."""
    if not any(one.before for one in deadlines):
        yield from deadlines
        return
    held = _read_held(ctx, instance)
    for one in deadlines:
        before = held.get((one.kind, one.key), one.before)
        yield Deadline(**{**vars(one), "before": before})


def _read_held(ctx: Context, instance: Instance) -> dict[tuple[str, str], datetime]:
    tasks = select(UserTask.key, UserTask.due_date).where(
        UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN
    )
    timers = select(Job.key, Job.due_at).where(Job.instance_id == instance.id, Job.kind == JobKind.TIMER)
    held = {("task", key): due for key, due in ctx.session.execute(tasks) if due is not None}
    return held | {("timer", key): due for key, due in ctx.session.execute(timers)}
