"""Cancel events belong to transactions."""

from __future__ import annotations

from service.engine.findings import Findings
from service.engine.xml import Element, bpmn, children, flow_nodes, local, scopes


def check_cancel_events(root: Element, findings: Findings) -> None:
    """Report cancel ends outside of a transaction or without a boundary event, and boundaries elsewhere."""
    for scope in scopes(root):
        nodes = {node.get("id"): node for node in flow_nodes(scope)}
        for node in nodes.values():
            if not children(node, "cancelEventDefinition"):
                continue
            host = nodes.get(node.get("attachedToRef") or "")
            if local(node) == "boundaryEvent" and host is not None and local(host) == "transaction":
                continue
            if local(node) != "endEvent" or not _can_be_cancelled(scope):
                fix = "取消结束事件只用在带取消边界事件的事务子流程里，否则改用错误事件"
                findings.error(node, "cancel", "作为取消事件用在这里没有意义", fix)


def _can_be_cancelled(scope: Element) -> bool:
    around = scope.getparent()
    return local(scope) == "transaction" and any(
        boundary.get("attachedToRef") == scope.get("id") and children(boundary, "cancelEventDefinition")
        for boundary in around.findall(bpmn("boundaryEvent"))
    )
