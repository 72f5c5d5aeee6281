"""One step of an instance: state and command in, everything open out. Pure but for ``env.perform``."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from SpiffWorkflow.util.task import TaskState

from service.engine import serializer
from service.engine.diagram import Diagram
from service.engine.expressions import Broken
from service.engine.going_back.returns import repeat, return_to
from service.engine.going_back.takings import take_back
from service.engine.instance import Instance
from service.engine.nodes import escalation
from service.engine.nodes.events import settle_conditions
from service.engine.nodes.gateways import InclusiveGateway
from service.engine.openings import (
    Openings,
    is_open_service_task,
    is_open_user_task,
    is_pending_timer,
    is_subscription,
)
from service.engine.records import (
    Command,
    CompleteServiceTask,
    CompleteUserTask,
    DeliverEvent,
    Environment,
    FailServiceTask,
    Fault,
    FireTimer,
    NotOpen,
    Repeat,
    ReturnTo,
    Start,
    Step,
    TakeBack,
)
from service.engine.token import Token
from service.engine.variables import normalise


def advance(
    diagram: Diagram, process_id: str, state: bytes | None, command: Command, env: Environment
) -> Step:
    """Run one command and every automatic element after it, up to the next waits.

    Nothing outside changes: the new state is in the step. When something inside the instance is wrong
    the step carries a ``fault`` and the state from before; the same command may be tried again. Raises
    ``NotOpen`` for a key that is not open, ``UncaughtBpmnError`` and whatever ``env.perform`` raises.
    """
    if isinstance(command, Start) == (state is not None):
        raise ValueError("Start needs no state, every other command needs one")
    if env.now.tzinfo is None:
        raise ValueError("env.now must be aware")
    instance = _restore(diagram, process_id, state, env)
    try:
        apply(instance, command)
    except Broken as broken:
        return _faulted(diagram, process_id, state, env, broken)
    if not instance.completed and not Openings(instance):
        return _faulted(diagram, process_id, state, env, _stuck(instance))
    saved = serializer.dump(instance, diagram)
    return step_of(instance, Openings(instance), saved)


def apply(instance: Instance, command: Command) -> None:
    """Run one command and every automatic element after it; the instance is then at its next waits."""
    _apply(instance, command)
    instance.run_to_wait(settle)
    for token in instance.all_tokens():
        token.settle_data()


def _restore(diagram: Diagram, process_id: str, state: bytes | None, env: Environment) -> Instance:
    if state is None:
        return Instance(diagram.specs[process_id], diagram.subprocess_specs, env)
    return serializer.load(state, process_id, diagram, env)


def step_of(instance: Instance, openings: Openings, state: bytes, fault: Fault | None = None) -> Step:
    """Return the step an instance has come to."""
    return Step(
        state=state,
        variables=instance.data,
        user_tasks=openings.user_tasks,
        service_tasks=openings.service_tasks,
        timers=openings.timers,
        subscriptions=openings.subscriptions,
        thrown=tuple(instance.thrown),
        trace=tuple(instance.trace),
        completed=instance.completed,
        end_events=tuple(instance.end_events) if instance.completed else (),
        fault=fault,
    )


def _faulted(
    diagram: Diagram, process_id: str, state: bytes | None, env: Environment, broken: Broken
) -> Step:
    before = _restore(diagram, process_id, state, env)
    fault = Fault(element_id=broken.element_id, kind=broken.kind, message=broken.message)
    return step_of(before, Openings(before), state or b"", fault)


def _stuck(instance: Instance) -> Broken:
    waiting = [token for token in instance.all_tokens() if token.state == TaskState.WAITING]
    spec = (waiting or list(instance.all_tokens()))[-1].task_spec
    message = f"{spec.label}等待的流转或条件永远不会到来，流程停在这里"
    return Broken(spec.name, "stuck", message)


def settle(instance: Instance) -> bool:
    """Let inclusive joins and conditions go on that look at the whole scope. True if one did."""
    for scope in instance.scopes():
        for spec in {id(t.task_spec): t.task_spec for t in scope.tokens()}.values():
            if isinstance(spec, InclusiveGateway) and spec.fire_if_complete(scope):
                return True
    return settle_conditions(instance)


def _apply(instance: Instance, command: Command) -> None:
    match command:
        case Start():
            _start(instance, command)
        case CompleteUserTask():
            token = _open(instance, command.key, is_open_user_task)
            token.write(normalise(command.variables))
            token.run()
        case CompleteServiceTask():
            token = _open(instance, command.key, is_open_service_task)
            token.write(normalise(command.variables))
            token.complete()
        case FailServiceTask():
            token = _open(instance, command.key, is_open_service_task)
            _fail(token, command)
        case FireTimer():
            token = _open(instance, command.key, is_pending_timer)
            token.task_spec.fire(token, {})
        case DeliverEvent():
            token = _open(instance, command.key, is_subscription)
            token.task_spec.fire(token, normalise(command.variables))
        case ReturnTo():
            token = _open(instance, command.key, is_open_user_task)
            return_to(token, command.element_id, normalise(command.variables))
        case TakeBack():
            take_back(instance, command.element_id)
        case Repeat():
            repeat(instance, command.element_id, command.item)
        case _:
            assert_never(command)


def _start(instance: Instance, command: Start) -> None:
    instance.data = normalise(command.variables)
    starts, entry = instance.spec.starts, instance.spec.entry
    if command.start_event is not None:
        if command.start_event not in starts:
            raise ValueError(f"{instance.spec.name} has no start event {command.start_event}")
        entry = (command.start_event,)
    elif not entry:
        raise ValueError(f"{instance.spec.name} has several start events: say which")
    instance.begin(entry)


def _open(instance: Instance, key: str, is_open: Callable[[Token], bool]) -> Token:
    token = instance.find(key)
    if token is None or not is_open(token):
        raise NotOpen(f"{key} is not open for this")
    return token


def _fail(token: Token, command: FailServiceTask) -> None:
    if not escalation.throw(token, command.error_code, command.message):
        label, reason = token.task_spec.label, command.message or command.error_code
        message = f"{label}以错误 {command.error_code!r} 结束，没有边界事件捕获：{reason}"
        raise Broken(token.task_spec.name, "uncaught-error", message)
