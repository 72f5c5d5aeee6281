"""Who may look at the review of a round: the organiser, and those whose meetings settle the list."""

from __future__ import annotations

from sqlalchemy import select

from service.errors import NotFound
from service.models import Candidate, Instance, Round, TaskStatus, UserTask
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.review import standings
from service.workflow.context import Context
from service.workflow.definition import deployments

ORGANISER = "organiser"


def require(ctx: Context, entry: Round) -> None:
    """Refuse whoever may not look at a round's review, as if there were none."""
    if not may_see(ctx, entry):
        raise NotFound("没有这个届次的评审，或您无权查看。")


def may_see(ctx: Context, entry: Round) -> bool:
    """Say whether the actor organises the round or sits in a meeting at which its list is amended."""
    if wiring.pack_of(ctx, entry).programme.review is None:
        return False
    if ctx.actor.is_admin or nominations.is_organiser(ctx, entry):
        return True
    return any(f"{role}@{entry.organiser.code}" in ctx.actor.groups for role in _meeting_roles(ctx, entry))


def find_meeting(ctx: Context, entry: Round) -> UserTask | None:
    """Return the actor's open task at which he may amend the list, if there is one."""
    query = (
        select(UserTask)
        .join(Candidate, Candidate.user_task_id == UserTask.id)
        .where(
            UserTask.instance_id == entry.instance_id,
            UserTask.status == TaskStatus.OPEN,
            Candidate.group_key.in_(sorted(ctx.actor.task_groups)),
        )
    )
    tasks = ctx.session.scalars(query.order_by(UserTask.id))
    return next((task for task in tasks if standings.is_list_task(ctx, task)), None)


def _meeting_roles(ctx: Context, entry: Round) -> set[str]:
    if entry.instance_id is None:
        return set()
    instance = ctx.session.get_one(Instance, entry.instance_id)
    elements = deployments.get_diagram(ctx, instance).processes[instance.process_id].reached.values()
    groups = (
        group.partition("@")
        for element in elements
        if standings.PROPERTY in element.properties
        for group in element.candidate_groups
    )
    return {role for role, _, scope in groups if scope == ORGANISER}
