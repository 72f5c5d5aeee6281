"""Data objects, stores and associations are documentation: variables are named by expressions."""

from __future__ import annotations

from typing import Final

from service.engine.findings import Findings
from service.engine.xml import Element, bpmn

#: with an association two sub-processes deep the library's parser never returns
DOCUMENTATION: Final = (
    "dataInputAssociation", "dataOutputAssociation", "ioSpecification", "dataObject", "dataObjectReference",
    "dataStoreReference", "dataStore", "property",
)  # fmt: skip


def drop_data_associations(root: Element, findings: Findings) -> None:  # noqa: ARG001  # finds nothing
    """Remove everything about data: drawn for people, it neither reads nor writes a variable."""
    for element in list(root.iter(*(bpmn(name) for name in DOCUMENTATION))):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
