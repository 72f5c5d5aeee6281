"""What may be a process variable. Values are made plain JSON where they enter, and copied on the way."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from service import feel
from service.engine.records import JSON, Variables


def normalise(variables: Mapping[str, Any]) -> Variables:
    """Return a deep copy in plain JSON: decimals become numbers, dates ISO text, sets lists.

    A name that is no text, or a value with no JSON form (bytes, functions, objects), is a ``TypeError``
    that names the variable.
    """
    result: Variables = {}
    for name, value in variables.items():
        if not isinstance(name, str):
            raise TypeError(f"a variable's name must be text, not {name!r}")
        try:
            result[name] = plain(value)
        except TypeError as error:
            raise TypeError(f"variable {name!r}: {error}") from error
    return result


class Copied(Mapping[str, JSON]):
    """Variables whose values are copied when they are read: who reads one pays for one, and may change it."""

    def __init__(self, shared: Variables) -> None:
        self._shared = shared

    def __getitem__(self, name: str) -> JSON:
        return copy.deepcopy(self._shared[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._shared)

    def __len__(self) -> int:
        return len(self._shared)


def plain(value: Any) -> JSON:  # noqa: PLR0911  # a table of kinds
    """Return a value in plain JSON, or raise ``TypeError``."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value)]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta | feel.YearsMonths):
        return str(feel.to_json(value))
    raise TypeError(f"{type(value).__name__} cannot be kept in a process variable")


def _number(value: float | Decimal) -> JSON:
    if not math.isfinite(value):
        raise TypeError(f"{value} is no number JSON knows")
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise TypeError(f"a key must be text, not {key!r}")
