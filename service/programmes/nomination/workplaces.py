"""Who acts for a workplace (所在单位): what a pack calls those who fill in its forms and sign them."""

from __future__ import annotations

import re

from service.engine.records import Element
from service.models import Round
from service.programmes.nomination.nominations import PROCESS
from service.workflow.context import Context
from service.workflow.definition import deployments

#: asked when nobody else holds the role a step needs
ADMINISTRATOR = "unit_admin"
_AT_UNIT = re.compile(r"([\w-]+)@unit\b")


def roles_of(ctx: Context, entry: Round) -> frozenset[str]:
    """Return the roles that, at the workplace, fill in the record or give an opinion on it.

    Whoever does something else there (a mentor, say) does not act for it.
    """
    newest = deployments.find_newest(ctx, entry.programme)
    if newest is None:
        return frozenset()
    process = deployments.diagram_of(ctx, newest.id, newest.content_hash).processes.get(PROCESS)
    elements = process.elements.values() if process else ()
    return frozenset(
        role
        for element in elements
        if _fills_or_signs(element)
        for group in element.candidate_groups
        for role in _AT_UNIT.findall(group)
    )


def _fills_or_signs(element: Element) -> bool:
    return element.properties.get("record") == "nomination" or "opinion" in element.properties
