"""Built-ins that turn values into text, numbers and ranges."""

from __future__ import annotations

import re
from decimal import Decimal

from service.feel.builtins.registry import REGISTRY, builtin
from service.feel.comparison import compare
from service.feel.errors import FeelError
from service.feel.frame import Run
from service.feel.syntax import nodes as n
from service.feel.syntax.grammar import parser
from service.feel.syntax.scanner import NameIndex
from service.feel.temporal import format_temporal
from service.feel.values import DECIMAL, Function, Range, kind, number

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SEPARATORS = (" ", ",", ".")
_MAX_RANGE = 1_000
_MAKERS = NameIndex(["date", "time", "date and time", "duration"])


@builtin("number(from: string, grouping separator?: string?, decimal separator?: string?)")
def number_of(run: Run, text: str, grouping: str | None = None, decimal: str | None = None) -> Decimal | None:
    """The number a text stands for."""
    if grouping not in (None, *_SEPARATORS) or decimal not in (None, ".", ","):
        run.warn("number knows the separators space, comma and full stop")
        return None
    if grouping is not None and grouping == decimal:
        run.warn("number needs two different separators")
        return None
    if grouping:
        text = text.replace(grouping, "")
    if decimal == ",":
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        run.warn(f"{text[:40]!r} is not a number")
        return None
    return number(text)


@builtin("number(from: number)")
def number_itself(_run: Run, value: Decimal) -> Decimal:
    """The number itself."""
    return value


@builtin("string(from: any)")
def string_of(run: Run, value: object) -> str | None:
    """The value as text; null stays null."""
    if value is None:
        return None
    return run.sized_text(value if isinstance(value, str) else text_of(run, value))


def text_of(run: Run, value: object) -> str:  # noqa: PLR0911 - one answer a kind
    """The value as FEEL would write it, strings in quotes."""
    run.step()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, list):
        return run.sized_text(f"[{', '.join(text_of(run, item) for item in value)}]")
    if isinstance(value, dict):
        entries = (f"{_key(key)}: {text_of(run, item)}" for key, item in value.items())
        return run.sized_text(f"{{{', '.join(entries)}}}")
    if isinstance(value, Range):
        return _range_text(run, value)
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return format_temporal(value) or ""


def _key(key: str) -> str:
    return key if re.fullmatch(r"[^\W\d][\w ]*", key) else '"' + key.replace('"', '\\"') + '"'


def _range_text(run: Run, value: Range) -> str:
    low, high = text_of(run, value.low), text_of(run, value.high)
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"


def plain_number(value: Decimal) -> str:
    """A number without exponent."""
    if not value:
        return "0"
    return format(value, "f")


@builtin("range(from: string)")
def range_of(run: Run, text: str) -> Range | None:
    """The range a text stands for. Its ends are literals."""
    if len(text) > _MAX_RANGE:
        run.warn("range has a text that is too long")
        return None
    try:
        reader = parser(text, builtins=_MAKERS)
        tree = reader.whole_expression()
        if not isinstance(tree, n.RangeOf):
            raise reader.scanner.error("not-a-range", 0, text)
        low, high = _end(run, tree.low), _end(run, tree.high)
    except FeelError as error:
        run.warn(f"range: {error}")
        return None
    if low is None and high is None:
        return None
    if low is not None and high is not None:
        order = compare(low, high)
        if kind(low) != kind(high) or order is None or order > 0:
            run.warn("range has ends that are not in order")
            return None
    return Range(low, high, tree.low_closed, tree.high_closed)


def _end(run: Run, node: n.Node | None) -> object:
    """The value of a literal, of a negative number, or of a call such as ``date("2024-03-25")``."""
    if node is None:
        return None
    if isinstance(node, n.Literal):
        return node.value
    if isinstance(node, n.Negation):
        value = _end(run, node.operand)
        if type(value) is Decimal:
            return DECIMAL.minus(value)
    if isinstance(node, n.Call) and isinstance(node.function, n.Name) and node.function.name in _MAKERS:
        return REGISTRY[node.function.name].apply(run, [_end(run, each) for each in node.arguments])
    raise FeelError("range-ends")
