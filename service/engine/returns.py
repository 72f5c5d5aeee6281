"""Leaving an open user task for an earlier one that the diagram need not draw (退回, 撤回)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.engine.nodes.events import CatchEvent
from service.engine.nodes.gateways import ParallelGateway
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import Unreachable, Variables
from service.engine.timers import Timer

if TYPE_CHECKING:
    from service.engine.diagram import Diagram
    from service.engine.instance import ProcessSpec
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
    obstacle = _find_obstacle(scope.spec, token.task_spec, target)
    if obstacle:
        raise Unreachable(obstacle)
    token.write(variables)
    placed = scope.place(target, origin=token)
    token.cancel()
    placed.enter()


def find_return_obstacle(diagram: Diagram, source: str, target: str) -> str | None:
    """Return why the token at one user task could not come back from another, as a sentence, or None."""
    for spec in (*diagram.specs.values(), *diagram.subprocess_specs.values()):
        if source in spec.task_specs:
            back = spec.task_specs.get(target)
            if back is None:
                return f"「{target}」不在同一范围内"
            return _find_obstacle(spec, spec.task_specs[source], back)
    return f"流程图中没有「{source}」"


def _find_obstacle(spec: ProcessSpec, source: Node, target: Node) -> str | None:
    """A token sent back must be able to return: past no join that waits for a branch that is not taken
    again, and past no signal or message that has been given already."""
    for join in spec.task_specs.values():
        if isinstance(join, ParallelGateway) and len(join.incoming) > 1:
            reached = _reach(spec, target, without=frozenset({join.name}))
            arriving = [flow.source in reached for flow in join.incoming]
            if any(arriving) and not all(arriving):
                return f"{target.label}在并行分支里，其他分支已经办完，不能单独退回到它"
    caught = frozenset(node.name for node in spec.task_specs.values() if _waits_for_others(node))
    if source.name in _reach(spec, target) and source.name not in _reach(spec, target, without=caught):
        return f"{target.label}之后要等的信号或消息已经来过，不会再来，不能退回到它"
    return None


def _waits_for_others(node: Node) -> bool:
    return isinstance(node, CatchEvent) and not isinstance(node.event_definition, Timer)


def _reach(spec: ProcessSpec, start: Node, *, without: frozenset[str] = frozenset()) -> set[str]:
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
