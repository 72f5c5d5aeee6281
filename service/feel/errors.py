"""What can go wrong: an expression that does not parse, and an evaluation that runs past a limit.

Every error has a code that never changes and the parameters of its sentence, so that who shows it may say
it in another language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: every code with its English sentence
MESSAGES: Final[Mapping[str, str]] = {
    # an expression that is not FEEL
    "string-not-closed": "a string is not closed",
    "unexpected-character": "unexpected character",
    "unexpected-text": "unexpected text after the expression",
    "expected": "expected {what!r}",
    "expected-expression": "expected an expression",
    "expected-name": "expected a name",
    "expected-member": "expected a name after '.'",
    "expected-type": "expected a type",
    "expected-string": "expected a string after '@'",
    "expected-range-end": "expected the end of a range",
    "not-temporal": "not a date, time or duration",
    "not-a-range": "not a range",
    "range-ends": "the ends of a range are literals",
    "mixed-arguments": "named and positional arguments are mixed",
    "too-long": "the source is longer than {limit} characters",
    "too-deep": "the expression nests deeper than {limit} levels",
    "too-many-operators": "too many operators in a row, more than {limit}",
    # an evaluation past a limit
    "too-many-steps": "the evaluation took more than {limit} steps",
    "calls-too-deep": "functions call each other deeper than {limit}",
    "evaluation-too-deep": "the evaluation nests too deep",
    "list-too-long": "a list has more than {limit} items",
    "string-too-long": "a string has more than {limit} characters",
    "result-too-large": "the result has too many values",
    "result-too-deep": "the result nests too deep",
}


class FeelError(Exception):
    """An expression that is not FEEL: where (counted from 1) and the offending piece of text."""

    def __init__(
        self, code: str, *, line: int = 1, column: int = 1, text: str = "", **parameters: object
    ) -> None:
        message = MESSAGES[code].format_map(parameters)
        place = f"line {line}, column {column}"
        super().__init__(f"{message} at {place}" + (f": {text!r}" if text else ""))
        self.code = code
        self.parameters = parameters
        self.message = message
        self.line = line
        self.column = column
        self.text = text


class SourceTooLong(FeelError):
    """The source is longer than the limit."""


class NestedTooDeep(FeelError):
    """The expression nests deeper than the limit."""


class EvaluationError(Exception):
    """An evaluation that was stopped. Type errors never raise: they yield null and a warning."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(MESSAGES[code].format_map(parameters))
        self.code = code
        self.parameters = parameters


class StepsExceeded(EvaluationError):
    """The evaluation took more steps (iterations, calls, comparisons of items) than the limit."""


class CallsTooDeep(EvaluationError):
    """Functions called each other deeper than the limit."""


class OutputTooLarge(EvaluationError):
    """A value grew larger than the limit."""
