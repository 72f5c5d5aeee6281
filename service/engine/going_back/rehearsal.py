"""Trying out 撤回 without consequences: is what stands open what the completion, and nothing else, opened?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from service.engine import serializer
from service.engine.nodes.gateways import InclusiveGateway
from service.engine.openings import Openings
from service.engine.records import (
    CompleteUserTask,
    Environment,
    OpenServiceTask,
    Step,
    TakeBack,
    Taking,
    UncaughtBpmnError,
    Unreachable,
    Variables,
)
from service.engine.runner import advance

if TYPE_CHECKING:
    from service.engine.diagram import Diagram
    from service.engine.token import Token


Shape = frozenset[tuple[Hashable, int]]  #: where tokens stand, and how many at each place


def rehearse_taking_back(
    diagram: Diagram,
    process_id: str,
    state: bytes,
    command: TakeBack,
    env: Environment,
    *,
    outcome: str,
    local: Collection[str],
) -> Taking:
    """Take a completion back, complete the task once more, and compare: both must come to the same.

    Nothing is performed: topics that are ``local`` count as worked, what they wrote stands in the state.
    The caller holds the trace against what happened, which shows whether the completion ended something
    that would not come back. Raises ``Unreachable`` where the two differ.
    """
    worked: list[OpenServiceTask] = []
    label = _label_of(diagram, command.element_id)

    def perform(task: OpenServiceTask) -> Variables | None:
        worked.append(task)
        return {} if task.topic in local else None

    world = replace(env, perform=perform)
    before = advance(diagram, process_id, state, command, world)
    now = Openings(serializer.load(state, process_id, diagram, world))
    opened = before.user_tasks.besides(now.user_tasks.keys)
    if before.fault or worked or before.thrown or any(event.kind == "completed" for event in before.trace):
        raise Unreachable(f"{label}重新打开时流程会自己往下走")
    late = [timer for timer in before.timers.besides(now.timers.keys) if timer.due_at <= env.now]
    if late:
        raise Unreachable(f"{_label_of(diagram, late[0].element_id)}的期限已过")
    again = _complete(diagram, process_id, before, opened[-1].key, world, outcome)
    shapes = (
        set() if again is None else {_shape(diagram, process_id, one, world) for one in (again.state, state)}
    )
    if again is None or len(shapes) > 1 or _has_merged(diagram, again):
        raise Unreachable(f"{label}之后流程已经汇合，或有别的进展")
    return Taking(
        user_tasks=tuple(now.user_tasks.besides(before.user_tasks.keys)),
        service_tasks=tuple(now.service_tasks.besides(before.service_tasks.keys)),
        closes=tuple(now.subscriptions.besides(before.subscriptions.keys)),
        listens=tuple(before.subscriptions.besides(now.subscriptions.keys)),
        topics=tuple(task for task in worked if task.topic in local),
        thrown=again.thrown,
        trace=again.trace,
    )


def _complete(
    diagram: Diagram, process_id: str, before: Step, key: str, world: Environment, outcome: str
) -> Step | None:
    """Complete the reopened task; None where the process cannot go on from it."""
    command = CompleteUserTask(key=key, variables={"outcome": outcome})
    try:
        step = advance(diagram, process_id, before.state, command, world)
    except UncaughtBpmnError:
        return None
    return None if step.fault else step


def _label_of(diagram: Diagram, element_id: str) -> str:
    specs = (*diagram.specs.values(), *diagram.subprocess_specs.values())
    found = (spec.task_specs[element_id].label for spec in specs if element_id in spec.task_specs)
    return next(found, f"「{element_id}」")


def _has_merged(diagram: Diagram, again: Step) -> bool:
    """Whether a join was passed that takes in whoever waits there without a trace."""
    passed = {event.element_id for event in again.trace}
    return any(
        isinstance(node, InclusiveGateway) and len(node.incoming) > 1 and name in passed
        for spec in (*diagram.specs.values(), *diagram.subprocess_specs.values())
        for name, node in spec.task_specs.items()
    )


def _shape(diagram: Diagram, process_id: str, state: bytes, world: Environment) -> Shape:
    instance = serializer.load(state, process_id, diagram, world)
    instance.wake_everything()
    return frozenset(Counter(_place(token) for token in instance.all_tokens()).items())


def _place(token: Token) -> Hashable:
    around, loop = token.attached_to, token.internal_data.get("loop", {})
    return (
        token.workflow.spec.name,
        token.task_spec.name,
        token.state,
        token.is_armed,
        around.task_spec.name if around is not None else None,
        tuple(sorted(loop.items())),
    )
