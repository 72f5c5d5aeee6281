"""Names and paths: where a name is found, and what lies behind a dot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from types import CodeType

from service.feel.convert import from_json
from service.feel.frame import Frame, Run
from service.feel.temporal import format_zone
from service.feel.values import Function, kind
from service.feel.wide import AnyDateTime, AnyTime, WideDateTime, WideTime, nanos_of, near_of

Code = Callable[[Frame], object]

_MISSING = object()
#: Values of these types go in and out as they are; the others are converted first.
_READY = frozenset({str, bool, type(None)})


def find_free(name: str, fallback: Function | None) -> Code:
    """Code for a name outside every local scope: a variable, a function given, or a built-in."""

    def read(frame: Frame) -> object:
        value = frame.names.get(name, _MISSING)
        if value is _MISSING:
            return _outside(frame.run, name, fallback)
        return value if type(value) in _READY else from_json(value)

    return read


def find_path(name: str, keys: tuple[str, ...], fallback: Function | None) -> Code:
    """Code for ``name.key.key`` outside every local scope. Only what is found is converted, not all of it."""
    find = find_free(name, fallback)

    def read(frame: Frame) -> object:
        value = frame.names.get(name)
        for depth, key in enumerate(keys):
            if type(value) is not dict or key not in value:
                found = find(frame) if depth == 0 else from_json(value)
                for rest in keys[depth:]:
                    found = member(frame.run, found, rest)
                return found
            value = value[key]
        return value if type(value) in _READY else from_json(value)

    return read


def find_local(name: str, fallback: Function | None) -> Code:
    """Code for a name that a local scope may define."""

    def read(frame: Frame) -> object:
        scope: Frame | None = frame
        while scope is not None:
            value = scope.names.get(name, _MISSING)
            if value is not _MISSING:
                return value if type(value) in _READY or scope.parent else from_json(value)
            scope = scope.parent
        return _outside(frame.run, name, fallback)

    return read


def find_function(name: str, fallback: Function | None) -> Code:
    """Code for a name that is called: a variable that is no function is passed over."""

    def read(frame: Frame) -> object:
        scope: Frame | None = frame
        while scope is not None:
            value = scope.names.get(name, _MISSING)
            if type(value) is Function:
                return value
            scope = scope.parent
        return _outside(frame.run, name, fallback)

    return read


def _outside(run: Run, name: str, fallback: Function | None) -> object:
    given = run.functions.get(name)
    if given is not None:
        return wrap(name, given)
    if fallback is None:
        run.warn(f"there is no variable or function named {name!r}")
    return fallback


def wrap(name: str, python: Callable[..., object]) -> Function:
    """A Python function as a FEEL function. Parameter names read with spaces for underscores.

    It gets FEEL values and may return plain data; TypeError, ValueError and ArithmeticError become null.
    """
    keywords = parameters_of(python)

    def call(run: Run, positional: list[object], named: dict[str, object]) -> object:
        run.step()
        try:
            return from_json(python(*positional, **named))
        except (TypeError, ValueError, ArithmeticError) as error:
            run.warn(f"{name}: {error}")
            return None

    def apply_named(run: Run, named: dict[str, object]) -> object:
        return call(run, [], {keywords.get(key, key): value for key, value in named.items()})

    return Function(name, tuple(keywords), lambda run, arguments: call(run, arguments, {}), apply_named)


def parameters_of(python: Callable[..., object]) -> dict[str, str]:
    """The FEEL names of a Python function's parameters, with their Python names."""
    code = getattr(python, "__code__", None)
    return _parameters_of_code(code) if isinstance(code, CodeType) else {}


@lru_cache(maxsize=256)
def _parameters_of_code(code: CodeType) -> dict[str, str]:
    """By code, not by function: a closure made for one evaluation must not be kept alive."""
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return {name.replace("_", " ").strip(): name for name in names if name != "self"}


def member(run: Run, value: object, name: str) -> object:
    """``value.name``: an entry of a context, a property of a temporal value; over a list, of every item."""
    if type(value) is dict:
        if name in value:
            return value[name]
        run.warn(f"the context has no entry {name!r}")
        return None
    if type(value) is list:
        run.step(len(value))
        return [member(run, item, name) for item in value]
    reader = PROPERTIES.get((kind(value), name))
    if reader is None:
        run.warn(f"{kind(value)} has no property {name!r}")
        return None
    return reader(value)


def _near(value: AnyTime | AnyDateTime) -> time | datetime:
    return value.near if isinstance(value, (WideTime, WideDateTime)) else value


def _second(value: AnyTime | AnyDateTime) -> Decimal:
    near = _near(value)
    return Decimal(near.second) + Decimal(near.microsecond * 1000 + nanos_of(value)).scaleb(-9)


def _offset(value: AnyTime | AnyDateTime) -> timedelta | None:
    return value.utcoffset()


def _zone(value: AnyTime | AnyDateTime) -> str | None:
    text = format_zone(value.tzinfo)
    return text[1:] if text.startswith("@") else None


def _part(size: int, modulus: int) -> Callable[[timedelta], Decimal]:
    """A part of a duration, with the sign of the whole."""

    def read(value: timedelta) -> Decimal:
        rest = abs(value)
        whole = (rest.days * 86400 + rest.seconds) // size
        part = whole % modulus if modulus else whole
        return Decimal(-part if value < timedelta() else part)

    return read


def _seconds(value: timedelta) -> Decimal:
    rest = abs(value)
    part = Decimal(rest.seconds % 60) + Decimal(rest.microseconds) / 1_000_000
    return -part if value < timedelta() else part


def _signed(months: int, part: int) -> Decimal:
    return Decimal(-part if months < 0 else part)


_DAY = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(near_of(v)[0].isoweekday()),
}
_CLOCK = {
    "hour": lambda v: Decimal(_near(v).hour),
    "minute": lambda v: Decimal(_near(v).minute),
    "second": _second,
    "time offset": _offset,
    "timezone": _zone,
}
_BY_KIND: dict[str, dict[str, Callable[..., object]]] = {
    "date": {**_DAY},
    "time": {**_CLOCK},
    "date and time": {**_DAY, **_CLOCK},
    "days and time duration": {
        "days": _part(86400, 0),
        "hours": _part(3600, 24),
        "minutes": _part(60, 60),
        "seconds": _seconds,
    },
    "years and months duration": {
        "years": lambda v: _signed(v.months, abs(v.months) // 12),
        "months": lambda v: _signed(v.months, abs(v.months) % 12),
    },
    "range": {
        "start": lambda v: v.low,
        "end": lambda v: v.high,
        "start included": lambda v: v.low_closed,
        "end included": lambda v: v.high_closed,
    },
}
#: What lies behind the dot of a value that is no context, by kind and name.
PROPERTIES: dict[tuple[str, str], Callable[..., object]] = {
    (of, name): reader for of, readers in _BY_KIND.items() for name, reader in readers.items()
}
