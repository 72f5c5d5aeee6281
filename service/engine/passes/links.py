"""Link events: two circles that stand for one long line."""

from __future__ import annotations

from lxml import etree

from service.engine.findings import Findings
from service.engine.xml import Element, bpmn, children, flow_nodes, local, scopes


def join_links(root: Element, findings: Findings) -> None:
    """Draw the flow that a pair of link events stands for, and leave both as plain events."""
    for scope in scopes(root):
        throws, catches = _links(scope, "intermediateThrowEvent"), _links(scope, "intermediateCatchEvent")
        drawn = list(children(scope, "sequenceFlow"))
        targets: dict[str, Element] = {}
        for name, event in catches:
            if name in targets:
                findings.error(event, "link", f"与另一个链接事件同名「{name}」", "给每个链接目标不同的名称")
            targets[name] = event
        for name, event in throws:
            if name not in targets:
                findings.error(event, "link", f"的链接「{name}」没有目标", "加上同名的链接捕获事件")
                continue
            identifier = f"link_{event.get('id')}"
            ends = {"id": identifier, "sourceRef": event.get("id"), "targetRef": targets[name].get("id")}
            etree.SubElement(scope, bpmn("sequenceFlow"), ends)
        _check_ends(drawn, throws, "sourceRef", "从链接抛出事件出发", findings)
        _check_ends(drawn, catches, "targetRef", "指向链接捕获事件", findings)
        for _, event in throws + catches:
            event.remove(children(event, "linkEventDefinition")[0])
            event.set("link", "true")


def _check_ends(
    flows: list[Element], links: list[tuple[str, Element]], end: str, what: str, findings: Findings
) -> None:
    """A link is the line itself: nothing else leaves the one end or reaches the other."""
    ends = {event.get("id") for _, event in links}
    for flow in flows:
        if flow.get(end) in ends:
            findings.error(flow, "link", what, "删去这条流转：链接本身就代表连线")


def _links(scope: Element, kind: str) -> list[tuple[str, Element]]:
    found = []
    for node in flow_nodes(scope):
        is_kind = local(node) == kind and node.get("id")
        links = children(node, "linkEventDefinition") if is_kind else []
        if links:
            found.append(((links[0].get("name") or node.get("name") or "").strip(), node))
    return found
