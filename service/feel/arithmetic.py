"""``+ - * / **`` and negation on every kind of value that has them. Anything else is null."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException

from service.feel.frame import Run
from service.feel.temporal import add_duration, add_months, from_seconds, midnight, seconds_of
from service.feel.values import DECIMAL, YearsMonths, kind
from service.feel.wide import (
    AnyDate,
    AnyDateTime,
    AnyDay,
    AnyTime,
    WideDate,
    WideDateTime,
    WideTime,
    clock,
    day_of,
    distance,
    join,
    nanos_of,
)

Rule = Callable[[Run, object, object], object]


def _concatenate(run: Run, left: str, right: str) -> str:
    return run.sized_text(left + right)


def _add_time(_run: Run, left: AnyTime, right: timedelta) -> AnyTime:
    near = left.near if isinstance(left, WideTime) else left
    moment = datetime.combine(date(2000, 1, 2), near.replace(tzinfo=None)) + timedelta(
        seconds=right.seconds, microseconds=right.microseconds
    )
    return clock(moment.time().replace(tzinfo=near.tzinfo), nanos_of(left))


def _add_moment(_run: Run, left: AnyDateTime, right: timedelta) -> AnyDateTime | None:
    return add_duration(left, right)


def _add_date(_run: Run, left: AnyDate, right: timedelta) -> AnyDate | None:
    moment = add_duration(midnight(left), right)
    return day_of(moment) if moment else None


def _add_months(_run: Run, left: AnyDay, right: YearsMonths) -> AnyDay | None:
    return add_months(left, right.months)


def _subtract_moments(_run: Run, left: AnyDay, right: AnyDay) -> timedelta | None:
    """Elapsed time. A local date and time has no distance to one with a zone."""
    return distance(left, right) if is_zoned(left) == is_zoned(right) else None


def is_zoned(value: AnyDay | AnyTime) -> bool:
    """Whether the value stands on the time line; a date does, as midnight UTC."""
    return True if isinstance(value, WideDate) or type(value) is date else value.tzinfo is not None  # type: ignore[union-attr]


def _subtract_times(run: Run, left: AnyTime, right: AnyTime) -> timedelta | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    day = date(2000, 1, 1)
    return _subtract_moments(run, join(day, left), join(day, right))


def _scale_months(_run: Run, left: YearsMonths, right: Decimal) -> YearsMonths | None:
    return YearsMonths(int(DECIMAL.multiply(Decimal(left.months), right)))


def _divide_months(_run: Run, left: YearsMonths, right: Decimal) -> YearsMonths | None:
    return YearsMonths(int(DECIMAL.divide(Decimal(left.months), right)))


def _scale_time(_run: Run, left: timedelta, right: Decimal) -> timedelta | None:
    return from_seconds(DECIMAL.multiply(seconds_of(left), right))


def _divide_time(_run: Run, left: timedelta, right: Decimal) -> timedelta | None:
    return from_seconds(DECIMAL.divide(seconds_of(left), right))


def _power(_run: Run, left: Decimal, right: Decimal) -> Decimal:
    if left == 0 and right == 0:
        return Decimal(1)
    return DECIMAL.power(left, right)


def _flip(rule: Rule) -> Rule:
    """The rule with its operands the other way round."""
    return lambda run, left, right: rule(run, right, left)


def _minus(rule: Rule) -> Rule:
    """The rule with its right operand negated."""
    return lambda run, left, right: rule(run, left, negate(run, right))


_DATES, _MOMENTS, _TIMES = (date, WideDate), (datetime, WideDateTime), (time, WideTime)
_DAYS = _DATES + _MOMENTS
_D, _M, _N = timedelta, YearsMonths, Decimal


def _table(
    *entries: tuple[tuple[type, ...], tuple[type, ...], Callable[..., object]],
) -> dict[tuple[type, type], Rule]:
    """Rules by the types of both operands."""
    return {(left, right): rule for lefts, rights, rule in entries for left in lefts for right in rights}


_PLUS = _table(
    ((_N,), (_N,), lambda _, a, b: DECIMAL.add(a, b)),
    ((str,), (str,), _concatenate),
    ((_D,), (_D,), lambda _, a, b: a + b),
    ((_M,), (_M,), lambda _, a, b: YearsMonths(a.months + b.months)),
    (_DATES, (_D,), _add_date),
    (_MOMENTS, (_D,), _add_moment),
    (_TIMES, (_D,), _add_time),
    (_DAYS, (_M,), _add_months),
)
_TIMES_RULES = _table(
    ((_N,), (_N,), lambda _, a, b: DECIMAL.multiply(a, b)),
    ((_D,), (_N,), _scale_time),
    ((_M,), (_N,), _scale_months),
)
_RULES: dict[str, dict[tuple[type, type], Rule]] = {
    "+": {(b, a): _flip(rule) for (a, b), rule in _PLUS.items()} | _PLUS,
    "-": {
        **{key: _minus(rule) for key, rule in _PLUS.items() if key[1] in (_D, _M)},
        **_table(
            ((_N,), (_N,), lambda _, a, b: DECIMAL.subtract(a, b)),
            (_TIMES, _TIMES, _subtract_times),
            (_DAYS, _DAYS, _subtract_moments),
        ),
    },
    "*": {(b, a): _flip(rule) for (a, b), rule in _TIMES_RULES.items()} | _TIMES_RULES,
    "/": _table(
        ((_N,), (_N,), lambda _, a, b: DECIMAL.divide(a, b)),
        ((_D,), (_N,), _divide_time),
        ((_M,), (_N,), _divide_months),
        ((_D,), (_D,), lambda _, a, b: DECIMAL.divide(seconds_of(a), seconds_of(b))),
        ((_M,), (_M,), lambda _, a, b: DECIMAL.divide(Decimal(a.months), Decimal(b.months))),
    ),
    "**": _table(((_N,), (_N,), _power)),
}


def calculate(run: Run, operator: str, left: object, right: object) -> object:
    """``left operator right``, or null with a warning."""
    rule = _RULES[operator].get((type(left), type(right)))
    if rule is None:
        if left is not None and right is not None:
            run.warn(f"{kind(left)} {operator} {kind(right)} is not defined")
        else:
            run.warn(f"{operator} of null")
        return None
    try:
        return rule(run, left, right)
    except (DecimalException, OverflowError, ValueError):
        run.warn(f"{operator} has no result")
        return None


def negate(run: Run, value: object) -> object:
    """``-value``"""
    if type(value) is Decimal:
        return DECIMAL.minus(value)
    if type(value) is timedelta:
        return -value
    if type(value) is YearsMonths:
        return YearsMonths(-value.months)
    run.warn(f"- of {kind(value)} is not defined")
    return None
