"""What the review makes of a completed step, by the properties of its task in the diagram.

``defects=<field>`` (with ``correction=<outcome>``) keeps a form check, ``consultation=<body>`` an outside
body's answer, ``score=panel`` an expert's points, ``ballot=list`` asks that the vote has been cast, and
``list=<word>`` lets a meeting amend the proposed list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.records import Element
from service.models import Nomination, SeatStatus, UserTask
from service.programmes.nomination import nominations
from service.programmes.review import ballots, consultations, form_checks, scores, seats
from service.workflow.context import Context

#: property of the user task at which an expert scores
SCORE = "score"


def keep(
    ctx: Context,
    task: UserTask,
    element: Element,
    nomination: Nomination | None,
    outcome: str,
    answers: Mapping[str, Any],
    schema: Mapping[str, Any],
    *,
    is_lenient: bool,
) -> bool:
    """Keep what the review keeps of a step. False if nothing of the answers may be kept anywhere else."""
    properties = element.properties
    if ballots.PROPERTY in properties:
        ballots.require_cast(ctx, task)
        return False
    if nomination is None:
        return True
    if SCORE in properties:
        scores.keep(ctx, nomination, answers)
        return False
    if form_checks.PROPERTY in properties:
        form_checks.keep(ctx, nomination, task, element, outcome, answers, schema, is_lenient=is_lenient)
    if consultations.PROPERTY in properties:
        consultations.keep(ctx, nomination, task, element, outcome, answers)
    return True


def find_refusal(ctx: Context, task: UserTask, element: Element) -> str | None:
    """Return why somebody whom a task was passed on to may not do it after all, or None."""
    if SCORE not in element.properties:
        return None
    nomination = nominations.of_instance(ctx, task.instance)
    seat = seats.find(ctx, nomination, ctx.actor.user_id) if nomination else None
    if seat is None or seat.status != SeatStatus.SEATED:
        return "评分由抽取的专家本人进行，不能转办；不能评分的，请申请回避。"
    return None
