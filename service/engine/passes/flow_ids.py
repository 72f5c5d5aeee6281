"""Ids for sequence flows, where the standard leaves them optional."""

from __future__ import annotations

from service.engine.findings import Findings
from service.engine.xml import Element, bpmn


def give_flows_ids(root: Element, findings: Findings) -> None:  # noqa: ARG001  # finds nothing
    """Name a flow without id after its ends: the library drops such a flow and the branch with it."""
    taken = {element.get("id") for element in root.iter() if element.get("id")}
    for flow in root.iter(bpmn("sequenceFlow")):
        if not flow.get("id"):
            base = f"flow_{flow.get('sourceRef')}_{flow.get('targetRef')}"
            name, number = base, 2
            while name in taken:
                name, number = f"{base}_{number}", number + 1
            taken.add(name)
            flow.set("id", name)
