"""Events that wait and events that throw, and the definitions they carry."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from SpiffWorkflow.bpmn.specs.event_definitions import (
    CancelEventDefinition,
    ConditionalEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    MessageEventDefinition,
    NoneEventDefinition,
    SignalEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.util.task import TaskState

from service.engine import timers
from service.engine.asleep import SUBSCRIPTION
from service.engine.expressions import Broken, Text
from service.engine.nodes import escalation, mappings
from service.engine.nodes.gateways import EventBasedGateway
from service.engine.nodes.node import Drawn, Node
from service.engine.records import ThrownEvent, Variables
from service.engine.timers import Timer

if TYPE_CHECKING:
    from service.engine.instance import Instance, ProcessSpec
    from service.engine.token import Token


#: what climbs to whoever catches it: nobody listens for it beforehand
UNHEARD: Final = (ErrorEventDefinition, EscalationEventDefinition, CancelEventDefinition)


class Message(MessageEventDefinition):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """A message by name, with the expression that says whose it is."""

    def __init__(self, name: str, correlation_key: Text | None) -> None:
        super().__init__(name)
        self.correlation_key = correlation_key


def listen(token: Token, definition: Any) -> None:
    """Let a token wait for an event: whatever must be worked out is worked out now and kept."""
    token._set_state(TaskState.WAITING)
    engine = token.workflow.script_engine
    if isinstance(definition, Timer):
        _set_timer(token, definition)
    elif isinstance(definition, Message) and definition.correlation_key is not None:
        key = engine.value(token, definition.correlation_key)
        if key is None:
            spec, source = token.task_spec, definition.correlation_key.source
            raise Broken(spec.name, "expression", f"{spec.label}的关联键 {source} 没有值")
        token.internal_data["correlation"] = str(key)


def _set_timer(token: Token, definition: Timer) -> None:
    world = token.workflow.top_workflow.environment
    value = token.workflow.script_engine.value(token, definition.expression)
    spec, source = token.task_spec, definition.expression.source
    if value is None:
        raise Broken(spec.name, "expression", f"{spec.label}的时间 {source} 没有值")
    try:
        due, times = timers.find_first_due(definition.kind, str(value), world.now, world.zone)
    except timers.Unclear as error:
        raise Broken(spec.name, "expression", f"{spec.label}的时间 {source} 无效：{error}") from error
    token.internal_data["due"] = due.isoformat()
    if times != 1:
        token.internal_data["cycle"] = {
            "text": str(value),
            "anchor": due.isoformat(),
            "fired": 0,
            "times": times,
        }


def rearm(token: Token) -> bool:
    """Put the next occurrence of a cycle in a fired timer's place, under a key of its own.

    Occurrences missed before now are skipped unless the timer wants all. A timer that is no cycle, or
    whose series is over, goes. False if this occurrence itself is one to let be.
    """
    cycle, timer = token.internal_data.get("cycle"), token.task_spec.event_definition
    dropped = False
    if cycle is not None:
        world = token.workflow.top_workflow.environment
        anchor, was = (
            datetime.fromisoformat(cycle["anchor"]),
            datetime.fromisoformat(token.internal_data["due"]),
        )
        dropped, after = timer.is_dropped(was, world.now), timer.seen_from(was, world.now)
        due, number = timers.next_due(cycle["text"], anchor, cycle["fired"], after, world.zone)
        if cycle["times"] is None or number < cycle["times"]:
            kept = {**token.internal_data, "cycle": {**cycle, "fired": number}, "due": due.isoformat()}
            token.workflow.place(token.task_spec, parent=token.attached_to, **kept)._set_state(
                TaskState.WAITING
            )
    token.cancel()
    return not dropped


def broadcast(thrower: Token, definition: Any, payload: Variables) -> None:
    """Throw a signal or message: to what waits in this instance first, then to the world.

    A message that this instance itself waits for is consumed here; a signal always goes out too.
    """
    instance, spec = thrower.workflow.top_workflow, thrower.task_spec
    is_message = isinstance(definition, MessageEventDefinition)
    correlation = _correlation_of(thrower, definition)
    instance.wake_all(SUBSCRIPTION)
    caught = [t for t in instance.all_tokens() if _waits_for(t, definition, correlation)]
    thrown = ThrownEvent(
        element_id=spec.name,
        kind="message" if is_message else "signal",
        name=definition.name,
        correlation_key=correlation,
        variables=payload,
    )
    if not (is_message and caught):
        instance.thrown.append(thrown)
    for token in caught[:1] if is_message else caught:
        if token.alive:
            token.task_spec.fire(token, payload)


def _correlation_of(token: Token, definition: Any) -> str | None:
    if isinstance(definition, Message) and definition.correlation_key is not None:
        value = token.workflow.script_engine.value(token, definition.correlation_key)
        return None if value is None else str(value)
    return None


def _waits_for(token: Token, thrown: Any, correlation: str | None) -> bool:
    waits = getattr(token.task_spec, "event_definition", None)
    return (
        token.state == TaskState.WAITING
        and isinstance(waits, MessageEventDefinition | SignalEventDefinition)
        and type(waits) is type(thrown)
        and waits.name == thrown.name
        and token.internal_data.get("correlation") == correlation
    )


class PassThrough(Node):
    """Either end of a link: nothing to do."""


class StartEvent(Node):
    """A start event: whoever starts the instance has waited for its event already."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, definition: Any) -> None:
        super().__init__(process, drawn)
        self.event_definition = definition


class CatchEvent(Node):
    """An intermediate catch event or a receive task."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, definition: Any) -> None:
        super().__init__(process, drawn)
        self.event_definition = definition
        self.boundaries: tuple[Any, ...] = ()

    def enter(self, token: Token) -> bool:
        """Listen."""
        listen(token, self.event_definition)
        for boundary in self.boundaries:
            boundary.arm_on(token)
        return False

    def fire(self, token: Token, payload: Variables) -> None:
        """Take in the payload and go on."""
        gateway = token.attached_to
        if gateway is not None and isinstance(gateway.task_spec, EventBasedGateway):
            gateway.task_spec.won(gateway, token)
        token.write(self.mappings.filter(token, payload))
        token._ready()

    def _on_complete_hook(self, my_task: Token) -> None:
        for child in my_task.children:
            child.cancel()
        super()._on_complete_hook(my_task)


class BoundaryEvent(Node):
    """An event on the edge of an activity: listens under the activity's token, fires into the scope."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, definition: Any, *, interrupting: bool) -> None:
        super().__init__(process, drawn)
        self.event_definition = definition
        self.interrupting = interrupting

    def arm_on(self, host: Token) -> None:
        """Listen for as long as the host is open. Errors and escalations come without listening."""
        if isinstance(self.event_definition, UNHEARD):
            return
        listen(host.workflow.place(self, parent=host, armed=True), self.event_definition)

    def fire(self, token: Token, payload: Variables) -> None:
        """React to the event an armed token waited for."""
        host = token.attached_to
        if host is None:
            raise LookupError(f"{self.name} is armed on nothing")
        if self.interrupting or not isinstance(self.event_definition, Timer) or rearm(token):
            self.caught(host, payload)

    def caught(self, host: Token, payload: Variables) -> None:
        """Leave the host by this event; an interrupting one cancels the host before anything else runs."""
        host.settle_data()
        token = host.workflow.place(self, origin=host)
        if self.interrupting:
            host.cancel()
        token.write(self.mappings.filter(token, payload))
        token.enter()


class ThrowEvent(Node):
    """An intermediate throw event, an end event, or a send task that names a message."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, definition: Any) -> None:
        super().__init__(process, drawn)
        self.event_definition = definition

    def execute(self, token: Token) -> bool | None:
        """Throw. What catches it inside the instance reacts before this returns."""
        definition = self.event_definition
        payload = mappings.evaluate(self.mappings.inputs, token)  # what the event carries
        token.workflow.top_workflow.record(token, "completed")  # before what it sets off, which may cancel it
        token.internal_data["thrown"] = True
        if isinstance(definition, SignalEventDefinition | MessageEventDefinition):
            broadcast(token, definition, payload)
        elif isinstance(definition, EscalationEventDefinition):
            escalation.escalate(token, definition.code or "", payload)
        elif isinstance(definition, CancelEventDefinition):
            escalation.cancel_transaction(token)
        elif isinstance(definition, ErrorEventDefinition):
            self._throw_error(token, definition.code or "", payload)
        return True

    def _throw_error(self, token: Token, code: str, payload: Variables) -> None:
        if not escalation.throw(token, code, payload=payload):
            message = f"{self.label}抛出的错误 {code!r} 没有任何边界事件捕获"
            raise Broken(self.name, "uncaught-error", message)

    def _on_complete_hook(self, my_task: Token) -> None:
        self.leave(my_task)

    def _on_cancel(self, my_task: Token) -> None:
        if "thrown" not in my_task.internal_data:
            super()._on_cancel(my_task)


class EndEvent(ThrowEvent):
    """An end event: at process level it is remembered as one of the instance's results."""

    def _on_complete_hook(self, my_task: Token) -> None:
        scope = my_task.workflow
        instance: Instance = scope.top_workflow
        if scope is instance and self.name not in instance.end_events:
            instance.end_events.append(self.name)
        super()._on_complete_hook(my_task)
        if isinstance(self.event_definition, TerminateEventDefinition):
            scope.cancel_tokens(keep=my_task)


def waits(definition: Any) -> bool:
    """Whether a node with this definition listens rather than passing on at once."""
    return not isinstance(definition, NoneEventDefinition)


def settle_conditions(instance: Instance) -> bool:
    """Fire conditional events whose condition has become true. True if one fired."""
    for token in instance.all_tokens():
        definition = getattr(token.task_spec, "event_definition", None)
        if token.state != TaskState.WAITING or not isinstance(definition, ConditionalEventDefinition):
            continue
        was = token.internal_data.get("held_before", False)
        holds = token.workflow.script_engine.evaluate(token, definition.expression) is True
        if holds != was:
            token.internal_data["held_before"] = holds
        if holds and not was:
            token.task_spec.fire(token, {})
            return True
    return False
