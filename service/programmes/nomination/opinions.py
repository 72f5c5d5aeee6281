"""Opinions: reading back what the approvers decided, and which of them still stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from service.models import Instance, Nomination, Opinion, UserTask
from service.programmes.nomination import record
from service.workflow.context import Context
from service.workflow.definition.present_names import present_names


@dataclass(frozen=True, kw_only=True)
class GivenOpinion:
    """One opinion as it was given, and whether it was given again after a return."""

    position: int  #: place on the paper form, 1 = first; 0 = not printed
    heading: str
    outcome: str
    text: str
    seal: str
    unit_name: str
    signed_by: str
    given_at: datetime
    superseded: bool  #: its step, or the form it speaks of, was opened again since


def list_of(ctx: Context, nomination: Nomination) -> list[GivenOpinion]:
    """Return a nomination's opinions in the order they were given, and which of them no longer stand.

    One stands until its step is opened again (退回, 撤回), or the form it speaks of is: what is
    then written has not been agreed to by anybody yet.
    """
    query = select(Opinion, UserTask.element_id).join(UserTask, UserTask.id == Opinion.user_task_id)
    of_nomination = query.where(Opinion.nomination_id == nomination.id).order_by(Opinion.id)
    given = [(row[0], row[1]) for row in ctx.session.execute(of_nomination)]
    if not given:
        return []
    names = present_names(ctx, ctx.session.get_one(Instance, nomination.instance_id))
    given = [(opinion, names.get(element, element)) for opinion, element in given]
    opened = select(UserTask.element_id, func.max(UserTask.id)).group_by(UserTask.element_id)
    last: dict[str, int] = {}
    for element, newest in ctx.session.execute(opened.where(_of(nomination))):
        called = names.get(element, element)
        last[called] = max(last.get(called, 0), newest)
    written = max((last.get(element, 0) for element in record.elements_of(ctx, nomination)), default=0)
    return [
        _read(opinion, superseded=max(last[element], written) > opinion.user_task_id)
        for opinion, element in given
    ]


def printed(opinions: Sequence[GivenOpinion]) -> dict[int, GivenOpinion]:
    """Return the opinions the paper form prints, by their place on it."""
    return {opinion.position: opinion for opinion in opinions if opinion.position and not opinion.superseded}


def last_text(ctx: Context, nomination: Nomination) -> str:
    """Return the text of the newest opinion: why a nomination ended as it did."""
    query = select(Opinion.text).where(Opinion.nomination_id == nomination.id)
    return ctx.session.scalars(query.order_by(Opinion.id.desc()).limit(1)).first() or ""


def _of(nomination: Nomination) -> ColumnElement[bool]:
    return UserTask.instance_id == nomination.instance_id


def _read(opinion: Opinion, *, superseded: bool) -> GivenOpinion:
    return GivenOpinion(
        position=opinion.position,
        heading=opinion.heading,
        outcome=opinion.outcome,
        text=opinion.text,
        seal=opinion.seal,
        unit_name=opinion.unit_name,
        signed_by=opinion.signed_by,
        given_at=opinion.given_at,
        superseded=superseded,
    )
