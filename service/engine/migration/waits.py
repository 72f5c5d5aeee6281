"""What listens at the new place: kept as it was, asked anew where it changed, begun where it is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition
from SpiffWorkflow.util.task import TaskState

from service.engine.instance import Instance, Scope
from service.engine.migration.examine import Examined
from service.engine.migration.redraw import Redraw
from service.engine.nodes.events import Message, listen
from service.engine.nodes.gateways import EventBasedGateway
from service.engine.nodes.node import Node
from service.engine.nodes.service_tasks import ServiceTask
from service.engine.nodes.subprocesses import EventSubProcess
from service.engine.token import Token


def ask_anew(instance: Instance, examined: Examined) -> frozenset[str]:
    """Let what waits for something else now wait for that; returns the keys. Timers keep their moment."""
    changed = set()
    for token in list(instance.all_tokens()):
        old, new = examined.nodes.get(token.id), token.task_spec
        if old is None or _asks_for(old) == _asks_for(new):
            continue
        if isinstance(new, ServiceTask) and token.state == TaskState.STARTED and not new.is_body(token):
            token.internal_data.pop("topic", None)
            token.internal_data.pop("retries", None)
            new._settle(token)
        elif token.state == TaskState.WAITING and "held" not in token.internal_data:
            token.internal_data.pop("correlation", None)
            listen(token, new.event_definition)
        else:
            continue
        changed.add(token.id)
        examined.warn("asks-anew", old, "等待的消息、信号或主题变了，按新图重新等待")
    return frozenset(changed)


def _asks_for(node: Node) -> tuple[Any, ...]:
    """Return what a node asks the world for, as far as it is written down outside of it."""
    if isinstance(node, ServiceTask):
        return (node.definition.topic, dict(node.definition.headers), node.definition.retries)
    definition = getattr(node, "event_definition", None)
    if not isinstance(definition, MessageEventDefinition | SignalEventDefinition):
        return ()
    key = definition.correlation_key if isinstance(definition, Message) else None
    return (type(definition), definition.name, None if key is None else key.source)


def begin_new(redraw: Redraw, instance: Instance, examined: Examined) -> None:
    """Arm the boundary events and event sub-processes, and begin the waits, that are only in the new diagram.

    One that was in the old diagram and has fired for good stays away.
    """
    for scope in instance.scopes():
        for token in list(scope.tokens()):
            old = examined.nodes.get(token.id)
            if old is None or token.is_armed:
                continue
            if isinstance(token.task_spec, EventBasedGateway):
                _join_race(redraw, token, old)
            elif not _is_quiet(token):
                _arm(redraw, token, old)
        _listen_in(redraw, scope)


def _is_quiet(token: Token) -> bool:
    """Whether nothing listens on a token: one repetition of many, or one that waits at a join."""
    repetition = getattr(token.task_spec, "is_repetition", None)
    return "held" in token.internal_data or bool(repetition is not None and repetition(token))


def _arm(redraw: Redraw, token: Token, old: Node) -> None:
    was_there = _mapped(redraw, getattr(old, "boundaries", ()))
    for boundary in getattr(token.task_spec, "boundaries", ()):
        kept = was_there.get(boundary.name)
        if kept is None or type(kept.event_definition) is not type(boundary.event_definition):
            boundary.arm_on(token)


def _mapped(redraw: Redraw, nodes: Any) -> Mapping[str, Any]:
    """Return nodes of the old diagram by what they are called in the new one."""
    return {redraw.names[node.name]: node for node in nodes if node.name in redraw.names}


def _join_race(redraw: Redraw, gateway: Token, old: Node) -> None:
    before = {redraw.names.get(flow.target) for flow in old.outgoing}
    running = {child.task_spec.name for child in gateway.children}
    scope = gateway.workflow
    for flow in gateway.task_spec.outgoing:
        if flow.target not in running | before:
            runner = scope.place(scope.spec.task_specs[flow.target], parent=gateway, origin=gateway)
            runner.enter()


def _listen_in(redraw: Redraw, scope: Instance | Scope) -> None:
    """Arm new event sub-processes of a scope, unless one has taken it over."""
    if any(_took_over(token) for token in scope.tokens()):
        return
    listening = {token.task_spec.name for token in scope.tokens() if token.is_armed}
    for listener in scope.spec.listeners:
        if listener.name not in listening and listener.name in redraw.added | _changed(redraw, scope):
            listener.arm_in(scope)


def _took_over(token: Token) -> bool:
    spec = token.task_spec
    return isinstance(spec, EventSubProcess) and spec.interrupting and not token.is_armed


def _changed(redraw: Redraw, scope: Instance | Scope) -> set[str]:
    """Return the listeners of a scope that wait for another kind of event than they did."""
    return set(_waiting_otherwise(redraw, scope))


def _waiting_otherwise(redraw: Redraw, scope: Instance | Scope) -> Iterator[str]:
    old = {new: redraw.old[name].node for name, new in redraw.names.items()}
    for listener in scope.spec.listeners:
        before = old.get(listener.name)
        definition = getattr(before, "event_definition", None)
        if definition is not None and type(definition) is not type(listener.event_definition):
            yield listener.name
