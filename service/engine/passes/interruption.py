"""Errors and cancellations always interrupt."""

from __future__ import annotations

from typing import Final

from service.engine.findings import Findings
from service.engine.xml import Element, bpmn, children

ALWAYS: Final = {"errorEventDefinition": "错误", "cancelEventDefinition": "取消"}


def check_interruption(root: Element, findings: Findings) -> None:
    """Report error and cancel events that are drawn as not interrupting: what threw cannot go on."""
    for event in root.iter(bpmn("boundaryEvent"), bpmn("startEvent")):
        if "false" not in (event.get("cancelActivity"), event.get("isInterrupting")):
            continue
        for definition, word in ALWAYS.items():
            if children(event, definition):
                fix = "改成中断的（实线）；要让原来的继续，改用升级事件"
                findings.error(event, "always-interrupts", f"是不中断的{word}事件，{word}总是中断", fix)
