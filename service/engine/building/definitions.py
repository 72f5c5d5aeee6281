"""Event definitions: what an event waits for or throws."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import (
    CancelEventDefinition,
    ConditionalEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    NoneEventDefinition,
    SignalEventDefinition,
    TerminateEventDefinition,
)

from service.engine import attributes
from service.engine.findings import Findings
from service.engine.nodes.events import Message
from service.engine.timers import Kind
from service.engine.xml import Element, bpmn, children, is_bpmn, local

TIMER_KINDS: tuple[Kind, ...] = ("timeDate", "timeDuration", "timeCycle")


class Definitions:
    """Reads the definitions of one diagram's events."""

    def __init__(self, root: Element, findings: Findings) -> None:
        self.findings = findings
        self._named = {
            kind: {element.get("id"): element for element in root.iter(bpmn(kind))}
            for kind in ("message", "signal", "error", "escalation")
        }

    def of(self, element: Element) -> Any:  # noqa: PLR0911  # a table of kinds
        """Return an event's definition; None when it is unusable, which is then a finding."""
        found = [child for child in element if is_bpmn(child) and local(child).endswith("EventDefinition")]
        if not found:
            return NoneEventDefinition()
        match local(found[0]):
            case "timerEventDefinition":
                return self._timer(element, found[0])
            case "messageEventDefinition":
                return self.message(element, found[0])
            case "signalEventDefinition":
                return self._signal(element, found[0])
            case "errorEventDefinition":
                return ErrorEventDefinition("error", self._code(element, found[0], "error"))
            case "escalationEventDefinition":
                return EscalationEventDefinition("escalation", self._code(element, found[0], "escalation"))
            case "conditionalEventDefinition":
                return self._conditional(element, found[0])
            case "cancelEventDefinition":
                return CancelEventDefinition()
            case "terminateEventDefinition":
                return TerminateEventDefinition()
            case _:
                return NoneEventDefinition()  # refused by a pass already

    def message(self, element: Element, definition: Element | None = None) -> Message | None:
        """Return the message an event or a send or receive task refers to."""
        found = self._referenced(element, element if definition is None else definition, "message")
        if found is None:
            return None
        key = self.findings.expression(element, attributes.correlation_key(found), "关联键")
        return Message(found.get("name").strip(), key)

    def _timer(self, element: Element, definition: Element) -> Any:
        for kind in TIMER_KINDS:
            for child in children(definition, kind):
                if child.text and child.text.strip():
                    return self.findings.timer(element, kind, child.text.strip())
        self.findings.error(element, "timer", "没有写明时间", '填写时间，例如 PT5M 或 =deadline("03-25")')
        return None

    def _signal(self, element: Element, definition: Element) -> Any:
        found = self._referenced(element, definition, "signal")
        return None if found is None else SignalEventDefinition(found.get("name").strip())

    def _code(self, element: Element, definition: Element, kind: str) -> str | None:
        reference = definition.get(f"{kind}Ref")
        found = self._named[kind].get((reference or "").split(":")[-1])
        code = None if found is None else found.get(f"{kind}Code") or found.get("name")
        if not code and local(element) in ("endEvent", "intermediateThrowEvent"):
            self.findings.error(element, "no-code", "没有写明抛出的代码", "选择一个带代码的错误或升级")
        return code

    def _conditional(self, element: Element, definition: Element) -> Any:
        condition = children(definition, "condition")
        source = (condition[0].text or "").strip() if condition else ""
        if not source:
            self.findings.error(element, "no-condition", "没有写明条件", "填写条件，例如 =score > 60")
            return None
        text = self.findings.expression(element, source, "条件")
        return None if text is None else ConditionalEventDefinition(text)

    def _referenced(self, element: Element, definition: Element, kind: str) -> Element | None:
        reference = definition.get(f"{kind}Ref")
        what = "消息" if kind == "message" else "信号"
        if reference is None:
            self.findings.error(element, f"no-{kind}", f"没有写明哪个{what}", f"在属性面板里选择{what}")
            return None
        found = self._named[kind].get(reference.split(":")[-1])
        if found is None or not (found.get("name") or "").strip():
            return None  # a pass has reported it
        if found.get("name").strip().startswith("="):
            self.findings.error(element, f"{kind}-name", f"的{what}名称是表达式，不支持", "写成固定的名称")
            return None
        return found
