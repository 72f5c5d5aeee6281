"""Every element has an id of its own."""

from __future__ import annotations

from service.engine.findings import Findings
from service.engine.xml import FLOW_NODES, Element, bpmn, is_bpmn, local


def check_identifiers(root: Element, findings: Findings) -> None:
    """Report ids given twice, and flow nodes and processes without one."""
    seen: set[str] = set()
    for element in root.iter():
        identifier = element.get("id")
        if not is_bpmn(element):
            continue
        if identifier and identifier in seen:
            findings.error(element, "duplicate-id", "的标识与另一个图形相同", "给其中一个换一个标识")
        elif identifier:
            seen.add(identifier)
        elif local(element) in FLOW_NODES or element.tag == bpmn("process"):
            findings.error(element, "missing-id", f"是没有标识的 {local(element)}", "给这个图形一个标识")
