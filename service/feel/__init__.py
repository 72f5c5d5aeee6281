"""FEEL 1.5 and DMN: expressions and decisions, compiled once, over data only.

expression = feel.compile('if age < 35 then "PASS" else "REVIEW"')
expression.evaluate({"age": 28})
"""

from __future__ import annotations

from service.feel.convert import from_json, to_json
from service.feel.errors import (
    CallsTooDeep,
    EvaluationError,
    FeelError,
    NestedTooDeep,
    OutputTooLarge,
    SourceTooLong,
    StepsExceeded,
)
from service.feel.expression import (
    Expression,
    Outcome,
    UnaryTests,
    compile,  # noqa: A004 - the word everybody expects
    compile_unary_tests,
)
from service.feel.limits import Limits
from service.feel.values import Function, Range, YearsMonths, kind

__all__ = [
    "CallsTooDeep",
    "EvaluationError",
    "Expression",
    "FeelError",
    "Function",
    "Limits",
    "NestedTooDeep",
    "Outcome",
    "OutputTooLarge",
    "Range",
    "SourceTooLong",
    "StepsExceeded",
    "UnaryTests",
    "YearsMonths",
    "compile",
    "compile_unary_tests",
    "from_json",
    "kind",
    "to_json",
]
