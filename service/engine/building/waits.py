"""Waits that nothing ends, and events on the edge of what never waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from SpiffWorkflow.bpmn.specs.event_definitions import (
    CancelEventDefinition,
    ConditionalEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    MessageEventDefinition,
    SignalEventDefinition,
)

from service.engine.findings import Findings
from service.engine.instance import ProcessSpec
from service.engine.nodes.events import BoundaryEvent, CatchEvent, StartEvent, ThrowEvent
from service.engine.nodes.gateways import EventBasedGateway
from service.engine.nodes.node import Node
from service.engine.nodes.service_tasks import ServiceTask
from service.engine.nodes.subprocesses import CallActivity, EventSubProcess, SubProcess
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import ProcessInfo
from service.engine.xml import Element

Specs = Mapping[str, ProcessSpec]
Name = tuple[str, str]  #: kind and name of a message or signal

KINDS: Final = {"message": "消息", "signal": "信号"}


def may_wait(node: Node, specs: Specs) -> bool:
    """Whether a token may stay at a node. A service task may: its topic can be a remote one."""
    waiting = (UserTask, ServiceTask, CatchEvent, EventBasedGateway)
    return any(isinstance(one, waiting) for one in _with_all_inside(node, specs))


def check_boundaries(
    spec: ProcessSpec, elements: dict[str, Element], specs: Specs, findings: Findings
) -> None:
    """Report boundary events that can never fire: on what never waits, or for what nothing in it throws."""
    for name, node in spec.task_specs.items():
        host = spec.task_specs.get(elements[name].get("attachedToRef") or "")
        if not isinstance(node, BoundaryEvent) or host is None:
            continue
        definition = node.event_definition
        if isinstance(definition, ErrorEventDefinition | EscalationEventDefinition):
            if not _may_throw(host, definition, specs):
                what = "错误" if isinstance(definition, ErrorEventDefinition) else "升级"
                message = f"永远不会触发：{host.label}里没有什么会抛出它等的{what}"
                findings.warning(elements[name], "never-fires", message, "删去它，或在里面画出抛出它的事件")
        elif not isinstance(definition, CancelEventDefinition) and not may_wait(host, specs):
            message = f"永远不会触发：{host.label}不停留，一到就走"
            findings.warning(elements[name], "never-fires", message, "删去它，或把它附着到会等待的任务上")


def check_waits(
    specs: Specs, elements: Mapping[str, Element], outside: Iterable[str], findings: Findings
) -> None:
    """Report messages and signals that are waited for and that nobody named here throws."""
    thrown, known = set(_thrown(specs)), frozenset(outside)
    for spec in specs.values():
        for node in spec.task_specs.values():
            waited = _waited_for(node)
            if waited is None or waited in thrown or waited[1] in known:
                continue
            kind = KINDS[waited[0]]
            message = f"等待的{kind}「{waited[1]}」没有任何流程会抛出，不由主办单位手工发出就会一直等下去"
            fix = f"画出抛出这个{kind}的事件，或改等别的事件；确实由人发出的，在届次页面发出"
            findings.warning(elements[node.name], "never-thrown", message, fix)


def check_conditional_starts(spec: ProcessSpec, elements: dict[str, Element], findings: Findings) -> None:
    """Report start events of a process that wait for a condition: nothing looks at it before it runs."""
    for node in spec.starts.values():
        if isinstance(node, StartEvent) and isinstance(node.event_definition, ConditionalEventDefinition):
            message = "以条件开始：流程开始之前没有变量可看，只能由人选定它来启动"
            findings.warning(
                elements[node.name], "conditional-start", message, "改用普通、定时或消息开始事件"
            )


def check_message_starts(
    processes: Iterable[ProcessInfo], elements: Mapping[str, Element], findings: Findings
) -> None:
    """Refuse two start events that wait for the same message: it is for one, and nobody could say which."""
    first: dict[str, str] = {}
    for trigger in (one for process in processes for one in process.start_triggers):
        if trigger.kind != "message":
            continue
        other = first.setdefault(trigger.name, trigger.element_id)
        if other != trigger.element_id:
            message = f"与「{other}」都由消息「{trigger.name}」开始，一条消息只能开始其中一个"
            fix = "给其中一个换一个消息，或改用信号：信号会让每一个都开始"
            findings.error(elements[trigger.element_id], "message-start", message, fix)


def thrown_in(spec: ProcessSpec, specs: Specs) -> frozenset[Name]:
    """Return the messages and signals thrown in a process, however deep, and in what it calls."""
    nodes = (inside for node in spec.task_specs.values() for inside in _with_all_inside(node, specs))
    return frozenset(
        name for node in nodes if isinstance(node, ThrowEvent) for name in _named(node.event_definition)
    )


def _with_all_inside(node: Node, specs: Specs) -> Iterator[Node]:
    """Yield a node and whatever is inside it, however deep; a process called twice once."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, SubProcess | CallActivity):
            name = one.called if isinstance(one, CallActivity) else one.name
            if name in specs and name not in seen:
                seen.add(name)
                todo += specs[name].task_specs.values()


def _may_throw(host: Node, wanted: Any, specs: Specs) -> bool:
    for node in _with_all_inside(host, specs):
        if isinstance(node, ServiceTask) and isinstance(wanted, ErrorEventDefinition):
            return True
        thrown = node.event_definition if isinstance(node, ThrowEvent) else None
        if thrown is not None and type(thrown) is type(wanted) and wanted.code in (None, "", thrown.code):
            return True
    return False


def _thrown(specs: Specs) -> Iterator[Name]:
    for spec in specs.values():
        for node in spec.task_specs.values():
            if isinstance(node, ThrowEvent):
                yield from _named(node.event_definition)


def _waited_for(node: Node) -> Name | None:
    if isinstance(node, CatchEvent | BoundaryEvent | EventSubProcess):
        return next(_named(node.event_definition), None)
    return None


def _named(definition: Any) -> Iterator[Name]:
    if isinstance(definition, MessageEventDefinition):
        yield "message", definition.name
    elif isinstance(definition, SignalEventDefinition):
        yield "signal", definition.name
