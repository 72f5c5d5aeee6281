"""What a command may end in instead of a step."""

from __future__ import annotations

from service.engine.records.diagram_facts import Problem


class BpmnError(Exception):
    """Raised by a service task's worker: a boundary error event with this code may catch it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


class UncaughtBpmnError(Exception):
    """A BpmnError that no event in the diagram catches: the whole command is refused."""

    def __init__(self, element_id: str, error: BpmnError) -> None:
        super().__init__(f"{element_id}: {error.message or error.code}")
        self.element_id = element_id
        self.error = error


class NotOpen(Exception):
    """The command names something that is not open (any more)."""


class Unreachable(Exception):
    """A way back that the diagram or its rules of scope forbid; the text says why."""


class Refused(Exception):
    """A diagram that cannot be published. Carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.element_id}: {p.message}" for p in problems))
        self.problems = problems
