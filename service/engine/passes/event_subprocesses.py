"""Event sub-processes stand by themselves: an event begins them, no flow, and no edge of theirs listens."""

from __future__ import annotations

from service.engine.findings import Findings
from service.engine.xml import Element, bpmn, children, flow_nodes, scopes

LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")


def check_event_subprocesses(root: Element, findings: Findings) -> None:
    """Report flows to and from event sub-processes, boundary events on them, and repetition markers."""
    for scope in scopes(root):
        nodes = list(flow_nodes(scope))
        listening = {node.get("id"): node for node in nodes if node.get("triggeredByEvent") == "true"}
        for flow in children(scope, "sequenceFlow"):
            for end in ("sourceRef", "targetRef"):
                if flow.get(end) in listening:
                    fix = "删去这条流转：它由自己的开始事件启动；要按顺序执行就改成普通子流程"
                    _report(listening[flow.get(end)], "不能连接流转", fix, findings)
        for node in nodes:
            host = listening.get(node.get("attachedToRef") or "")
            if host is not None and node.tag == bpmn("boundaryEvent"):
                _report(host, "边上不能附着边界事件", "在它里面再画一层子流程，把事件附着在那上面", findings)
        for node in listening.values():
            if any(children(node, loop) for loop in LOOPS):
                _report(node, "不能重复执行", "在它里面画一个多实例的子流程", findings)


def _report(node: Element, what: str, fix: str, findings: Findings) -> None:
    findings.error(node, "event-subprocess", f"是事件子流程，{what}", fix)
