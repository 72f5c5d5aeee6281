"""What a scope's looking ahead comes to: findings with the shortest path that shows each, by names."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.engine.building.soundness import MAX_MARKINGS, Search, ends_scope
from service.engine.building.waits import may_wait
from service.engine.findings import Findings
from service.engine.instance import ProcessSpec
from service.engine.nodes.events import UNHEARD, BoundaryEvent
from service.engine.nodes.node import Node
from service.engine.nodes.subprocesses import EventSubProcess
from service.engine.xml import Element

SAME_KIND = "让汇聚网关与分支网关同类：并行对并行，排他对排他"


@dataclass(frozen=True, kw_only=True)
class Look:
    """One scope as it was drawn and built."""

    scope: Element
    spec: ProcessSpec
    elements: dict[str, Element]


def check_prospects(look: Look, looks: list[Look], specs: dict[str, ProcessSpec], findings: Findings) -> None:
    """Report what can never go on, never begin, never end, or happens twice."""
    nodes = dict(look.spec.task_specs)
    searches = [Search(nodes, starts) for starts in _beginnings(look.spec)]
    fired = {name for search in searches for name in search.fired}
    complete = all(search.is_complete for search in searches)
    for search in searches:
        _report_dead_ends(look, search, fired, findings, complete=complete)
        for node, path in search.crowded:
            message = f"会被两个并行的分支各走一次：经过 {_names(look, path)} 之后，两个分支都到它这里"
            fix = "先用并行网关（或包容网关）把分支汇聚起来；本不想并行的，看看前面哪个任务引出了两条线"
            findings.warning(look.elements[node.name], "not-joined", message, fix)
    if not complete:
        message = f"的走法太多，只检查了前 {MAX_MARKINGS} 种情形有没有死锁"
        findings.warning(look.scope, "not-fully-checked", message, "拆成子流程可以检查得更全")
    came_from = _walk(look.spec)
    _report_unreachable(look, came_from, findings)
    _report_endless(look, looks, came_from, specs, findings)


def _beginnings(spec: ProcessSpec) -> Iterator[list[Node]]:
    """Yield what begins together: each drawn start event alone, what nothing leads to at once."""
    if set(spec.entry) == set(spec.starts):
        yield list(spec.starts.values())
    else:
        yield from ([start] for start in spec.starts.values())


def _report_dead_ends(
    look: Look, search: Search, fired: set[str], findings: Findings, *, complete: bool
) -> None:
    seen: set[str] = set()
    for node, path in search.dead_ends:
        certain = complete and node.name not in fired
        if node.name in seen or not (certain or not seen):
            continue
        seen.add(node.name)
        element, names = look.elements[node.name], _names(look, path)
        if certain:
            message = f"永远等不齐：经过 {names} 之后，其余的流入不会再来，怎么走都过不去"
            findings.error(element, "deadlock", message, SAME_KIND)
        else:
            message = f"会一直等不到：经过 {names} 之后，有的流入不会再来"
            findings.warning(element, "deadlock", message, SAME_KIND)


def _report_unreachable(look: Look, came_from: dict[str, str], findings: Findings) -> None:
    for name, node in look.spec.task_specs.items():
        if name not in came_from and node.incoming:
            message = "从开始走不到：没有一条路通向它，永远不会执行"
            findings.warning(look.elements[name], "unreachable", message, "把它连到流程里，或删去")


def _report_endless(
    look: Look,
    looks: list[Look],
    came_from: dict[str, str],
    specs: dict[str, ProcessSpec],
    findings: Findings,
) -> None:
    ending = _can_end(look.spec)
    trapped = [name for name in came_from if name not in ending]
    if not trapped:
        return
    nodes = look.spec.task_specs
    circle = next((found for name in trapped if (found := _circle(nodes, name))), None)
    if circle is None:
        return  # an event-based gateway without events: reported elsewhere
    path = _names(look, [*_path(came_from, circle[0]), *circle[1:]])
    element, fix = look.elements[circle[0]], "在循环里画一条能走到结束的路"
    if not any(may_wait(nodes[name], specs) for name in trapped):
        message = f"之后是没有出口、也不停留的循环：{path}，流程会一直空转"
        findings.error(element, "endless", message, fix)
    elif not _may_be_cut_short(look.spec, came_from) and not _may_be_ended(look, looks):
        findings.warning(element, "endless", f"之后是没有出口的循环：{path}，永远走不到结束", fix)


def _may_be_cut_short(spec: ProcessSpec, reached: Iterable[str]) -> bool:
    listens = any(isinstance(one, EventSubProcess) and one.interrupting for one in spec.listeners)
    return listens or any(ends_scope(spec.task_specs[name]) for name in reached)


def _may_be_ended(look: Look, looks: list[Look]) -> bool:
    """Whether something around a scope may end it: it need not end by itself."""
    hosts: dict[str, list[tuple[Look, Node]]] = {}
    for around in looks:
        for host in around.spec.task_specs.values():
            inside = str(getattr(host, "called", host.name))
            hosts.setdefault(inside, []).append((around, host))
    seen, todo = {look.spec.name}, [look.spec.name]
    while todo:
        for around, host in hosts.get(todo.pop(), []):
            several = getattr(getattr(host, "loop", None), "completion_condition", None) is not None
            if several or _is_interrupted(host) or _may_be_cut_short(around.spec, _walk(around.spec)):
                return True
            if around.spec.name not in seen:
                seen.add(around.spec.name)
                todo.append(around.spec.name)
    return False


def _is_interrupted(host: Node) -> bool:
    """Whether a boundary event may end what is inside an activity at any moment."""
    boundaries = [b for b in getattr(host, "boundaries", ()) if isinstance(b, BoundaryEvent)]
    return any(b.interrupting and not isinstance(b.event_definition, UNHEARD) for b in boundaries)


def _next(node: Node) -> Iterator[str]:
    for flow in node.outgoing:
        yield flow.target
    for boundary in getattr(node, "boundaries", ()):
        yield boundary.name


def _walk(spec: ProcessSpec) -> dict[str, str]:
    """Map every node that can be reached to the one before it on a shortest path; starts to ''."""
    first = [*spec.starts, *(one.name for one in spec.listeners)]
    came_from = dict.fromkeys(first, "")
    todo = deque(first)
    while todo:
        name = todo.popleft()
        for target in _next(spec.task_specs[name]):
            if target not in came_from:
                came_from[target] = name
                todo.append(target)
    return came_from


def _can_end(spec: ProcessSpec) -> set[str]:
    """Return the nodes from which something without a way on can be reached."""
    before: dict[str, list[str]] = {}
    for name, node in spec.task_specs.items():
        for target in _next(node):
            before.setdefault(target, []).append(name)
    todo = [name for name, node in spec.task_specs.items() if not node.outgoing]
    ending = set(todo)
    while todo:
        for name in before.get(todo.pop(), []):
            if name not in ending:
                ending.add(name)
                todo.append(name)
    return ending


def _circle(nodes: dict[str, Node], start: str) -> list[str]:
    """Return the shortest way from a node back to itself, both ends named; empty if there is none."""
    came_from: dict[str, str] = {}
    todo = deque([start])
    while todo:
        name = todo.popleft()
        for target in _next(nodes[name]):
            if target == start:
                return [start, *_path(came_from, name, stop=start), start]
            if target not in came_from:
                came_from[target] = name
                todo.append(target)
    return []


def _path(came_from: dict[str, str], end: str, stop: str = "") -> list[str]:
    path: list[str] = []
    while end and end != stop:
        path.append(end)
        end = came_from[end]
    return path[::-1]


def _names(look: Look, path: list[str]) -> str:
    return " → ".join(look.spec.task_specs[name].bpmn_name or name for name in path)
