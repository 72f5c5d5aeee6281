"""FEEL types: what ``instance of`` asks, and what arguments and results must conform to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from service.feel.syntax import nodes as n
from service.feel.temporal import midnight
from service.feel.values import Function, Range, kind

_SIMPLE = frozenset(
    {
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)
_ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "integer": "number",
    "long": "number",
    "double": "number",
    "Any": "any",
    "Null": "null",
}


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type. ``kind`` is any, null, list, context, range, function or the name of a simple type."""

    kind: str
    item: FeelType | None = None  #: of a list or a range
    fields: tuple[tuple[str, FeelType], ...] = ()  #: of a context
    parameters: tuple[FeelType | None, ...] | None = None  #: of a function
    result: FeelType | None = None  #: of a function
    allowed: Callable[[object], bool | None] | None = None  #: the allowed values, in a model
    allowed_text: str = ""  #: the same as written


ANY = FeelType("any")
NULL = FeelType("null")


def resolve(  # noqa: PLR0911 - one answer a kind
    node: n.TypeNode, named: Mapping[str, FeelType]
) -> FeelType | None:
    """The type a node names; None where nobody knows it."""
    name = _ALIASES.get(node.name, node.name)
    if node.name in named:
        return named[node.name]
    if name in ("any", "null") or name in _SIMPLE:
        return FeelType(name)
    parts = [resolve(part, named) for part in node.arguments]
    if any(part is None for part in parts):
        return None
    if name in ("list", "range"):
        return FeelType(name, item=parts[0] if parts else ANY)
    if name == "context":
        fields = [(key, resolve(part, named)) for key, part in node.fields]
        known = tuple((key, part) for key, part in fields if part is not None)
        return FeelType("context", fields=known) if len(known) == len(fields) else None
    if name == "function":
        return (
            FeelType("function", parameters=tuple(parts[:-1]), result=parts[-1])
            if parts
            else FeelType("function")
        )
    return None


def conforms(value: object, wanted: FeelType, *, allowed: bool = True) -> bool:
    """Whether ``value`` is of the type. Null is of every type here; ``instance of`` asks it apart.

    ``allowed`` minds the allowed values too, which ``instance of`` does not.
    """
    if value is None:
        return True
    if wanted.kind != "any" and kind(value) != wanted.kind:
        return False
    if allowed and wanted.allowed is not None and wanted.allowed(value) is not True:
        return False
    content = _CONTENT.get(wanted.kind)
    return content is None or content(value, wanted, allowed)


def _list(value: list[object], wanted: FeelType, allowed: bool) -> bool:
    item = wanted.item
    return item is None or all(conforms(each, item, allowed=allowed) for each in value)


def _context(value: dict[str, object], wanted: FeelType, allowed: bool) -> bool:
    return all(key in value and conforms(value[key], field, allowed=allowed) for key, field in wanted.fields)


def _range(value: Range, wanted: FeelType, _allowed: bool) -> bool:
    item = wanted.item
    return item is None or (conforms(value.low, item) and conforms(value.high, item))


def _function(value: Function, wanted: FeelType, _allowed: bool) -> bool:
    if wanted.parameters is None:
        return True
    if len(value.parameters) != len(wanted.parameters):
        return False
    own = value.types or (None,) * len(value.parameters)
    for mine, theirs in zip(own, wanted.parameters, strict=True):
        if isinstance(mine, FeelType) and theirs is not None and not assignable(theirs, mine):
            return False
    if isinstance(value.result, FeelType) and wanted.result is not None:
        return assignable(value.result, wanted.result)
    return True


def assignable(given: FeelType, wanted: FeelType) -> bool:
    """Whether every value of ``given`` is one of ``wanted``."""
    if wanted.kind == "any" or given.kind == "null":
        return True
    if given.kind != wanted.kind:
        return False
    if wanted.item is not None:
        return given.item is None or assignable(given.item, wanted.item)
    given_fields = dict(given.fields)
    return all(key in given_fields and assignable(given_fields[key], field) for key, field in wanted.fields)


_CONTENT: dict[str, Callable[..., bool]] = {
    "list": _list,
    "context": _context,
    "range": _range,
    "function": _function,
}


def coerce(value: object, wanted: FeelType) -> object:
    """``value`` as the type, with the conversions of the standard: to and from a list of one, date to
    midnight UTC. Null where it does not conform.
    """
    if conforms(value, wanted):
        return value
    if wanted.kind == "list" and wanted.item is not None and type(value) is not list:
        return [value] if conforms([value], wanted) else None
    if type(value) is list and len(value) == 1 and wanted.kind != "list":
        return value[0] if conforms(value[0], wanted) else None
    if type(value) is date and wanted.kind == "date and time":
        return midnight(value)
    return None
