"""Built-ins on booleans, and ``is``."""

from __future__ import annotations

from datetime import datetime, time, tzinfo

from service.feel.builtins.registry import builtin, several
from service.feel.comparison import equal
from service.feel.frame import Run
from service.feel.temporal import format_temporal
from service.feel.wide import AnyDateTime, AnyTime, WideDateTime, WideTime

_CLOCKS = frozenset({datetime, time, WideDateTime, WideTime})


@builtin("not(negand: any)")
def not_(_run: Run, value: object) -> bool | None:
    """True for false, false for true, else null."""
    return not value if type(value) is bool else None


@builtin("all(list: list)")
@builtin("all(...b: any)")
def all_(_run: Run, *values: object) -> bool | None:
    """Whether all are true; null where one is neither."""
    items = several(values)
    if items is None or any(item is False for item in items):
        return None if items is None else False
    return True if all(item is True for item in items) else None


@builtin("any(list: list)")
@builtin("any(...b: any)")
def any_(_run: Run, *values: object) -> bool | None:
    """Whether one is true; null where one is neither."""
    items = several(values)
    if items is None or any(item is True for item in items):
        return None if items is None else True
    return False if all(item is False for item in items) else None


@builtin("is(value1: any, value2: any)")
def is_(run: Run, first: object, second: object) -> bool | None:
    """Whether both are the same element of the semantic domain: equal, and written in the same zone."""
    if type(first) is not type(second):
        return False
    if type(first) in _CLOCKS:
        return _same_clock(first, second)  # type: ignore[arg-type]
    return equal(run, first, second)


def _same_clock(first: AnyTime | AnyDateTime, second: AnyTime | AnyDateTime) -> bool:
    return zone_key(first.tzinfo) == zone_key(second.tzinfo) and format_temporal(first) == format_temporal(
        second
    )


def zone_key(zone: tzinfo | None) -> object:
    """The zone's name, or the offset where it has none."""
    return None if zone is None else getattr(zone, "key", None) or zone.utcoffset(None)
