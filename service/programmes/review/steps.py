"""What the review makes of a completed step, by the properties of its task in the diagram.

``defects=<field>`` (with ``correction=<outcome>``) keeps a form check, ``consultation=<body>`` an outside
body's answer, ``score=panel`` (or the key of a sitting) an expert's points, ``ballot=list`` asks that the
vote has been cast, ``list=<word>`` lets a meeting amend the proposed list and has it decide of equal votes,
and ``recusal=employer`` keeps a step from whoever works where the nominee works, or at the unit that
recommends him.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.records import Element
from service.models import Nomination, Seat, SeatStatus, User, UserTask
from service.programmes.nomination import nominations
from service.programmes.privacy import provision
from service.programmes.review import (
    ballots,
    consultations,
    draws,
    form_checks,
    scores,
    seats,
    standings,
    substitutes,
    ties,
)
from service.programmes.round import rounds
from service.workflow.context import Context

#: property of the user task at which an expert scores
SCORE = substitutes.SCORE
#: property of a user task that nobody may do for somebody he works with (回避, X15)
RECUSAL = "recusal"


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
    if standings.PROPERTY in properties and outcome != ties.RETURN:
        ties.require_decided(ctx, rounds.of_instance(ctx, task.instance))
    if nomination is None:
        return True
    if SCORE in properties:
        scores.keep(ctx, nomination, properties[SCORE], answers)
        return False
    if form_checks.PROPERTY in properties:
        form_checks.keep(ctx, nomination, task, element, outcome, answers, schema, is_lenient=is_lenient)
    if consultations.PROPERTY in properties:
        consultations.keep(ctx, nomination, task, element, outcome, answers)
    return True


def find_refusal(ctx: Context, task: UserTask, element: Element) -> str | None:
    """Return why somebody to whom a task is offered, or was passed on, may not do it after all, or None."""
    if not {SCORE, RECUSAL} & element.properties.keys():
        return None
    nomination = nominations.of_instance(ctx, task.instance)
    if SCORE not in element.properties:
        conflict = _find_conflict(ctx, nomination, None)
        return f"{ctx.actor.name}对这份申报应当回避（{conflict}），请说明原因转办他人。" if conflict else None
    seat = seats.find(ctx, nomination, ctx.actor.user_id) if nomination else None
    if seat is not None and nomination is not None and seat.status == SeatStatus.SEATED:
        return provision.find_refusal(ctx, nomination)
    conflict = _find_conflict(ctx, nomination, seat)
    if conflict:
        return f"{ctx.actor.name}对这份申报应当回避（{conflict}），不能评分。"
    return "评分由抽取的专家本人进行，不能转办；不能评分的，请申请回避。"


def _find_conflict(ctx: Context, nomination: Nomination | None, seat: Seat | None) -> str:
    """Return why somebody is to step back: as recorded when seats were taken, or as the records tell."""
    if seat is not None and seat.status == SeatStatus.RECUSED:
        return "已回避"  # his reasons are the organiser's to know
    if seat is not None and seat.status == SeatStatus.BARRED:
        return seat.reason
    user = ctx.session.get(User, ctx.actor.user_id) if ctx.actor.user_id else None
    return draws.find_conflict(user, draws.subject_of(nomination)) if user and nomination else ""
