"""DMN 1.1 to 1.5: load a model, decide, and tell which rules decided.

model = dmn.load(path.read_bytes())
result = model.evaluate("Eligibility", {"age": 28})
result.value, result.matches
"""

from __future__ import annotations

from service.feel.dmn.check import Finding, check, check_table
from service.feel.dmn.errors import DmnError, Problem, UnknownElement
from service.feel.dmn.evaluation import Result
from service.feel.dmn.loading import load, load_all
from service.feel.dmn.model import Model
from service.feel.dmn.places import Place, locate
from service.feel.dmn.tables import RuleMatch, Table

__all__ = [
    "DmnError",
    "Finding",
    "Model",
    "Place",
    "Problem",
    "Result",
    "RuleMatch",
    "Table",
    "UnknownElement",
    "check",
    "check_table",
    "load",
    "load_all",
    "locate",
]
