"""Who must step back (回避) from what is offered to a group of his: not in his inbox, and not counted.

``steps.find_refusal`` and ``identities.find_refusal`` say the same of one task, with the reason. A namesake
is not left out: only he knows whether he is the nominee, and his inbox is where he is asked.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select

from service.engine.records import Element
from service.models import Nomination, UserTask
from service.programmes.review import steps
from service.workflow.context import Context

NOMINEE, EMPLOYER = "nominee", "employer"


def steps_back(element: Element) -> str | None:
    """Return whom a step is not for: the nominee of an opinion; of a recusal his units' people, too."""
    if steps.RECUSAL in element.properties:
        return EMPLOYER
    return NOMINEE if "opinion" in element.properties else None


def must_step_back(ctx: Context) -> ColumnElement[bool]:
    """Return the condition on a marked UserTask under which the actor must step back from it.

    One's own nominations are few and found by two indexes, a colleague's by the task's own instance.
    """
    actor = ctx.actor
    ways = [Nomination.nominee_id == actor.user_id] if actor.user_id is not None else []
    if actor.person:
        ways.append(Nomination.id_number_index == actor.person)
    conditions: list[ColumnElement[bool]] = [
        UserTask.instance_id.in_(select(Nomination.instance_id).where(way)) for way in ways
    ]
    if actor.unit_id is not None:
        colleague = select(Nomination.id).where(
            Nomination.instance_id == UserTask.instance_id,
            or_(Nomination.unit_id == actor.unit_id, Nomination.recommender_id == actor.unit_id),
        )
        conditions.append(and_(UserTask.steps_back == EMPLOYER, colleague.exists()))
    return or_(false(), *conditions)
