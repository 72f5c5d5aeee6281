"""All built-in functions, by name. A new module of built-ins joins the list here."""

from __future__ import annotations

from service.feel.builtins import (
    booleans,
    contexts,
    conversion,
    lists,
    numbers,
    ranges,
    statistics,
    strings,
    temporal,
)
from service.feel.builtins.registry import REGISTRY
from service.feel.syntax.scanner import NameIndex

MODULES = (booleans, contexts, conversion, lists, numbers, ranges, statistics, strings, temporal)
#: The names of the built-ins, for the scanner.
NAMES = NameIndex(REGISTRY)

__all__ = ["MODULES", "NAMES", "REGISTRY"]
