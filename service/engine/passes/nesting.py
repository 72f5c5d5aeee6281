"""How deep scopes may lie in one another, and that no process calls itself."""

from __future__ import annotations

from typing import Final

from service.engine import attributes
from service.engine.findings import Findings
from service.engine.xml import SCOPES, Element, bpmn, local, scopes

MAX_DEPTH: Final = 20


def check_nesting(root: Element, findings: Findings) -> None:
    """Report sub-processes nested too deep, and circles of call activities."""
    for scope in scopes(root):
        depth = sum(1 for around in scope.iterancestors() if local(around) in SCOPES)
        if depth == MAX_DEPTH:
            findings.error(
                scope, "too-deep", f"嵌套超过 {MAX_DEPTH} 层", "把里面的部分画成单独的流程，用调用活动连接"
            )
    calls = {process.get("id"): _calls(process) for process in root.iter(bpmn("process"))}
    for process_id, called_by_it in calls.items():
        for called, call in called_by_it.items():
            if process_id in _reached(called, calls):
                message = f"调用「{called}」，绕一圈又回到自己所在的流程"
                findings.error(call, "recursive-call", message, "改用循环流转或多实例")


def _calls(process: Element) -> dict[str, Element]:
    return {attributes.called_process(call) or "": call for call in process.iter(bpmn("callActivity"))}


def _reached(start: str, calls: dict[str, dict[str, Element]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for called in calls.get(todo.pop(), {}):
            if called not in seen:
                seen.add(called)
                todo.append(called)
    return seen
