"""Leaving an open user task for an earlier one that is not drawn (退回), and doing one once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition

from service.engine.nodes.events import CatchEvent, ThrowEvent
from service.engine.nodes.gateways import ParallelGateway
from service.engine.nodes.multi_instance import MultiInstance
from service.engine.nodes.service_tasks import ServiceTask
from service.engine.nodes.subprocesses import SubProcess
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import JSON, Unreachable, Variables
from service.engine.timers import Timer

if TYPE_CHECKING:
    from service.engine.diagram import Diagram
    from service.engine.instance import Instance, ProcessSpec, Scope
    from service.engine.nodes.node import Node
    from service.engine.token import Token


def return_to(token: Token, element_id: str, variables: Variables) -> None:
    """Move the only token of a scope to another user task of the same scope.

    ``Unreachable`` says which rule of scope forbids it.
    """
    scope = token.workflow
    target = scope.spec.task_specs.get(element_id)
    if not isinstance(target, UserTask):
        raise Unreachable(f"「{element_id}」不是同一范围内的用户任务，不能退回到它")
    if token.attached_to is not None:
        raise Unreachable(f"{token.task_spec.label}是多实例中的一份，不能单独退回")
    others = [t for t in scope.tokens() if t is not token and t.attached_to is not token and not t.is_armed]
    if others:
        raise Unreachable(f"{others[0].task_spec.label}也在进行中，不能从并行分支里退回")
    obstacle = _find_obstacle(scope.spec, token.task_spec, target, scope.top_workflow.subprocess_specs)
    if obstacle:
        raise Unreachable(obstacle)
    token.write(variables)
    placed = scope.place(target, origin=token)
    token.cancel()
    placed.enter()


def repeat(instance: Instance, element_id: str, item: JSON) -> None:
    """Open one more repetition of a user task, beside the others or after them."""
    for scope in instance.scopes():
        target = scope.spec.task_specs.get(element_id)
        loop = getattr(target, "loop", None)
        if not isinstance(target, UserTask) or not isinstance(loop, MultiInstance) or loop.sequential:
            continue
        bodies = [token for token in scope.tokens() if token.task_spec is target and target.is_body(token)]
        loop.add(bodies[0] if bodies else _reopen(scope, target), item)
        return
    raise Unreachable(f"「{element_id}」不是并行的多实例用户任务，不能再加一份")


def _reopen(scope: Instance | Scope, target: UserTask) -> Token:
    """Take the one event that is waited for away and put a body without repetitions in its place."""
    tokens = [token for token in scope.tokens() if not token.is_armed]
    waiting = tokens[0] if len(tokens) == 1 else None
    if waiting is None or waiting.attached_to is not None or not isinstance(waiting.task_spec, CatchEvent):
        raise Unreachable(f"{target.label}之后已经往下办了，不能再加一份")
    inner = scope.top_workflow.subprocess_specs
    between = list(_list_between(scope.spec, target, waiting.task_spec, inner))
    follows = waiting.task_spec.name in reach(scope.spec, target)
    if not follows or any(_throws(node) or _waits_for_others(node) or _is_work(node) for node in between):
        raise Unreachable(f"{target.label}之后已经往下办了，不能再加一份")
    body = scope.place(target, origin=waiting)
    waiting.cancel()
    target.open_body(body)
    return body


def _is_work(node: Node) -> bool:
    return isinstance(node, UserTask | ServiceTask)


def find_return_obstacle(
    diagram: Diagram, source: str, target: str, *, once: Collection[str] = ()
) -> str | None:
    """Return why the token at one user task could not come back from another, as a sentence, or None.

    Service tasks whose topic is one of ``once`` are done once: nothing goes back behind them, or over them.
    """
    for spec in (*diagram.specs.values(), *diagram.subprocess_specs.values()):
        if source in spec.task_specs:
            back = spec.task_specs.get(target)
            if back is None:
                return f"「{target}」不在同一范围内"
            return _find_obstacle(spec, spec.task_specs[source], back, diagram.subprocess_specs, once)
    return f"流程图中没有「{source}」"


def find_thrown(diagram: Diagram, element_id: str) -> tuple[str, str] | None:
    """Return kind and name of the message or signal that an element throws, or None."""
    for spec in (*diagram.specs.values(), *diagram.subprocess_specs.values()):
        node = spec.task_specs.get(element_id)
        if node is not None and _throws(node):
            definition = node.event_definition
            kind = "message" if isinstance(definition, MessageEventDefinition) else "signal"
            return kind, definition.name
    return None


def _find_obstacle(
    spec: ProcessSpec,
    source: Node,
    target: Node,
    inner: Mapping[str, ProcessSpec],
    once: Collection[str] = (),
) -> str | None:
    """A token sent back must be able to return: past no join that waits for a branch that is not taken
    again, past no signal or message that has been given already, and not behind what is done once."""
    if getattr(source, "loop", None) is not None:
        return f"{source.label}是多实例中的一份，不能单独退回"
    for join in spec.task_specs.values():
        if isinstance(join, ParallelGateway) and len(join.incoming) > 1:
            reached = reach(spec, target, without=frozenset({join.name}))
            arriving = [flow.source in reached for flow in join.incoming]
            if any(arriving) and not all(arriving):
                return f"{target.label}在并行分支里，其他分支已经办完，不能单独退回到它"
    caught = frozenset(node.name for node in spec.task_specs.values() if _waits_for_others(node))
    if source.name in reach(spec, target) and source.name not in reach(spec, target, without=caught):
        return f"{target.label}之后要等的信号或消息已经来过，不会再来，不能退回到它"
    return _find_done(spec, source, target, inner, once)


def _find_done(
    spec: ProcessSpec, source: Node, target: Node, inner: Mapping[str, ProcessSpec], once: Collection[str]
) -> str | None:
    for node in _list_between(spec, target, source, inner):
        if _throws(node):
            return f"{target.label}之后已经发出{node.label}，不会再发，不能退回到它"
        if _is_one_of(node, once):
            return f"{target.label}之后已经办过{node.label}，不会再办一次，不能退回到它"
    for node in _list_between(spec, source, target, inner):
        if _is_one_of(node, once):
            return f"到{target.label}之前要先办{node.label}，不能跳过它退回"
    return None


def _list_between(
    spec: ProcessSpec, first: Node, last: Node, inner: Mapping[str, ProcessSpec]
) -> Iterator[Node]:
    """Yield what a token may pass on its way from one node to another, with all that is inside of it."""
    ends = {first.name, last.name}
    for name in sorted(reach(spec, first, without=frozenset({last.name})) - ends):
        if last.name in reach(spec, spec.task_specs[name], without=frozenset({first.name})):
            yield from _with_inside(spec.task_specs[name], inner)


def _with_inside(node: Node, inner: Mapping[str, ProcessSpec]) -> Iterator[Node]:
    yield node
    if isinstance(node, SubProcess):
        for one in inner[node.name].task_specs.values():
            yield from _with_inside(one, inner)


def _throws(node: Node) -> bool:
    thrown = SignalEventDefinition | MessageEventDefinition
    return isinstance(node, ThrowEvent) and isinstance(node.event_definition, thrown)


def _is_one_of(node: Node, topics: Collection[str]) -> bool:
    return isinstance(node, ServiceTask) and node.definition.topic in topics


def _waits_for_others(node: Node) -> bool:
    return isinstance(node, CatchEvent) and not isinstance(node.event_definition, Timer)


def reach(spec: ProcessSpec, start: Node, *, without: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of the nodes a token at a node may come to, itself among them."""
    reached, left = {start.name}, [start]
    while left:
        node = left.pop()
        nodes = [node, *getattr(node, "boundaries", ())]
        for name in (flow.target for each in nodes for flow in each.outgoing):
            if name not in reached and name not in without:
                reached.add(name)
                left.append(spec.task_specs[name])
    return reached
