"""What was submitted at a step, for whoever may read it: not votes, points, or the record itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.engine.records import Element
from service.models import Round, Submission, TaskStatus, User, UserTask
from service.programmes import task_forms, wiring
from service.programmes.award import awards
from service.programmes.nomination import nominations
from service.programmes.privacy import provision
from service.programmes.review import ballots, steps
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access

#: property of a user task whose page shows what was submitted at other steps
READS = "reads"
#: answers masked wherever they stand, beside those whose field is marked so
ALWAYS_SENSITIVE = {"id_number": "SENSITIVE", "phone": "SENSITIVE"}


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """The answers of a completed task, with the form they were given in."""

    schema: Mapping[str, Any]
    answers: Mapping[str, Any]
    classes: Mapping[str, str]  #: of the programme's fields, and of those that are always sensitive
    by: str
    at: datetime

    @property
    def sensitive(self) -> Collection[str]:
        """The fields masked whatever the form says of them."""
        return {key for key, kind in self.classes.items() if kind == "SENSITIVE"}


def get_task(ctx: Context, task_id: int) -> UserTask:
    """Return a task of which the actor may read what was submitted; anything else does not exist for him.

    He may read the task, or has one before him whose page shows it (property ``reads``): somebody to whom
    an investigation was passed on reads the statements he is to judge.
    """
    task = ctx.session.get(UserTask, task_id)
    if task is not None and task.status == TaskStatus.COMPLETED and _is_shown(ctx, task):
        return task
    return task_access.get_visible(ctx, task_id)


def _is_shown(ctx: Context, task: UserTask) -> bool:
    elements = deployments.elements_of(ctx, task.instance)
    showing = [step for step, element in elements.items() if task.element_id in reads_of(element)]
    if not showing:
        return False
    query = select(UserTask).where(UserTask.instance_id == task.instance_id, UserTask.element_id.in_(showing))
    return any(
        task_access.is_offered(ctx, one) and ctx.domain.may_act(ctx, one, elements[one.element_id]) is None
        for one in ctx.session.scalars(query)
    )


def reads_of(element: Element) -> tuple[str, ...]:
    """Return the steps whose answers the page of a step shows."""
    return tuple(part.strip() for part in element.properties.get(READS, "").split(",") if part.strip())


def find(ctx: Context, task: UserTask) -> Submitted | None:
    """Return what was submitted at a completed task; None where there is nothing to show.

    The caller has made sure that the actor may read the task. Never shown are votes and points; a
    nomination's record is shown as it stands now (``record.answers_of``), not as it once was handed in; and
    once its papers are kept from the actor, only what he wrote himself.
    """
    if task.status != TaskStatus.COMPLETED or task.form_id is None or _is_withheld(ctx, task):
        return None
    if _is_kept_elsewhere(deployments.get_element(ctx, task.instance, task.element_id)):
        return None
    query = select(Submission, User.name).outerjoin(User, User.id == Submission.user_id)
    found = ctx.session.execute(query.where(Submission.user_task_id == task.id)).first()
    if found is None or not found[0].answers:
        return None
    return Submitted(
        schema=task_forms.name_people(
            ctx, deployments.get_form(ctx, task.instance, task.form_id), found[0].answers
        ),
        answers=found[0].answers,
        classes={**_classes(ctx, task), **ALWAYS_SENSITIVE},
        by=found[1] or "系统",
        at=found[0].submitted_at,
    )


def _is_withheld(ctx: Context, task: UserTask) -> bool:
    nomination = nominations.of_instance(ctx, task.instance)
    if nomination is None or (task.completed_by_id is not None and task.completed_by_id == ctx.actor.user_id):
        return False
    return provision.is_withheld(ctx, nomination)


def _is_kept_elsewhere(element: Element) -> bool:
    properties = element.properties
    secret = steps.SCORE in properties or ballots.PROPERTY in properties
    return secret or properties.get("record") == "nomination"


def _classes(ctx: Context, task: UserTask) -> Mapping[str, str]:
    entry = ctx.session.get(Round, task.round_id) if task.round_id is not None else None
    if entry is not None:
        return wiring.pack_of(ctx, entry).programme.fields
    award = awards.of_instance(ctx, task.instance)
    return wiring.get_pack(ctx, award.programme).programme.fields if award is not None else {}
