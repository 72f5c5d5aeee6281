"""Putting a user task back in the place of everything its completion opened (撤回)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from service.engine.going_back.returns import reach
from service.engine.nodes.subprocesses import SubProcess
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import Unreachable

if TYPE_CHECKING:
    from service.engine.instance import Instance, ProcessSpec, Scope
    from service.engine.nodes.activity import Activity
    from service.engine.token import Token


def take_back(instance: Instance, element_id: str) -> None:
    """Open a user task again and take away what stands after it, in its scope or the nearest still open.

    Sub-processes around it that have closed are opened anew and listen anew. Whether all that goes came
    from the task, and nothing else did, only ``rehearse_taking_back`` can say. ``Unreachable`` says why
    there is no way.
    """
    instance.wake_everything()
    scope, way = _find_way(instance, element_id)
    after = reach(scope.spec, way[0])
    going = [t for t in scope.tokens() if _stands_alone(t) and t.task_spec.name in after]
    placed = scope.place(way[0], origin=going[0] if going else None)
    for token in going:
        token.cancel()
    for inside in way[1:]:
        placed = _open_around(placed).place(inside)
    placed.enter()


def _stands_alone(token: Token) -> bool:
    return token.attached_to is None and not token.is_armed


def _open_around(host: Token) -> Scope:
    """Open a sub-process without its start events."""
    top = host.workflow.top_workflow
    host._set_state(TaskState.STARTED)
    top.record(host, "entered")
    host.task_spec.arm(host)
    inner = top.open_scope(host, host.task_spec.name)
    for listener in inner.spec.listeners:
        listener.arm_in(inner)
    return inner


def _find_way(instance: Instance, element_id: str) -> tuple[Instance | Scope, list[Activity]]:
    """Return the innermost open scope around a user task, and what to open in it: sub-processes, the task."""
    around = [scope for scope in instance.scopes() if element_id in scope.spec.task_specs]
    scope: Instance | Scope = around[0] if around else instance
    drawn = [] if around else _list_around(instance.spec, element_id, instance.subprocess_specs)
    if len(around) > 1 or drawn is None:
        raise Unreachable(f"「{element_id}」不止一处在办，或在另一个流程里")
    while drawn and (inner := _find_inside(scope, drawn[0])) is not None:
        scope, drawn = inner, drawn[1:]
    innermost = instance.subprocess_specs[drawn[-1].name] if drawn else scope.spec
    target = innermost.task_specs[element_id]
    if not isinstance(target, UserTask):
        raise Unreachable(f"{target.label}不是用户任务")
    _require_single([*drawn, target], scope)
    return scope, [*drawn, target]


def _list_around(
    spec: ProcessSpec, element_id: str, inner: Mapping[str, ProcessSpec]
) -> list[SubProcess] | None:
    """Return the embedded sub-processes around an element, outer before inner; None outside of a process."""
    if element_id in spec.task_specs:
        return []
    for node in spec.task_specs.values():
        if type(node) is SubProcess:
            found = _list_around(inner[node.name], element_id, inner)
            if found is not None:
                return [node, *found]
    return None


def _find_inside(scope: Instance | Scope, node: SubProcess) -> Scope | None:
    inside = [s for s in scope.top_workflow.subprocesses.values() if s.host.workflow is scope]
    return next((one for one in inside if one.host.task_spec is node), None)


def _require_single(activities: list[Activity], scope: Instance | Scope) -> None:
    """Refuse what is repeated, and a sub-process that would take variables in once more."""
    host = scope.host
    while host is not None:
        activities, host = [*activities, host.task_spec], host.workflow.host
    for node in activities:
        if node.loop is not None:
            raise Unreachable(f"{node.label}由几人分别办理")
    if any(node.mappings for node in activities if isinstance(node, SubProcess)):
        raise Unreachable("所在的子流程有输入输出映射")
