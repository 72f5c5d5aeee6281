"""What is wrong with a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the id of the element and a sentence."""

    element_id: str
    message: str

    def __str__(self) -> str:
        return f"{self.element_id}: {self.message}"


class DmnError(Exception):
    """A model that cannot be used. ``problems`` lists every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems) or "the model cannot be used")


class UnknownElement(LookupError):
    """The model has no decision, service or business knowledge model of that name or id."""
