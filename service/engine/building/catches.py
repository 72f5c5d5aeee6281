"""Who catches an error or escalation: nobody, or two that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from SpiffWorkflow.bpmn.specs.event_definitions import ErrorEventDefinition, EscalationEventDefinition

from service.engine.findings import Findings
from service.engine.instance import ProcessSpec
from service.engine.nodes.events import ThrowEvent
from service.engine.nodes.node import Node
from service.engine.nodes.subprocesses import CallActivity, EventSubProcess
from service.engine.xml import Element

CLIMBING: Final = (ErrorEventDefinition, EscalationEventDefinition)


def check_same_catches(spec: ProcessSpec, elements: dict[str, Element], findings: Findings) -> None:
    """Refuse two events of one place that catch the same error or escalation: only one could ever run."""
    places = [list(spec.listeners), *(list(getattr(n, "boundaries", ())) for n in spec.task_specs.values())]
    for place in places:
        first: dict[tuple[type[Any], str], Node] = {}
        for node in place:
            definition = getattr(node, "event_definition", None)
            if not isinstance(definition, CLIMBING):
                continue
            other = first.setdefault((type(definition), definition.code or ""), node)
            if other is not node:
                code = f"「{definition.code}」" if definition.code else "任何代码"
                message = f"与{other.label}捕获同一个{_word(definition)}（{code}），永远轮不到它"
                findings.error(elements[node.name], "same-catch", message, "删去其中一个，或换一个代码")


def check_caught(
    specs: Mapping[str, ProcessSpec], elements: Mapping[str, Element], findings: Findings
) -> None:
    """Warn of errors that are thrown where nothing catches them: the instance stops there with a fault."""
    around = _find_around(specs)
    for spec in specs.values():
        for node in spec.task_specs.values():
            definition = node.event_definition if isinstance(node, ThrowEvent) else None
            if isinstance(definition, ErrorEventDefinition) and not _is_caught(definition, spec, around):
                message = f"抛出的错误「{definition.code}」没有任何事件捕获，走到这里会转为故障"
                fix = "在外层加一个捕获它的错误边界事件或错误事件子流程"
                findings.warning(elements[node.name], "never-caught", message, fix)


def _find_around(specs: Mapping[str, ProcessSpec]) -> dict[str, list[tuple[ProcessSpec, Node]]]:
    """Map each scope to the activities it runs inside, with the scopes those are drawn in."""
    around: dict[str, list[tuple[ProcessSpec, Node]]] = {}
    for spec in specs.values():
        for node in spec.task_specs.values():
            inside = node.called if isinstance(node, CallActivity) else node.name
            if inside in specs:
                around.setdefault(inside, []).append((spec, node))
    return around


def _is_caught(
    thrown: ErrorEventDefinition, spec: ProcessSpec, around: dict[str, list[tuple[ProcessSpec, Node]]]
) -> bool:
    """Whether something around a scope, by any of the ways it may be begun, catches an error in it."""
    seen, todo = {spec.name}, [(spec, True)]
    while todo:
        scope, may_listen = todo.pop()
        if may_listen and _catches(thrown, scope.listeners):
            return True
        for outer, host in around.get(scope.name, ()):
            if _catches(thrown, getattr(host, "boundaries", ())):
                return True
            if outer.name not in seen:
                seen.add(outer.name)
                todo.append((outer, not isinstance(host, EventSubProcess)))
    return False


def _catches(thrown: ErrorEventDefinition, candidates: Iterable[Node]) -> bool:
    return any(code in (None, "", thrown.code) for code in _codes(candidates))


def _codes(candidates: Iterable[Node]) -> Iterator[str | None]:
    for node in candidates:
        definition = getattr(node, "event_definition", None)
        if isinstance(definition, ErrorEventDefinition):
            yield definition.code


def _word(definition: Any) -> str:
    return "错误" if isinstance(definition, ErrorEventDefinition) else "升级"
