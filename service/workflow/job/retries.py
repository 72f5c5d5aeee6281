"""Retrying incidents: the same command again, after somebody mended the cause."""

from __future__ import annotations

from service.models import Draft, Incident, Instance, Job, JobStatus, User, UserTask
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, incidents, offers
from service.workflow.task import handovers, user_tasks


def retry(ctx: Context, incident_id: int) -> bool:
    """Retry an incident; True if it is resolved. A submission that faults again raises Faulted."""
    incident = incidents.get_open(ctx, incident_id)
    instance = execution.lock(ctx, incident.instance_id)
    resolved = _retry(ctx, instance, incident)
    if resolved:
        incidents.resolve(ctx, instance, incident)
    return resolved


def _retry(ctx: Context, instance: Instance, incident: Incident) -> bool:
    if incident.job_id is not None:
        job = ctx.session.get(Job, incident.job_id)
        if job is not None:
            job.status, job.attempts, job.due_at = JobStatus.PENDING, 0, ctx.now
        return True
    task = ctx.session.get_one(UserTask, incident.user_task_id)
    if task.status != "open":
        return True
    if incident.kind == "nobody-resolved":
        element = deployments.get_element(ctx, instance, task.element_id)
        return offers.offer_again(ctx, instance, task, element, meant=handovers.meant_for(ctx, task))
    return _submit_again(ctx, task, incident)


def _submit_again(ctx: Context, task: UserTask, incident: Incident) -> bool:
    draft = ctx.session.get(Draft, task.id)
    submitter = ctx.session.get(User, incident.payload.get("user_id"))
    if draft is None or submitter is None:
        return False
    user_tasks.complete_for(ctx, task.id, submitter, incident.payload["outcome"], draft.answers)
    return True
