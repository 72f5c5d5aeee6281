"""Whether an instance can still come to its end from where it stands, and what it will not pass any more."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.going_back.returns import reach
from service.engine.instance import Instance, ProcessSpec, Scope
from service.engine.migration.examine import Examined
from service.engine.migration.redraw import Redraw
from service.engine.nodes.node import Node
from service.engine.nodes.service_tasks import ServiceTask
from service.engine.nodes.subprocesses import EventSubProcess
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import Remark
from service.engine.token import Token

JOIN_FIX = "让新图从这里还能走到结束：不要在已经走过的分支网关后加减分支，或把这些实例改到别的一步"


def look_ahead(redraw: Redraw, instance: Instance, examined: Examined) -> None:
    """Note joins that would wait for ever, steps two branches would both take, and new steps left out."""
    for scope in instance.scopes():
        standing = [t for t in scope.tokens() if t.attached_to is None and _is_in_flow(t)]
        if standing:
            examined.remarks += _find_dead_ends(redraw, scope, standing)
            examined.remarks += _find_left_out(redraw, scope.spec, standing)


def _is_in_flow(token: Token) -> bool:
    return not token.is_armed and not isinstance(token.task_spec, EventSubProcess)


def _find_dead_ends(redraw: Redraw, scope: Instance | Scope, standing: list[Token]) -> Iterator[Remark]:
    spec = scope.spec
    held = [t.internal_data["flow"] for t in standing if "held" in t.internal_data]
    at = [t.task_spec.name for t in standing if "held" not in t.internal_data]
    now = redraw.search(spec, at, held)
    usual = [redraw.search(spec, names) for names in _beginnings(spec)]
    known = {node.name for search in usual for node, _ in search.dead_ends}
    for node in dict.fromkeys(node for node, _ in now.dead_ends):
        if node.name not in known:
            yield _blocked("dead-end", node, "永远等不齐：从这个实例所在的位置，有的分支不会再来")
            return
    if now.crowded and not any(search.crowded for search in usual):
        node = now.crowded[0][0]
        yield _blocked("twice", node, "会被走两次：这个实例的两条分支在新图里走到一起了")


def _blocked(rule: str, node: Node, message: str) -> Remark:
    return Remark(
        level="blocked", rule=rule, element_id=node.name, message=f"{node.label}{message}", fix=JOIN_FIX
    )


def _beginnings(spec: ProcessSpec) -> list[list[str]]:
    if set(spec.entry) == set(spec.starts):
        return [list(spec.starts)]
    return [[start] for start in spec.starts]


def _find_left_out(redraw: Redraw, spec: ProcessSpec, standing: list[Token]) -> Iterator[Remark]:
    added = [
        node
        for node in spec.task_specs.values()
        if node.name in redraw.added and isinstance(node, UserTask | ServiceTask)
    ]
    if not added:
        return
    ahead = {name for token in standing for name in reach(spec, token.task_spec)}
    usual = {name for start in spec.starts.values() for name in reach(spec, start)}
    for node in added:
        if node.name in usual - ahead:
            message = f"{node.label}是新加的，画在它已经走过的地方，这个实例不再经过"
            yield Remark(level="warn", rule="left-out", element_id=node.name, message=message)
