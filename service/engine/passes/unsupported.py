"""Constructs that are refused rather than run wrongly."""

from __future__ import annotations

from typing import Final

from service.engine.findings import Findings
from service.engine.xml import Element, flow_nodes, is_bpmn, local, scopes

REFUSED_NODES: Final = {
    "complexGateway": ("是复杂网关，不支持", "用并行网关或包容网关，或用多实例任务的完成条件"),
    "adHocSubProcess": ("是自由子流程，不支持", "改成普通子流程，用网关画出先后"),
}
REFUSED_EVENTS: Final = {
    "compensateEventDefinition": (
        "使用了补偿，不支持：已办完的步骤不会自动倒着撤销",
        "在要撤销的地方画普通任务（例如“释放名额”）来改回；要整段取消，用事务子流程加取消事件",
    ),
}


def refuse_unsupported(root: Element, findings: Findings) -> None:
    """Report each construct that the engine does not run, with what to draw instead."""
    for scope in scopes(root):
        for node in flow_nodes(scope):
            _check_node(node, findings)


def _check_node(node: Element, findings: Findings) -> None:
    kind = local(node)
    if kind in REFUSED_NODES:
        findings.error(node, "unsupported", *REFUSED_NODES[kind])
    if node.get("isForCompensation") == "true":
        findings.error(node, "unsupported", *REFUSED_EVENTS["compensateEventDefinition"])
    if kind == "eventBasedGateway" and node.get("instantiate") == "true":
        findings.error(node, "unsupported", "用基于事件的网关启动流程，不支持", "改成几个开始事件")
    definitions = [child for child in node if is_bpmn(child) and local(child).endswith("EventDefinition")]
    if len(definitions) > 1:
        findings.error(node, "unsupported", "带有多个事件定义，不支持", "拆成几个事件，每个只等一件事")
    for definition in definitions:
        if local(definition) in REFUSED_EVENTS:
            findings.error(node, "unsupported", *REFUSED_EVENTS[local(definition)])
