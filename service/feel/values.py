"""FEEL values as Python values: what there is beside None, bool, Decimal, str, the dates, list and dict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import TYPE_CHECKING

from service.feel.wide import WideDate, WideDateTime, WideTime

if TYPE_CHECKING:
    from service.feel.frame import Run

#: FEEL numbers: IEEE 754-2008 decimal128.
DECIMAL = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


def number(text: str) -> Decimal | None:
    """The number ``text`` stands for, in 34 digits; None where it does not fit."""
    try:
        return DECIMAL.create_decimal(text)
    except (DecimalException, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration. A days and time duration is a ``timedelta``."""

    months: int  #: signed, whole


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. An end of None is not there: ``(< 10)`` has no low end."""

    low: object
    high: object
    low_closed: bool = True
    high_closed: bool = True
    sign: str = ""  #: ``<``, ``=`` and so on where it was written so: ``(< 10)`` is not ``(null..10)``


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something FEEL can call. ``apply`` gets the run and the arguments by position."""

    name: str
    parameters: tuple[str, ...]
    apply: Callable[[Run, list[object]], object]
    apply_named: Callable[[Run, dict[str, object]], object]
    types: tuple[object, ...] = ()  #: FEEL types of the parameters, for ``instance of``
    result: object = None  #: FEEL type of the result, if known


#: The FEEL kind of a value by its Python type.
KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    date: "date",
    datetime: "date and time",
    time: "time",
    WideDate: "date",
    WideDateTime: "date and time",
    WideTime: "time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def kind(value: object) -> str:
    """The FEEL name of the kind of ``value``; empty for what FEEL does not know."""
    return KINDS.get(type(value), "")
