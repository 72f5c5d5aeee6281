"""Which outcomes a step offers: those of its diagram, less those whose switch is off (``outcome-switch``)."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.records import Element
from service.errors import Invalid
from service.models import Instance
from service.programmes import wiring
from service.programmes.round import rounds
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import user_tasks

#: property of a user task: ``correct:allow_correction``, an outcome and the switch it needs, comma between
PROPERTY = "outcome-switch"


def switches_of(element: Element) -> Mapping[str, str]:
    """Return the switch each outcome of an element needs, of those that need one."""
    return dict(deployments.outcomes_of(element.properties.get(PROPERTY, "")))


def list_outcomes(ctx: Context, instance: Instance, element: Element) -> tuple[tuple[str, str], ...]:
    """Return the (value, word) pairs somebody may choose from at a step."""
    drawn = deployments.outcomes_of(element.properties.get("outcomes", user_tasks.DEFAULT_OUTCOMES))
    needed = switches_of(element)
    if not needed:
        return drawn
    switches = wiring.pack_of(ctx, rounds.of_instance(ctx, instance)).programme.switches
    return tuple(one for one in drawn if one[0] not in needed or switches.get(needed[one[0]], False))


def require(ctx: Context, instance: Instance, element: Element, outcome: str) -> None:
    """Refuse an outcome that the programme's switches do not let anybody choose."""
    if outcome in switches_of(element):
        offered = list_outcomes(ctx, instance, element)
        if outcome not in dict(offered):
            words = "、".join(word for _, word in offered)
            raise Invalid(f"“{element.name}”只能选择：{words}。", fields={"outcome": "请选择一个办理结果"})
