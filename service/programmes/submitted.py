"""What was submitted at a step, for whoever may read the task: not votes, points, or the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.engine.records import Element
from service.models import Round, Submission, TaskStatus, User, UserTask
from service.programmes import task_forms, wiring
from service.programmes.award import awards
from service.programmes.review import ballots, steps
from service.workflow.context import Context
from service.workflow.definition import deployments

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


def find(ctx: Context, task: UserTask) -> Submitted | None:
    """Return what was submitted at a completed task; None where there is nothing to show.

    The caller has made sure that the actor may read the task. Never shown are votes and points; a
    nomination's record is shown as it stands now (``record.answers_of``), not as it once was handed in.
    """
    if task.status != TaskStatus.COMPLETED or task.form_id is None:
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
