"""Incidents: a process that went wrong, kept as data until somebody retries it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.engine.records import Fault
from service.errors import Conflict, NotFound
from service.models import Incident, Instance, Job, JobStatus, UserTask
from service.workflow import history
from service.workflow.context import Context


def open_for_task(
    ctx: Context, instance: Instance, task: UserTask, *, kind: str, message: str, **payload: Any
) -> Incident:
    """Open an incident about a user task. A retry offers it, or submits it, again, by ``payload``."""
    return _open(
        ctx,
        instance,
        element_id=task.element_id,
        kind=kind,
        message=message,
        user_task_id=task.id,
        payload=payload,
    )


def open_for_fault(
    ctx: Context, instance: Instance, task: UserTask, fault: Fault, **payload: Any
) -> Incident:
    """Open an incident for a submission the process could not take; ``payload`` lets it be sent again."""
    return _open(
        ctx,
        instance,
        element_id=fault.element_id or task.element_id,
        kind=f"fault.{fault.kind}",
        message=fault.message,
        user_task_id=task.id,
        payload=payload,
    )


def open_for_job(ctx: Context, instance: Instance, job: Job, *, kind: str, message: str) -> Incident:
    """Open an incident for a job that is out of retries. The job waits for the retry."""
    job.status = JobStatus.FAILED
    job.last_error = message[:2000]
    return _open(ctx, instance, element_id=job.element_id, kind=kind, message=message, job_id=job.id)


def get_open(ctx: Context, incident_id: int) -> Incident:
    """Return an unresolved incident."""
    incident = ctx.session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("没有这个故障记录。")
    if incident.resolved_at is not None:
        raise Conflict("这个故障已经处理过了。")
    return incident


def list_open(ctx: Context, *, round_id: int | None = None) -> list[Incident]:
    """Return unresolved incidents, newest first, of one round or of all."""
    query = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id.desc())
    if round_id is not None:
        query = query.where(Incident.round_id == round_id)
    return list(ctx.session.scalars(query))


def resolve(ctx: Context, instance: Instance, incident: Incident) -> None:
    """Mark an incident as dealt with."""
    incident.resolved_at = ctx.now
    incident.resolved_by_id = ctx.actor.user_id
    history.record(ctx, instance, "incident.resolved", element_id=incident.element_id, incident=incident.id)


def _open(ctx: Context, instance: Instance, *, message: str, payload: Any = None, **columns: Any) -> Incident:
    incident = Incident(
        round_id=instance.round_id,
        instance_id=instance.id,
        message=message[:2000],
        payload=payload or {},
        opened_at=ctx.now,
        **columns,
    )
    ctx.session.add(incident)
    ctx.session.flush()
    history.record(
        ctx,
        instance,
        "incident.opened",
        element_id=incident.element_id,
        incident=incident.id,
        reason=incident.kind,
    )
    return incident
