"""Where in a file an element stands, in the words of whoever edits the table."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from service.feel.dmn.errors import DmnError
from service.feel.dmn.xml import parse_node


@dataclass(frozen=True, slots=True)
class Place:
    """A decision as it is called, and the row of its table (from 1) where the element stands in one."""

    decision: str
    row: int | None = None


def locate(xml: bytes, element_id: str) -> Place | None:
    """Find the decision, and the row, that an element belongs to; None where it belongs to no decision."""
    try:
        root = parse_node(xml)
    except DmnError:
        return None
    found = next((node for node in root.iter(etree.Element) if node.get("id") == element_id), None)
    row = None
    while found is not None:
        if etree.QName(found).localname == "rule" and row is None:
            row = 1 + sum(1 for _ in found.itersiblings(found.tag, preceding=True))
        if etree.QName(found).localname == "decision":
            return Place(str(found.get("name") or found.get("id")), row)
        found = found.getparent()
    return None
