"""Equality, order and membership, each true, false or null."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from service.feel.arithmetic import is_zoned
from service.feel.frame import Run
from service.feel.values import Function, Range, YearsMonths, kind
from service.feel.wide import (
    AnyDay,
    AnyTime,
    WideDate,
    WideDateTime,
    WideTime,
    line,
    nanos_of,
    offset_seconds,
)

_ORDERED = frozenset({Decimal, str, timedelta})
_DAYS = frozenset({date, datetime, WideDate, WideDateTime})
_MOMENTS = frozenset({datetime, WideDateTime})
_TIMES = frozenset({time, WideTime})
_NO_TIME: frozenset[object] = frozenset({timedelta(), YearsMonths(0)})


def equal(run: Run, left: object, right: object) -> bool | None:
    """Whether both are the same value; null where their kinds cannot be compared."""
    if left is None or right is None:
        return left is right
    same = type(left)
    if same is not type(right) or same in _MOMENTS or same in _TIMES:
        return _equal_in_time(left, right)
    if same is list:
        return _equal_lists(run, left, right)  # type: ignore[arg-type]
    if same is dict:
        return _equal_contexts(run, left, right)  # type: ignore[arg-type]
    if same is Range:
        return _equal_ranges(run, left, right)  # type: ignore[arg-type]
    return left is right if same is Function else left == right


def _equal_in_time(left: object, right: object) -> bool | None:
    """Moments are equal on the time line (a date is midnight UTC), times by clock and zone. Fractions of
    a second do not count. No days are no months.
    """
    if type(left) in _DAYS and type(right) in _DAYS:
        if is_zoned(left) != is_zoned(right):  # type: ignore[arg-type]
            return False
        return line(left)[0] == line(right)[0]  # type: ignore[arg-type]
    if type(left) in _TIMES and type(right) in _TIMES:
        return _time_key(left) == _time_key(right)  # type: ignore[arg-type]
    if type(left) in (timedelta, YearsMonths) and type(right) in (timedelta, YearsMonths):
        return True if left in _NO_TIME and right in _NO_TIME else None
    return None


def _time_key(value: AnyTime) -> tuple[int, int, int, object]:
    near = value.near if isinstance(value, WideTime) else value
    offset = near.utcoffset()
    return near.hour, near.minute, near.second, near.tzinfo if offset is None else offset


def _equal_lists(run: Run, left: list[object], right: list[object]) -> bool | None:
    run.step(min(len(left), len(right)) + 1)
    if len(left) != len(right):
        return False
    return _all(equal(run, a, b) for a, b in zip(left, right, strict=True))


def _equal_contexts(run: Run, left: dict[str, object], right: dict[str, object]) -> bool | None:
    run.step(min(len(left), len(right)) + 1)
    if left.keys() != right.keys():
        return False
    return _all(equal(run, left[key], right[key]) for key in left)


def _all(results: object) -> bool | None:
    outcome: bool | None = True
    for result in results:  # type: ignore[attr-defined]
        if result is False:
            return False
        if result is None:
            outcome = None
    return outcome


def _equal_ranges(run: Run, left: Range, right: Range) -> bool | None:
    if (left.low_closed, left.high_closed, left.sign) != (right.low_closed, right.high_closed, right.sign):
        return False
    return _all((equal(run, left.low, right.low), equal(run, left.high, right.high)))


def compare(left: object, right: object) -> int | None:
    """Below zero, zero or above zero; None where there is no order between them."""
    same = type(left)
    if same is type(right):
        if same in _ORDERED or same is date:
            return _sign(left, right)
        if same is YearsMonths:
            return _sign(left.months, right.months)  # type: ignore[attr-defined]
    if same in _DAYS and type(right) in _DAYS:
        return _sign(*_on_one_line(left, right, line))  # type: ignore[arg-type]
    if same in _TIMES and type(right) in _TIMES:
        return _sign(*_on_one_line(left, right, _clock))  # type: ignore[arg-type]
    return None


def _on_one_line(
    left: AnyDay | AnyTime, right: AnyDay | AnyTime, place: Callable[..., tuple[int, int, int]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Both places in seconds and fractions; a local value takes the offset of the other one."""
    first, second = place(left), place(right)
    if not is_zoned(left):
        first = (first[0] - offset_seconds(right), *first[1:])
    elif not is_zoned(right):
        second = (second[0] - offset_seconds(left), *second[1:])
    return first, second


def _sign(left: object, right: object) -> int:
    return int(left > right) - int(left < right)  # type: ignore[operator]


def _clock(value: AnyTime) -> tuple[int, int, int]:
    """The time of day in UTC. A named zone has no offset without a date, so it counts as UTC."""
    near = value.near if isinstance(value, WideTime) else value
    seconds = (near.hour * 60 + near.minute) * 60 + near.second
    return seconds - offset_seconds(value), near.microsecond, nanos_of(value)


def less(order: int) -> bool:
    """``<``"""
    return order < 0


def less_or_equal(order: int) -> bool:
    """``<=``"""
    return order <= 0


def greater(order: int) -> bool:
    """``>``"""
    return order > 0


def greater_or_equal(order: int) -> bool:
    """``>=``"""
    return order >= 0


ORDERS: dict[str, Callable[[int], bool]] = {
    "<": less,
    "<=": less_or_equal,
    ">": greater,
    ">=": greater_or_equal,
}


def in_range(value: object, span: Range) -> bool | None:
    """Whether ``value`` lies in ``span``; null where they cannot be compared."""
    if span.sign == "!=":
        order = compare(value, span.low)
        return None if order is None else order != 0
    above = below = True
    if span.low is not None:
        order = compare(value, span.low)
        if order is None:
            return None
        above = order > 0 or (order == 0 and span.low_closed)
    if span.high is not None:
        order = compare(value, span.high)
        if order is None:
            return None
        below = order < 0 or (order == 0 and span.high_closed)
    if span.low is None and span.high is None:
        return None
    return above and below


def matches(run: Run, value: object, test: object) -> bool | None:
    """Whether ``value`` passes ``test`` as the cell of a table: in a list, in a range, or equal."""
    if type(test) is Range:
        if type(value) is Range:
            return equal(run, value, test)
        return in_range(value, test)
    if type(test) is list:
        return any(_passes(run, value, item) for item in test) or equal(run, value, test) is True
    return equal(run, value, test)


def _passes(run: Run, value: object, item: object) -> bool:
    """Whether ``value`` is this item of a list, or lies in it where it is a range."""
    run.step()
    if type(item) is Range and type(value) is not Range:
        return in_range(value, item) is True
    return equal(run, value, item) is True


def any_of(results: object) -> bool | None:
    """True if any is, else null if any is, else false."""
    outcome: bool | None = False
    for result in results:  # type: ignore[attr-defined]
        if result is True:
            return True
        if result is None:
            outcome = None
    return outcome


def comparable(value: object) -> bool:
    """Whether values of this kind have an order."""
    return kind(value) not in ("", "null", "boolean", "list", "context", "range", "function")
