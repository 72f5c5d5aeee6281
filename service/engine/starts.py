"""What begins instances of a process by itself. The caller listens and waits; here is only for what."""

from __future__ import annotations

from datetime import datetime

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition

from service.engine import timers
from service.engine.diagram import Diagram
from service.engine.expressions import Broken, FeelEngine
from service.engine.instance import Instance, ProcessSpec
from service.engine.nodes.events import StartEvent
from service.engine.records import Environment, StartTrigger
from service.engine.timers import Timer


def triggers(spec: ProcessSpec) -> tuple[StartTrigger, ...]:
    """List the start events of a process that wait for something."""
    found = []
    for node in spec.starts.values():
        definition = node.event_definition if isinstance(node, StartEvent) else None
        if isinstance(definition, Timer):
            found.append(StartTrigger(element_id=node.name, kind="timer", name=definition.expression.source))
        elif isinstance(definition, MessageEventDefinition):
            found.append(StartTrigger(element_id=node.name, kind="message", name=definition.name))
        elif isinstance(definition, SignalEventDefinition):
            found.append(StartTrigger(element_id=node.name, kind="signal", name=definition.name))
    return tuple(found)


def next_start(
    diagram: Diagram,
    process_id: str,
    element_id: str,
    env: Environment,
    *,
    published_at: datetime,
    last: datetime | None = None,
) -> datetime | None:
    """Return when a timer start event next begins an instance; None when it will not any more.

    Counted from ``published_at``. ``last`` is the moment it last stood for; of a cycle the occurrences
    missed before ``env.now`` are skipped, so that a series catches up once (unless its property
    ``missed`` says all). A text that is no time is a ``ValueError``.
    """
    timer = _timer(diagram, process_id, element_id)
    if timer is None:
        raise ValueError(f"{element_id} is no timer start event")
    text = _text(diagram, process_id, element_id, env)
    first, times = timers.find_first_due(timer.kind, text, published_at, env.zone)
    if last is None:
        return first
    if times == 1:
        return None
    due, number = timers.next_due(text, first, 0, timer.seen_from(last, env.now), env.zone)
    return due if times is None or number < times else None


def is_dropped(diagram: Diagram, process_id: str, element_id: str, due: datetime, now: datetime) -> bool:
    """Whether an occurrence of a timer start event is so late that it begins nothing any more."""
    timer = _timer(diagram, process_id, element_id)
    return timer is not None and timer.is_dropped(due, now)


def _timer(diagram: Diagram, process_id: str, element_id: str) -> Timer | None:
    node = diagram.specs[process_id].starts.get(element_id)
    definition = node.event_definition if isinstance(node, StartEvent) else None
    return definition if isinstance(definition, Timer) else None


def _text(diagram: Diagram, process_id: str, element_id: str, env: Environment) -> str:
    instance = Instance(diagram.specs[process_id], diagram.subprocess_specs, env)
    token = instance.place(diagram.specs[process_id].starts[element_id])
    try:
        return str(FeelEngine(env).value(token, token.task_spec.event_definition.expression))
    except Broken as broken:
        raise timers.Unclear(broken.message) from broken
