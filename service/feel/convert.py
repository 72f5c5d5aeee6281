"""Between FEEL values and JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from enum import Enum

from service.feel.errors import OutputTooLarge
from service.feel.limits import DEFAULT
from service.feel.temporal import format_temporal
from service.feel.values import DECIMAL, KINDS, Range

_PLAIN = frozenset(KINDS) - {list, dict, Decimal}
_MAX_BITS = 20_413  # of the largest number FEEL has, 10**6145


def from_json(value: object) -> object:  # noqa: PLR0911 - one answer a type
    """The FEEL value of plain data: int and float become Decimal, tuples lists, mappings dicts.

    Text stays text; dates must come as Python dates or be made by ``date(...)``. What FEEL does not
    know (an object) becomes null, never something an expression could look into.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return _from_int(value)  # type: ignore[arg-type]
    if kind is Decimal:
        return value if value.is_finite() else None  # type: ignore[attr-defined]
    if kind is float:
        return DECIMAL.create_decimal(repr(value)) if math.isfinite(value) else None  # type: ignore[arg-type]
    if kind is dict:
        return _convert_dict(value)  # type: ignore[arg-type]
    if kind is list:
        return _convert_list(value)  # type: ignore[arg-type]
    return _from_unusual(value)


def _from_int(value: int) -> Decimal | None:
    """In 34 digits; None where that cannot hold it."""
    if value.bit_length() <= 112:
        return Decimal(value)
    try:
        return DECIMAL.plus(Decimal(value)) if value.bit_length() <= _MAX_BITS else None
    except DecimalException:
        return None


def _convert_dict(value: dict[object, object]) -> dict[object, object]:
    new: dict[object, object] = {}
    changed = False
    for key, item in value.items():
        converted = new[str(key)] = from_json(item)
        changed = changed or converted is not item or type(key) is not str
    return new if changed else value


def _convert_list(value: list[object]) -> list[object]:
    new = [from_json(item) for item in value]
    changed = any(converted is not item for converted, item in zip(new, value, strict=True))
    return new if changed else value


def _from_unusual(value: object) -> object:
    """Subclasses and cousins of the plain types."""
    if isinstance(value, Enum):
        return from_json(value.value)
    if isinstance(value, Mapping):
        return {str(key): from_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, set, frozenset)):
        return [from_json(item) for item in value]
    for base in (str, int, float, Decimal, list, datetime, date, time, timedelta):
        if isinstance(value, base):
            return _as_base(value, base)
    return None


def _as_base(value: object, base: type) -> object:
    if base is datetime:
        moment: datetime = value  # type: ignore[assignment]
        return datetime.combine(moment.date(), moment.timetz())
    if base is date:
        return date.fromordinal(value.toordinal())  # type: ignore[attr-defined]
    if base is time:
        return replace_time(value)  # type: ignore[arg-type]
    if base is timedelta:
        return timedelta(microseconds=value // timedelta(microseconds=1))  # type: ignore[operator]
    return from_json(base(value))


def replace_time(value: time) -> time:
    """A plain time of a subclass of time."""
    return time(value.hour, value.minute, value.second, value.microsecond, tzinfo=value.tzinfo)


class _Budget:
    """How many more values may be written."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OutputTooLarge("result-too-large")


def to_json(value: object, *, limit: int = DEFAULT.items) -> object:
    """The value as JSON would carry it: numbers as int or float, dates and durations as ISO text.

    A range becomes a dict of its ends; a function becomes null. ``limit`` bounds the number of values.
    """
    try:
        return _to_json(value, _Budget(limit))
    except RecursionError as error:
        raise OutputTooLarge("result-too-deep") from error


def _to_json(value: object, budget: _Budget) -> object:
    budget.spend()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**18 else float(value)
    if isinstance(value, dict):
        return {key: _to_json(item, budget) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item, budget) for item in value]
    if isinstance(value, Range):
        return {
            "start": _to_json(value.low, budget),
            "end": _to_json(value.high, budget),
            "start included": value.low_closed,
            "end included": value.high_closed,
        }
    return format_temporal(value)
