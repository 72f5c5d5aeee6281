"""What is wrong with a model. Every fault has a code that never changes, as in ``feel.errors``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from service.feel.errors import FeelError

#: every code with its English sentence
MESSAGES: Final[Mapping[str, str]] = {
    "too-large": "the file is too large",
    "not-well-formed": "not well-formed XML: {reason}",
    "document-type": "a document type is not accepted",
    "not-dmn": "not a DMN model of version 1.1 to 1.5",
    "circle": "the models import each other in a circle",
    "model-missing": "the model {name!r} is missing",
    "id-twice": "the id is used twice",
    "unknown-type": "there is no type {name!r}",
    "unknown-target": "there is nothing at {name!r}",
    "requires-itself": "the decision requires itself",
    "unknown-name": "there is no variable or function named {name!r}: is a requirement missing?",
    "not-feel": "{error}",
    "no-output": "the table has no output",
    "unknown-hit-policy": "there is no hit policy {name!r}",
    "unknown-aggregation": "there is no aggregation {name!r}",
    "aggregates-several": "a table with several outputs cannot aggregate",
    "no-expression": "the input has no expression",
    "cells-of-rule": "rule {index} has not as many cells as the table has columns",
    "cells-of-row": "the row has {cells} cells for {columns} columns",
    "part-missing": "{name!r} is missing",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the id of the element, the fault's code and what its sentence speaks of."""

    element_id: str
    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return MESSAGES[self.code].format_map(self.parameters)

    @property
    def error(self) -> FeelError | None:
        """What is wrong with an expression, where that is the fault."""
        error = self.parameters.get("error")
        return error if isinstance(error, FeelError) else None

    def __str__(self) -> str:
        return f"{self.element_id}: {self.message}"


class DmnError(Exception):
    """A model that cannot be used. ``problems`` lists every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems) or "the model cannot be used")


class UnknownElement(LookupError):
    """The model has no decision, service or business knowledge model of that name or id."""
