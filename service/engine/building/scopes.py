"""From a diagram's tree to specs: scopes, nodes, flows, and the list the rest of the service sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from service.engine import attributes
from service.engine.building.catches import check_caught, check_same_catches
from service.engine.building.definitions import Definitions
from service.engine.building.factory import Factory
from service.engine.building.prospects import Look, check_prospects
from service.engine.building.waits import (
    check_boundaries,
    check_conditional_starts,
    check_message_starts,
    check_waits,
    thrown_in,
)
from service.engine.expressions import Text
from service.engine.findings import Findings
from service.engine.instance import ProcessSpec
from service.engine.nodes.events import BoundaryEvent, CatchEvent
from service.engine.nodes.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from service.engine.nodes.node import Flow, Node
from service.engine.nodes.subprocesses import EventSubProcess
from service.engine.records import Element as Listed
from service.engine.records import ProcessInfo
from service.engine.starts import triggers
from service.engine.timers import Timer
from service.engine.xml import Element, bpmn, children, flow_nodes, label, local


@dataclass
class Built:
    """What one diagram came to."""

    processes: dict[str, ProcessInfo] = field(default_factory=dict)
    specs: dict[str, ProcessSpec] = field(default_factory=dict)
    subprocess_specs: dict[str, ProcessSpec] = field(default_factory=dict)


def build(root: Element, findings: Findings, outside: Iterable[str] | None = None) -> Built:
    """Build every process that has something to run; pools without flow nodes are somebody else's.

    ``outside`` names the messages and signals that come from elsewhere; None: any may.
    """
    processes = [process for process in root.iter(bpmn("process")) if any(True for _ in flow_nodes(process))]
    ids = frozenset(process.get("id") for process in processes)
    factory = Factory(Definitions(root, findings), findings, ids)
    pools = {p.get("processRef"): p.get("name") for p in root.iter(bpmn("participant"))}
    built, looks = Built(), list[Look]()
    for process in processes:
        identifier = process.get("id")
        spec = _build_scope(process, factory, findings, built, looks)
        built.specs[identifier] = spec
        built.subprocess_specs[identifier] = spec  # a call activity may call it
        name = (process.get("name") or pools.get(identifier) or identifier).strip()
        listed = {listed.id: listed for listed in _list_elements(process, _lanes(process))}
        built.processes[identifier] = ProcessInfo(
            id=identifier,
            name=name,
            elements=listed,
            reached=listed,
            start_events=_start_events(process),
            start_triggers=triggers(spec),
            throws=thrown_in(spec, built.subprocess_specs),
        )
    _reach(processes, built)
    nodes = {name: element for look in looks for name, element in look.elements.items()}
    check_message_starts(built.processes.values(), nodes, findings)
    for called in root.iter(bpmn("callActivity")):
        target = built.specs.get(attributes.called_process(called) or "")
        if target is not None and not target.entry:
            message = f"调用的流程「{target.name}」有几个开始事件，不知从哪个开始"
            findings.error(called, "called-process", message, "被调用的流程只留一个普通开始事件")
    if not processes:
        findings.error(root, "empty", "里没有可以执行的流程", "至少画一个带有任务的流程")
    if not findings.errors:
        _look_ahead(looks, built, outside, findings)
    return built


def _reach(processes: Iterable[Element], built: Built) -> None:
    """Give each process what those it calls have: an instance of it works at their elements too."""
    calls = {
        process.get("id"): {
            attributes.called_process(call) or "" for call in process.iter(bpmn("callActivity"))
        }
        for process in processes
    }
    for identifier, process in built.processes.items():
        reached, left = dict(process.elements), calls[identifier] & built.processes.keys()
        seen = {identifier}
        while left - seen:
            called = (left - seen).pop()
            seen.add(called)
            left |= calls[called] & built.processes.keys()
            for name, element in built.processes[called].elements.items():
                reached[name] = replace(element, scope=element.scope or called)
        built.processes[identifier] = replace(process, reached=reached)


def _build_scope(
    scope: Element, factory: Factory, findings: Findings, built: Built, looks: list[Look]
) -> ProcessSpec:
    spec = ProcessSpec(scope.get("id"), label(scope))
    elements = {node.get("id"): node for node in flow_nodes(scope)}
    for element in elements.values():
        factory.make(spec, element)
        if local(element) in ("subProcess", "transaction"):
            inner = _build_scope(element, factory, findings, built, looks)
            built.subprocess_specs[element.get("id")] = inner
    _connect(scope, spec, elements, findings)
    _attach(spec, elements)
    _set_starts(scope, spec, elements, findings)
    for identifier, node in spec.task_specs.items():
        _check_node(elements[identifier], node, findings)
    check_same_catches(spec, elements, findings)
    looks.append(Look(scope=scope, spec=spec, elements=elements))
    return spec


def _look_ahead(looks: list[Look], built: Built, outside: Iterable[str] | None, findings: Findings) -> None:
    specs = {**built.specs, **built.subprocess_specs}
    for look in looks:
        check_prospects(look, looks, specs, findings)
        check_boundaries(look.spec, look.elements, specs, findings)
        if local(look.scope) == "process":
            check_conditional_starts(look.spec, look.elements, findings)
    elements = {name: element for look in looks for name, element in look.elements.items()}
    check_caught(specs, elements, findings)
    if outside is not None:
        check_waits(specs, elements, outside, findings)


def _connect(scope: Element, spec: ProcessSpec, elements: dict[str, Element], findings: Findings) -> None:
    for drawn in children(scope, "sequenceFlow"):
        source, target = (
            spec.task_specs.get(drawn.get("sourceRef")),
            spec.task_specs.get(drawn.get("targetRef")),
        )
        if source is None or target is None:
            continue
        flow = Flow(
            id=drawn.get("id"),
            name=(drawn.get("name") or "").strip(),
            source=source.name,
            target=target.name,
            condition=_condition(drawn, findings),
            is_default=elements[source.name].get("default") == drawn.get("id"),
        )
        source.outgoing, target.incoming = (*source.outgoing, flow), (*target.incoming, flow)


def _condition(flow: Element, findings: Findings) -> Text | None:
    written = children(flow, "conditionExpression")
    if not written:
        return None
    source = (written[0].text or "").strip()
    if not source:
        findings.error(flow, "no-condition", "的条件是空的", "填写条件，或删去条件")
        return None
    return findings.expression(flow, source, "条件")


def _attach(spec: ProcessSpec, elements: dict[str, Element]) -> None:
    for node in list(spec.task_specs.values()):
        if isinstance(node, BoundaryEvent):
            host = spec.task_specs.get(elements[node.name].get("attachedToRef"))
            if host is not None and hasattr(host, "boundaries"):
                host.boundaries = (*host.boundaries, node)
    spec.listeners = tuple(node for node in spec.task_specs.values() if isinstance(node, EventSubProcess))


def _set_starts(scope: Element, spec: ProcessSpec, elements: dict[str, Element], findings: Findings) -> None:
    nodes = spec.task_specs
    drawn = {name: node for name, node in nodes.items() if _is_start(elements[name])}
    led_to = {flow.get("targetRef") for flow in children(scope, "sequenceFlow")}
    implicit = {
        name: node
        for name, node in nodes.items()
        if name not in led_to and name not in drawn and not isinstance(node, BoundaryEvent | EventSubProcess)
    }
    spec.starts = drawn or implicit
    for name in implicit if drawn else ():
        if elements[name].get("isForCompensation") == "true":
            continue  # no flow leads to a handler; that it is one is refused already
        fix = "把它连到流程里，或删去"
        findings.warning(elements[name], "unreachable", "没有任何流转通向它，永远不会执行", fix)
    if not drawn:
        spec.entry = tuple(implicit)
        if elements and not implicit:
            findings.error(scope, "no-start", "没有开始事件", "画一个开始事件")
        return
    plain = tuple(name for name in drawn if not _has_definition(elements[name]))
    if local(scope) == "process":
        spec.entry = plain if len(plain) == 1 else tuple(drawn) if len(drawn) == 1 else ()
    else:
        _check_inner_starts(scope, spec, plain, tuple(drawn), findings)


def _check_inner_starts(
    scope: Element, spec: ProcessSpec, plain: tuple[str, ...], drawn: tuple[str, ...], findings: Findings
) -> None:
    if scope.get("triggeredByEvent") == "true":
        spec.entry = drawn
    elif len(plain) == len(drawn) == 1:
        spec.entry = plain
    else:
        findings.error(scope, "inner-start", "须有且只有一个不带事件的开始事件", "只留一个普通开始事件")


def _is_start(element: Element) -> bool:
    return local(element) == "startEvent" or element.get("instantiate") == "true"


def _has_definition(element: Element) -> bool:
    return (
        any(local(child).endswith("EventDefinition") for child in element) or local(element) != "startEvent"
    )


def _start_events(process: Element) -> tuple[str, ...]:
    starts = [node for node in flow_nodes(process) if _is_start(node)]
    return tuple(node.get("id") for node in sorted(starts, key=_has_definition))


def _check_node(element: Element, node: Node, findings: Findings) -> None:
    conditioned = [flow for flow in node.outgoing if flow.condition is not None]
    if isinstance(node, ExclusiveGateway | InclusiveGateway) and len(node.outgoing) > 1:
        names = {one.get("id"): one.get("name") for one in flow_nodes(element.getparent())}
        for flow in node.outgoing:
            if flow.condition is None and not flow.is_default and not findings.has(flow.id):
                message = f"到「{names.get(flow.target) or flow.target}」的流转没有条件，也不是默认流转"
                findings.error(element, "no-condition", message, "填写条件，或设为默认流转")
    if isinstance(node, ParallelGateway | EventBasedGateway) and conditioned:
        fix = "删去条件，或改用排他网关、包容网关"
        findings.error(element, "condition-ignored", "之后的流转带有条件，在这种网关上没有意义", fix)
    if isinstance(node, EventBasedGateway):
        _check_event_gateway(element, node, findings)
    timer = node.event_definition if isinstance(node, CatchEvent) else None
    if isinstance(timer, Timer) and timer.kind == "timeCycle":
        findings.warning(element, "cycle", "是循环定时，作为中间事件只触发一次", "改用时长，或用边界事件")


def _check_event_gateway(element: Element, node: Node, findings: Findings) -> None:
    for flow in node.outgoing:
        target = node.process.task_specs[flow.target]
        if not isinstance(target, CatchEvent) or len(target.incoming) > 1:
            message = f"之后的「{flow.target}」不是只由它引出的捕获事件或接收任务"
            findings.error(element, "event-gateway", message, "每条流转直接连到一个捕获事件")
    if len(node.outgoing) < 1:
        findings.error(element, "event-gateway", "之后没有等待的事件", "连接要等待的捕获事件")


def _lanes(process: Element) -> dict[str, str]:
    """Map flow nodes to the innermost lane that holds them."""
    found: dict[str, str] = {}
    for lane in process.iter(bpmn("lane")):  # document order: outer lanes come before inner
        for reference in children(lane, "flowNodeRef"):
            found[(reference.text or "").strip()] = (lane.get("name") or lane.get("id") or "").strip()
    return found


def _list_elements(
    scope: Element, lanes: dict[str, str], scope_id: str | None = None, lane: str | None = None
) -> Iterator[Listed]:
    for node in flow_nodes(scope):
        identifier = node.get("id")
        own_lane = lanes.get(identifier, lane)
        yield _listed(node, own_lane, scope_id)
        yield from _list_elements(node, lanes, identifier, own_lane)


def _listed(node: Element, lane: str | None, scope_id: str | None) -> Listed:
    written = attributes.user_task(node)
    definition = attributes.task_definition(node)
    called = attributes.decision(node)
    return Listed(
        id=node.get("id"),
        name=(node.get("name") or "").strip(),
        type=local(node),
        lane=lane,
        scope=scope_id,
        form_id=written.form_id,
        candidate_groups=_as_written(written.candidate_groups),
        topic=None if definition is None else definition.topic,
        headers={} if definition is None else definition.headers,
        decision=None if called is None else called[0],
        properties=attributes.properties(node),
        documentation=attributes.documentation(node),
    )


def _as_written(groups: str | None) -> tuple[str, ...]:
    if groups is None:
        return ()
    return (groups,) if groups.startswith("=") else tuple(g.strip() for g in groups.split(",") if g.strip())
