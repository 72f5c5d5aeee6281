"""Small tools for walking diagrams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service import engine
from tests.engine.sketch import draw

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2024, 3, 1, 4, 0, tzinfo=UTC)  #: 12:00 in Changzhou


@dataclass
class Walk:
    """An instance under way: commands by element id, the last step at hand."""

    diagram: engine.Diagram
    process: str = "p"
    env: engine.Environment = field(default_factory=lambda: engine.Environment(now=NOON, zone=SHANGHAI))
    step: engine.Step = field(default_factory=lambda: engine.Step(state=b"", variables={}))
    seen: list[str] = field(default_factory=list)

    def do(self, command: engine.Command) -> engine.Step:
        state = None if isinstance(command, engine.Start) else self.step.state
        self.step = engine.advance(self.diagram, self.process, state, command, self.env)
        self.seen += [event.element_id for event in self.step.trace if event.kind == "completed"]
        return self.step

    def start(self, start_event: str | None = None, **variables: Any) -> engine.Step:
        return self.do(engine.Start(start_event=start_event, variables=variables))

    def complete(self, element_id: str, **variables: Any) -> engine.Step:
        key = next(task.key for task in self.step.user_tasks if task.element_id == element_id)
        return self.do(engine.CompleteUserTask(key=key, variables=variables))

    def work(self, element_id: str, **variables: Any) -> engine.Step:
        key = next(task.key for task in self.step.service_tasks if task.element_id == element_id)
        return self.do(engine.CompleteServiceTask(key=key, variables=variables))

    def fail(self, element_id: str, code: str) -> engine.Step:
        key = next(task.key for task in self.step.service_tasks if task.element_id == element_id)
        return self.do(engine.FailServiceTask(key=key, error_code=code))

    def fire(self, element_id: str, now: datetime | None = None) -> engine.Step:
        timer = next(timer for timer in self.step.timers if timer.element_id == element_id)
        self.env = replace(self.env, now=now or timer.due_at)
        return self.do(engine.FireTimer(key=timer.key))

    def deliver(self, element_id: str, **variables: Any) -> engine.Step:
        key = next(one.key for one in self.step.subscriptions if one.element_id == element_id)
        return self.do(engine.DeliverEvent(key=key, variables=variables))

    def go_back(self, element_id: str, to: str) -> engine.Step:
        key = next(task.key for task in self.step.user_tasks if task.element_id == element_id)
        return self.do(engine.ReturnTo(key=key, element_id=to))

    @property
    def open(self) -> list[str]:
        """Ids of the open user and service tasks."""
        return [task.element_id for task in (*self.step.user_tasks, *self.step.service_tasks)]


def warned(sketch: str) -> list[tuple[str | None, str]]:
    """Return element and rule of the warnings about a sketch, which must have no errors."""
    found = engine.check_diagram(draw(p=sketch))
    assert [problem for problem in found if problem.severity == "error"] == []
    odd = [problem for problem in found if problem.rule not in ("nobody", "abstract-task")]
    return [(problem.element_id, problem.rule) for problem in odd]


@pytest.fixture
def walk() -> Callable[..., Walk]:
    """Compile a sketch of process ``p`` and get ready to walk it."""

    def make(sketch: str, *, env: Mapping[str, Any] | None = None, **others: str) -> Walk:
        world = engine.Environment(**{"now": NOON, "zone": SHANGHAI, **(env or {})})
        return Walk(engine.compile_diagram(draw(p=sketch, **others)), env=world)

    return make


@pytest.fixture
def refused() -> Callable[..., list[tuple[str | None, str]]]:
    """Compile a sketch and return the (element id, rule) of every error."""

    def check(sketch: str) -> list[tuple[str | None, str]]:
        found = engine.check_diagram(draw(p=sketch))
        return [(problem.element_id, problem.rule) for problem in found if problem.severity == "error"]

    return check
