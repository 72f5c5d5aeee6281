"""How a built-in function is written down: its FEEL signature, then a Python function.

    @builtin("substring(string: string, start position: number, length?: number)")
    def substring(run, text, start, length=None): ...

``?`` after a name makes it optional, ``?`` after a type lets null in, ``...`` before a name takes all the
rest. Several signatures may share a name. Arguments that do not fit any give null and a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import TypeVar

from service.feel.frame import Run
from service.feel.temporal import midnight
from service.feel.values import Function, Range, YearsMonths, kind
from service.feel.wide import WideDate, WideDateTime, WideTime

_SIGNATURE = re.compile(r"([^(]+)\((.*)\)")
_NO = object()
_Python = TypeVar("_Python", bound=Callable[..., object])
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (Decimal,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "function": (Function,),
    "range": (Range,),
    "date": (date, WideDate),
    "time": (time, WideTime),
    "date and time": (datetime, WideDateTime),
    "day": (date, datetime, WideDate, WideDateTime),
    "days and time duration": (timedelta,),
    "years and months duration": (YearsMonths,),
    "duration": (timedelta, YearsMonths),
    "point": (str, Decimal, date, time, datetime, timedelta, YearsMonths, WideDate, WideTime, WideDateTime),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature."""

    name: str
    kind: str
    optional: bool
    nullable: bool
    rest: bool

    def take(self, value: object) -> object:  # noqa: PLR0911 - one answer a kind
        """The argument as this parameter wants it, or ``_NO``."""
        if self.kind == "any":
            return value
        if value is None:
            return None if self.nullable else _NO
        wanted = _KINDS[self.kind]
        if type(value) in wanted:
            return value
        if type(value) is list:
            return self.take(value[0]) if len(value) == 1 else _NO
        if self.kind == "list":
            return [value]
        if self.kind == "date and time" and type(value) is date:
            return midnight(value)
        return _NO


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in."""

    parameters: tuple[Parameter, ...]
    python: Callable[..., object]

    def positional(self, values: list[object]) -> list[object] | None:
        """The arguments as the Python function wants them, or None where they do not fit."""
        taken: list[object] = []
        parameters = self.parameters
        if parameters and parameters[-1].rest:
            fixed = len(parameters) - 1
            parameters = parameters[:-1] + (parameters[-1],) * (len(values) - fixed)
        elif len(values) > len(parameters):
            return None
        for parameter, value in zip(parameters, values, strict=False):
            fitting = parameter.take(value)
            if fitting is _NO:
                return None
            taken.append(fitting)
        missing = parameters[len(values) :]
        return None if any(not parameter.optional for parameter in missing) else taken

    def named(self, values: dict[str, object]) -> list[object] | None:
        """The same for named arguments."""
        taken: list[object] = []
        left = dict(values)
        for parameter in self.parameters:
            if parameter.optional and parameter.name not in left:
                taken.append(None)
                continue
            fitting = parameter.take(left.pop(parameter.name, None))
            if fitting is _NO:
                return None
            taken.append(fitting)
        return None if left else taken


class Builtin:
    """A name and its signatures."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signatures: list[Signature] = []

    def apply(self, run: Run, values: list[object]) -> object:
        """Call with positional arguments."""
        for signature in self.signatures:
            taken = signature.positional(values)
            if taken is not None:
                return self._run(run, signature, taken)
        run.warn(f"{self.name} is not defined for ({', '.join(kind(value) for value in values)})")
        return None

    def apply_named(self, run: Run, values: dict[str, object]) -> object:
        """Call with named arguments."""
        for signature in self.signatures:
            taken = signature.named(values)
            if taken is not None:
                return self._run(run, signature, taken)
        run.warn(f"{self.name} has no parameters ({', '.join(values)}) of these kinds")
        return None

    def _run(self, run: Run, signature: Signature, values: list[object]) -> object:
        run.step()
        try:
            return signature.python(run, *values)
        except (DecimalException, OverflowError, ValueError) as error:
            run.warn(f"{self.name} has no result: {type(error).__name__}")
            return None


_BUILTINS: dict[str, Builtin] = {}
#: Every built-in as a FEEL function, by name.
REGISTRY: dict[str, Function] = {}


def builtin(signature: str) -> Callable[[_Python], _Python]:
    """Register a Python function under a FEEL signature."""
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise ValueError(f"not a signature: {signature}")
    name, parameters = match.group(1), _parameters(match.group(2))

    def register(python: _Python) -> _Python:
        entry = _BUILTINS.setdefault(name, Builtin(name))
        entry.signatures.append(Signature(parameters, python))
        names = tuple(parameter.name for parameter in entry.signatures[0].parameters)
        REGISTRY[name] = Function(name, names, entry.apply, entry.apply_named)
        return python

    return register


def several(values: tuple[object, ...]) -> list[object] | None:
    """The items of a function that takes one list or any number of items; null where there are none."""
    if len(values) == 1 and type(values[0]) is list:
        return values[0]
    return list(values) or None


def _parameters(text: str) -> tuple[Parameter, ...]:
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, type_name = (piece.strip() for piece in part.partition(":"))
        wanted = type_name.rstrip("?") or "any"
        if wanted != "any" and wanted not in _KINDS:
            raise ValueError(f"no such type: {wanted}")
        rest = name.startswith("...")
        found.append(
            Parameter(
                name.removeprefix("...").rstrip("?"),
                wanted,
                name.endswith("?") or rest,
                type_name.endswith("?"),
                rest,
            )
        )
    return tuple(found)
