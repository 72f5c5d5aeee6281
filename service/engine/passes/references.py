"""Flows, boundary events and defaults point at something, inside their own scope."""

from __future__ import annotations

from service.engine.findings import Findings
from service.engine.xml import ACTIVITIES, Element, bpmn, children, flow_nodes, local, scopes


def check_references(root: Element, findings: Findings) -> None:
    """Report references to nothing, and flows across the edge of a sub-process."""
    for scope in scopes(root):
        nodes = {node.get("id"): node for node in flow_nodes(scope)}
        flows = {flow.get("id"): flow for flow in children(scope, "sequenceFlow")}
        for flow in flows.values():
            _check_flow(flow, nodes, findings)
        for node in nodes.values():
            _check_boundary(node, nodes, findings)
            _check_default(node, flows, findings)
    _check_definitions(root, findings)


def _check_flow(flow: Element, nodes: dict[str, Element], findings: Findings) -> None:
    for end, what in (("sourceRef", "起点"), ("targetRef", "终点")):
        if flow.get(end) not in nodes:
            message = f"的{what}「{flow.get(end)}」不在同一个流程或子流程里"
            findings.error(flow, "dangling-flow", message, "把这条流转重新连到同一层的图形上")
    target = nodes.get(flow.get("targetRef") or "")
    if target is not None and local(target) in ("startEvent", "boundaryEvent"):
        findings.error(flow, "flow-into-start", "指向开始事件或边界事件", "改连到它后面的图形上")
    source = nodes.get(flow.get("sourceRef") or "")
    if source is not None and local(source) == "endEvent":
        findings.error(flow, "flow-out-of-end", "从结束事件出发", "删去这条流转，或把结束事件改为中间事件")


def _check_boundary(node: Element, nodes: dict[str, Element], findings: Findings) -> None:
    if local(node) != "boundaryEvent":
        return
    host = nodes.get(node.get("attachedToRef") or "")
    if host is None or local(host) not in ACTIVITIES:
        findings.error(
            node, "unattached-boundary", "没有附着在任何任务或子流程上", "把它拖到任务或子流程的边上"
        )


def _check_default(node: Element, flows: dict[str, Element], findings: Findings) -> None:
    default = node.get("default")
    if default is None:
        return
    flow = flows.get(default)
    if flow is None or flow.get("sourceRef") != node.get("id"):
        findings.error(node, "default-flow", f"的默认流转「{default}」不是从它出发的", "重新指定默认流转")


def _check_definitions(root: Element, findings: Findings) -> None:
    targets = {
        "messageRef": "message",
        "signalRef": "signal",
        "errorRef": "error",
        "escalationRef": "escalation",
    }
    known = {name: {e.get("id"): e for e in root.iter(bpmn(name))} for name in targets.values()}
    for element in root.iter():
        for attribute, name in targets.items():
            reference = element.get(attribute)
            if reference is None:
                continue
            found = known[name].get(reference.split(":")[-1])
            owner = element if element.get("name") or local(element).endswith("Task") else element.getparent()
            if found is None:
                findings.error(
                    owner, "unknown-reference", f"引用了不存在的 {name}「{reference}」", "重新选择"
                )
            elif name in ("message", "signal") and not (found.get("name") or "").strip():
                findings.error(
                    owner, "unnamed-event", f"引用的 {name}「{reference}」没有名称", "给它起一个名称"
                )
