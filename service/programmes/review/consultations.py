"""Answers of outside bodies: asked side by side, each with the day and the number of its paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.engine.records import Element
from service.errors import Invalid
from service.models import Consultation, Nomination, UserTask
from service.programmes.privacy import consents, provision
from service.workflow.context import Context

#: property of a user task: the body whose answer is entered there
PROPERTY = "consultation"


def keep(
    ctx: Context,
    nomination: Nomination,
    task: UserTask,
    element: Element,
    outcome: str,
    answers: Mapping[str, Any],
) -> None:
    """Keep a body's answer: fields ``date``, ``paper_number`` and ``result`` of the form.

    Refused once the nominee has withdrawn his consent to provision, but for an answer from before that.
    """
    zone = ctx.domain.zone(ctx, task.instance)
    answered_on = date.fromisoformat(str(answers.get("date") or ""))
    if answered_on > ctx.now.astimezone(zone).date():
        raise Invalid("回复日期不能晚于今天。", fields={"date": "不能晚于今天"})
    _require_provided(ctx, nomination, answered_on, zone)
    ctx.session.add(
        Consultation(
            round_id=nomination.round_id,
            nomination_id=nomination.id,
            user_task_id=task.id,
            body=element.properties[PROPERTY][:80],
            asked_at=task.created_at,
            answered_on=answered_on,
            paper_number=str(answers.get("paper_number") or "")[:80],
            outcome=outcome,
            text=str(answers.get("result") or "")[:2000],
            entered_by=ctx.actor.name,
            entered_at=ctx.now,
        )
    )


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Consultation]:
    """Return the answers about a nominee, in the order they came."""
    query = select(Consultation).where(Consultation.nomination_id == nomination.id)
    return list(ctx.session.scalars(query.order_by(Consultation.id)))


def _require_provided(ctx: Context, nomination: Nomination, answered_on: date, zone: ZoneInfo) -> None:
    """What was handed over before a withdrawal was lawful, and so is its answer (个人信息保护法 §15)."""
    for withdrawn in consents.list_withdrawn(ctx, nomination):
        moment = withdrawn.withdrawn_at
        if withdrawn.kind == provision.KIND and moment and answered_on > moment.astimezone(zone).date():
            provision.require_provided(ctx, nomination)
