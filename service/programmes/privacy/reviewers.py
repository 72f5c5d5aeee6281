"""Who looks a nomination's papers through (脱密审查): whoever has a step in hand that waits for it."""

from __future__ import annotations

from sqlalchemy import select

from service.models import Nomination, TaskStatus, UserTask
from service.programmes.nomination import identities
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access

#: property of a user task: at which outcomes every file and every finding must have been looked at
PROPERTY = "clearance"


def is_reviewer(ctx: Context, nomination: Nomination) -> bool:
    """Say whether an open step that asks for clearance is the actor's to do; never on his own nomination."""
    if ctx.actor.user_id is None or identities.is_nominee(ctx, nomination):
        return False
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    return any(_asks(ctx, task) and task_access.is_offered(ctx, task) for task in ctx.session.scalars(query))


def has_review(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the nomination passes a step that asks for clearance at all."""
    instance = nomination.instance
    if instance is None:
        return False
    return any(PROPERTY in element.properties for element in deployments.elements_of(ctx, instance).values())


def _asks(ctx: Context, task: UserTask) -> bool:
    return PROPERTY in deployments.get_element(ctx, task.instance, task.element_id).properties
