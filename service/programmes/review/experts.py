"""Who scores is nobody's business but the organiser's, so that nobody can talk to the experts."""

from __future__ import annotations

from sqlalchemy import select

from service.engine.records import Element
from service.models import Instance, Nomination, Seat
from service.programmes.nomination import nominations
from service.programmes.review import steps
from service.programmes.round import rounds
from service.workflow.context import Context
from service.workflow.definition import deployments


def may_know(ctx: Context, instance: Instance, element: Element) -> bool:
    """Say whether the actor may be told who does a step: of a scoring step, only the organiser."""
    if steps.SCORE not in element.properties or ctx.actor.is_system or ctx.actor.is_admin:
        return True
    return instance.round_id is not None and nominations.is_organiser(ctx, rounds.of_instance(ctx, instance))


def only_judges(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor knows a nomination as one of its experts alone: numbers are none of his business.

    So does whoever acts for one. A look at a number would be told to the nominee's side with his name.
    """
    if nominations.may_see(ctx, nomination):
        return False
    seat = select(Seat.id).where(Seat.nomination_id == nomination.id, Seat.user_id.in_(ctx.actor.may_act_as))
    return ctx.session.scalar(seat) is not None


def hidden_steps(ctx: Context, instance: Instance) -> set[str]:
    """Return the steps of an instance of which the actor may not be told who does them."""
    elements = deployments.elements_of(ctx, instance)
    return {element.id for element in elements.values() if not may_know(ctx, instance, element)}
