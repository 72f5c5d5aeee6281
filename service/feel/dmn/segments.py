"""One input column cut into segments on which every cell answers the same throughout.

An ordered column (numbers, dates, durations) falls into the points its cells name and the open intervals
between them; any other column into the values named and all other values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cmp_to_key

from service.feel.builtins.conversion import text_of
from service.feel.comparison import compare, equal, in_range
from service.feel.compiler import Compiler
from service.feel.expression import compile_unary_tests
from service.feel.frame import Frame, Run
from service.feel.syntax import nodes as n
from service.feel.types import FeelType
from service.feel.values import Range, kind

_MAKERS = frozenset({"date", "time", "date and time", "duration", "years and months duration"})
_ORDERED = frozenset(
    {"number", "date", "time", "date and time", "days and time duration", "years and months duration"}
)


def _run() -> Run:
    """A budget of its own for every evaluation: one for all would be spent some day."""
    return Run({}, None, None)


@dataclass(frozen=True, slots=True)
class Segment:
    """A point (``low`` is ``high``), an open interval, or all values no cell names (``other``)."""

    low: object = None
    high: object = None
    point: bool = False
    other: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell accepts: ranges and single values, or all but those. ``known`` is false where only
    evaluation can tell.
    """

    tests: tuple[object, ...] = ()
    negated: bool = False
    anything: bool = False
    known: bool = True

    def covers(self, segment: Segment) -> bool:
        """Whether the cell accepts the whole segment."""
        return self.anything or any(_accepts(test, segment) for test in self.tests) != self.negated


def read_cell(tree: n.UnaryTests | None) -> Cell:
    """The cell of a syntax tree."""
    if tree is None:
        return Cell(known=False)
    tests: list[object] = []
    for node in tree.tests:
        found = _test(node)
        if found is None:
            return Cell(known=False)
        tests.extend(found)
    return Cell(tuple(tests), tree.negated, tree.anything)


def _test(node: n.Node) -> list[object] | None:
    """The ranges and values a test accepts; None where it is not constant."""
    if not is_constant(node):
        return None
    if isinstance(node, n.UnaryComparison):
        end = value_of(node.end)
        if node.operator == "!=":
            return [Range(None, end, False, False), Range(end, None, False, False)] if _ordered(end) else None
        if node.operator == "=":
            return [end]
        low, high = (None, end) if node.operator[0] == "<" else (end, None)
        return [Range(low, high, node.operator == ">=", node.operator == "<=")]
    value = value_of(node)
    return value if isinstance(value, list) else [value]


def _ordered(value: object) -> bool:
    return kind(value) in _ORDERED


def is_constant(node: object) -> bool:
    """Whether the tree holds no names but those that make dates and durations."""
    if isinstance(node, n.Name):
        return node.name in _MAKERS
    if isinstance(node, n.Node):
        return all(is_constant(getattr(node, part)) for part in node.__slots__)
    return all(map(is_constant, node)) if isinstance(node, tuple) else True


def value_of(node: n.Node) -> object:
    """The value of a constant."""
    return Compiler().code(node)(Frame({}, None, _run()))


def _accepts(test: object, segment: Segment) -> bool:
    if segment.other:
        return False
    if segment.point:
        if isinstance(test, Range):
            return in_range(segment.low, test) is True
        return equal(_run(), segment.low, test) is True
    if not isinstance(test, Range):
        return False
    return _not_above(test.low, segment.low) and _not_above(segment.high, test.high, ends=True)


def _not_above(first: object, second: object, *, ends: bool = False) -> bool:
    """Whether ``first`` lies at or below ``second``; a missing bound of a test is infinitely far out."""
    if (second if ends else first) is None:
        return True
    if (first if ends else second) is None:
        return False
    return (compare(first, second) or 0) <= 0


def cut(cells: Sequence[Cell], wanted: FeelType | None, allowed: n.UnaryTests | None) -> list[Segment]:
    """The segments of a column, those outside the allowed values left out."""
    limits = [read_cell(allowed)] if allowed is not None else []
    if wanted is not None and wanted.allowed_text:
        tree = compile_unary_tests(wanted.allowed_text).tree
        limits.append(read_cell(tree if isinstance(tree, n.UnaryTests) else None))
    limits = [limit for limit in limits if limit.known]
    values = list(_values([*cells, *limits]))
    of = wanted.kind if wanted is not None else kind(values[0]) if values else "any"
    if of == "boolean":
        segments = [Segment(True, True, point=True), Segment(False, False, point=True)]
    elif of in _ORDERED:
        segments = list(_intervals([value for value in values if kind(value) == of]))
    else:
        segments = [*(Segment(value, value, point=True) for value in _distinct(values)), Segment(other=True)]
    return [segment for segment in segments if all(limit.covers(segment) for limit in limits)]


def _values(cells: Iterable[Cell]) -> Iterable[object]:
    for cell in cells:
        for test in cell.tests:
            ends = (test.low, test.high) if isinstance(test, Range) else (test,)
            yield from (end for end in ends if end is not None)


def _distinct(values: Iterable[object]) -> list[object]:
    found: list[object] = []
    for value in values:
        if all(equal(_run(), value, other) is not True for other in found):
            found.append(value)
    return found


def _intervals(values: list[object]) -> Iterable[Segment]:
    """Points and the open intervals around them. Between two days that follow each other there is none."""
    points = sorted(_distinct(values), key=cmp_to_key(lambda a, b: compare(a, b) or 0))
    low: object = None
    for value in points:
        if not (type(low) is date and type(value) is date and (value - low).days == 1):
            yield Segment(low, value)
        yield Segment(value, value, point=True)
        low = value
    yield Segment(low, None)


def describe(segments: Sequence[Segment]) -> str:
    """Segments in words a table could use: ``< 35``, ``[35..45)``, ``"A", "B"``."""
    if any(segment.other for segment in segments):
        named = [text_of(_run(), segment.low) for segment in segments if segment.point]
        return ", ".join([*named, "any other value"])
    texts: list[str] = []
    run: list[Segment] = []
    for segment in segments:
        if run and not _adjacent(run[-1], segment):
            texts.append(_span(run))
            run = []
        run.append(segment)
    return ", ".join([*texts, _span(run)] if run else texts)


def _adjacent(left: Segment, right: Segment) -> bool:
    ordered = _ordered(left.high) and _ordered(right.low)
    return ordered and left.point != right.point and compare(left.high, right.low) == 0


def _span(run: Sequence[Segment]) -> str:
    first, last = run[0], run[-1]
    if len(run) == 1 and first.point:
        return text_of(_run(), first.low)
    if first.low is None and last.high is None:
        return "-"
    if first.low is None:
        return f"{'<=' if last.point else '<'} {text_of(_run(), last.high)}"
    if last.high is None:
        return f"{'>=' if first.point else '>'} {text_of(_run(), first.low)}"
    opening, closing = "[" if first.point else "(", "]" if last.point else ")"
    return f"{opening}{text_of(_run(), first.low)}..{text_of(_run(), last.high)}{closing}"
