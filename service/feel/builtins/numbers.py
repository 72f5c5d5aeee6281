"""Built-ins on numbers."""

from __future__ import annotations

from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from service.feel.arithmetic import negate
from service.feel.builtins.registry import builtin
from service.feel.frame import Run
from service.feel.values import DECIMAL, YearsMonths

_SCALE_LOW, _SCALE_HIGH = -6111, 6176


def _round(run: Run, value: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """``value`` to ``scale`` decimals; a scale below zero rounds to tens, hundreds and so on."""
    places = int(scale)
    if not _SCALE_LOW <= places <= _SCALE_HIGH:
        run.warn(f"the scale must lie between {_SCALE_LOW} and {_SCALE_HIGH}")
        return None
    exponent = int(value.as_tuple().exponent)
    if -exponent <= places:
        return value
    wide = DECIMAL.copy()
    wide.prec = max(len(value.as_tuple().digits) + abs(exponent) + abs(places) + 2, DECIMAL.prec)
    wide.Emin, wide.Emax = -999_999, 999_999
    rounded = value.quantize(Decimal(1).scaleb(-places, context=wide), rounding=rounding, context=wide)
    return DECIMAL.plus(rounded)


@builtin("decimal(n: number, scale: number)")
def decimal(run: Run, value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded half to even."""
    return _round(run, value, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    """Rounded down, towards minus infinity."""
    return _round(run, value, scale or Decimal(0), ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    """Rounded up, towards infinity."""
    return _round(run, value, scale or Decimal(0), ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(run: Run, value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded away from zero."""
    return _round(run, value, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(run: Run, value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded towards zero."""
    return _round(run, value, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(run: Run, value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves away from zero."""
    return _round(run, value, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(run: Run, value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves towards zero."""
    return _round(run, value, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number)")
@builtin("abs(n: duration)")
def absolute(run: Run, value: Decimal | timedelta | YearsMonths) -> object:
    """Without its sign."""
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    if isinstance(value, timedelta):
        return abs(value)
    return negate(run, value) if value < 0 else value


@builtin("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """What is left over, with the sign of the divisor."""
    if divisor == 0:
        run.warn("modulo by zero")
        return None
    rest = DECIMAL.remainder(dividend, divisor)
    return DECIMAL.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt(number: number)")
def sqrt(run: Run, value: Decimal) -> Decimal | None:
    """Square root."""
    if value < 0:
        run.warn("sqrt of a number below zero")
        return None
    return DECIMAL.sqrt(value)


@builtin("log(number: number)")
def log(run: Run, value: Decimal) -> Decimal | None:
    """Natural logarithm."""
    if value <= 0:
        run.warn("log of a number that is not above zero")
        return None
    return DECIMAL.ln(value)


@builtin("exp(number: number)")
def exp(_run: Run, value: Decimal) -> Decimal:
    """e to the power of the number."""
    return DECIMAL.exp(value)


@builtin("odd(number: number)")
def odd(_run: Run, value: Decimal) -> bool | None:
    """Whether it is odd; null for what is not whole."""
    return value % 2 != 0 if value == value.to_integral_value() else None


@builtin("even(number: number)")
def even(_run: Run, value: Decimal) -> bool | None:
    """Whether it is even; null for what is not whole."""
    return value % 2 == 0 if value == value.to_integral_value() else None
