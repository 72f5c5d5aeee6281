"""What an evaluation carries along: the variables in scope, the time, the budget and the warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from service.feel.errors import CallsTooDeep, OutputTooLarge, StepsExceeded
from service.feel.limits import DEFAULT, Limits

_MAX_WARNINGS = 50


#: steps a call costs: it takes as long as some comparisons
_CALL = 3


class Run:
    """One evaluation."""

    __slots__ = ("calls", "functions", "limits", "notes", "now", "steps", "warnings", "zone")

    def __init__(
        self,
        functions: Mapping[str, Callable[..., object]],
        now: datetime | None,
        zone: ZoneInfo | None,
        limits: Limits = DEFAULT,
    ) -> None:
        self.functions = functions
        self.now = now
        self.zone = zone
        self.limits = limits
        self.steps = limits.steps
        self.calls = 0
        self.warnings: list[str] | None = None
        self.notes: list[object] | None = None  #: what decision tables tell about their rules, if asked for

    def warn(self, message: str) -> None:
        """Note why a value became null. The first fifty are kept."""
        if self.warnings is None:
            self.warnings = []
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(message)

    def step(self, count: int = 1) -> None:
        """Spend ``count`` of the budget."""
        self.steps -= count
        if self.steps < 0:
            raise StepsExceeded("too-many-steps", limit=self.limits.steps)

    def enter(self) -> None:
        """One function deeper; ``leave`` comes back."""
        self.calls += 1
        self.step(_CALL)
        if self.calls > self.limits.calls:
            raise CallsTooDeep("calls-too-deep", limit=self.limits.calls)

    def leave(self) -> None:
        """Come back from a function."""
        self.calls -= 1

    def sized_list(self, items: list[object]) -> list[object]:
        """``items``, if there are not too many."""
        self.step(len(items))
        if len(items) > self.limits.items:
            raise OutputTooLarge("list-too-long", limit=self.limits.items)
        return items

    def sized_text(self, text: str) -> str:
        """``text``, if it is not too long. A long one costs steps too, so that memory is bounded."""
        self.step(len(text) // 64)
        if len(text) > self.limits.text:
            raise OutputTooLarge("string-too-long", limit=self.limits.text)
        return text


class Frame:
    """One scope: its names, the scope around it, and the run."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, names: Mapping[str, object], parent: Frame | None, run: Run) -> None:
        self.names = names
        self.parent = parent
        self.run = run
