"""Whoever sends something back says why, and the page of whoever has to act on it shows that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packs.drawing import BPMN, Drawing
from tests.packs.test_drawings import DIAGRAMS

#: outcomes by which something comes back, where the diagram leads back by them
BACK = ("return", "correct", "reject")


class Returns:
    """A pack's diagram: which outcome of which step leads back to which."""

    def __init__(self, path: Path) -> None:
        self.drawing = Drawing(path)
        self.forms = path.parents[2] / "forms" / path.stem
        self.by_id = {one.get("id"): one for one in self.drawing.nodes}
        self.out: dict[str, list[Any]] = {}
        for flow in self.drawing.all("sequenceFlow"):
            self.out.setdefault(flow.get("sourceRef"), []).append(flow)

    def list(self) -> Iterator[tuple[Any, str, Any]]:
        """Yield step, outcome and who has to act then, for everything that is sent back."""
        for step in self.drawing.all("userTask"):
            for outcome in self.outcomes_of(step):
                for receiver in self._next(step, outcome):
                    if outcome in BACK and step in self._reached(receiver):
                        yield step, outcome, receiver

    def outcomes_of(self, step: Any) -> list[str]:
        words = self.drawing.properties(step).get("outcomes", "")
        return [word.partition(":")[0] for word in words.split(",")]

    def demands_reason(self, step: Any, outcome: str) -> bool:
        """Whether the step is not completed by the outcome without a word why."""
        said = self.drawing.properties(step)
        if outcome in said.get("lenient", "").split(","):
            return bool({"opinion", "defects"} & said.keys())
        form = self.drawing.extension(step, "formDefinition", "formId") or ""
        fields = json.loads((self.forms / f"{form.partition('.')[2]}.form").read_bytes())["components"]
        return any(one["type"] == "textarea" and one["validate"].get("required") for one in fields)

    def is_shown(self, step: Any, receiver: Any) -> bool:
        """Whether the receiver's page shows what was said: opinions, the ledger, or what it is to read."""
        said = self.drawing.properties(step)
        reads = self.drawing.properties(receiver).get("reads", "").split(",")
        return bool({"opinion", "defects", "follow-up"} & said.keys()) or step.get("id") in reads

    def _next(self, node: Any, outcome: str) -> list[Any]:
        """Return the user tasks that come next by an outcome."""
        found, seen = [], {node.get("id")}
        waiting = self._targets(node, outcome)
        while waiting:
            one = waiting.pop()
            if one.get("id") in seen:
                continue
            seen.add(one.get("id"))
            if one.tag == f"{BPMN}userTask":
                found.append(one)
            else:
                waiting += self._targets(one, outcome)
        return found

    def _reached(self, node: Any) -> list[Any]:
        """Return every node there is a way to."""
        seen, waiting = {node.get("id")}, self._targets(node, "")
        found = []
        while waiting:
            one = waiting.pop()
            if one.get("id") not in seen:
                seen.add(one.get("id"))
                found.append(one)
                waiting += self._targets(one, "")
        return found

    def _targets(self, node: Any, outcome: str) -> list[Any]:
        """Return what follows a node; at a gateway what an outcome chooses, or all where none is asked."""
        parent = node.getparent()
        if node.tag == f"{BPMN}subProcess":
            return [one for one in node if one.tag == f"{BPMN}startEvent"]
        if node.tag == f"{BPMN}endEvent" and parent.tag == f"{BPMN}subProcess":
            node = parent
        flows = self.out.get(node.get("id"), [])
        if outcome and node.tag == f"{BPMN}exclusiveGateway" and len(flows) > 1:
            chosen = [flow for flow in flows if f'outcome = "{outcome}"' in _condition(flow)]
            flows = chosen or [flow for flow in flows if flow.get("id") == node.get("default")]
        return [self.by_id[flow.get("targetRef")] for flow in flows]


def _condition(flow: Any) -> str:
    return flow.findtext(f"{BPMN}conditionExpression") or ""


@pytest.fixture(params=DIAGRAMS, ids=lambda path: path.stem)
def returns(request: pytest.FixtureRequest) -> Returns:
    """What a pack sends back."""
    return Returns(request.param)


def test_x13_whatever_is_sent_back_has_a_reason(returns: Returns) -> None:
    found = list(returns.list())
    silent = {(step.get("id"), word) for step, word, _ in found if not returns.demands_reason(step, word)}

    assert found != []
    assert silent == set()


def test_x13_whoever_has_to_act_reads_why(returns: Returns) -> None:
    unread = {
        (step.get("id"), word, receiver.get("id"))
        for step, word, receiver in returns.list()
        if not returns.is_shown(step, receiver)
    }

    assert unread == set()
