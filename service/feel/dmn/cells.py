"""Finds cells that can be read and are wrong: a value of another type, one the column does not allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.feel.builtins.conversion import text_of
from service.feel.dmn.segments import Segment, is_constant, read_cell, value_of
from service.feel.dmn.tables import Input, Output, Rule, Table
from service.feel.errors import EvaluationError, FeelError
from service.feel.expression import parse
from service.feel.frame import Run
from service.feel.limits import DEFAULT
from service.feel.syntax import nodes as n
from service.feel.syntax.grammar import Parser
from service.feel.types import coerce
from service.feel.values import Range, kind


class Fault(StrEnum):
    """What is wrong with a cell."""

    TYPE = "type"  #: a value of another type than the column's
    NO_VALUE = "no-value"  #: a date or duration there is none of, such as 30 February
    NOT_ALLOWED = "not-allowed"  #: not among the values the column lists
    EMPTY = "empty"  #: an output that says nothing, which is null


@dataclass(frozen=True, slots=True)
class CellFault:
    """One wrong cell."""

    fault: Fault
    rule: int  #: from 1, as printed
    column: int  #: from 0, inputs before outputs
    text: str  #: the value meant
    wanted: str  #: the type or the values the column has


def check_cells(table: Table) -> Iterator[CellFault]:
    """The wrong cells of a table, row by row. What only evaluation can tell is taken to be right."""
    for rule in table.rules:
        for column, source in enumerate(table.inputs):
            for fault, text, wanted in _ask(source, rule, column):
                yield CellFault(fault, rule.index, column, text, wanted)
        for column, output in enumerate(table.outputs):
            for fault, text, wanted in _answer(output, rule.output_texts[column]):
                yield CellFault(fault, rule.index, len(table.inputs) + column, text, wanted)


def _ask(source: Input, rule: Rule, column: int) -> Iterator[tuple[Fault, str, str]]:
    """The faults of an input cell."""
    tree = rule.cells[column]
    if tree is None:
        return
    missing = [text for test in tree.tests for text in _missing(test)]
    if missing:
        yield Fault.NO_VALUE, missing[0], ""
        return
    cell = read_cell(tree)
    allowed = read_cell(source.allowed_tree) if source.allowed_tree is not None else None
    for value in _named(cell.tests):
        if source.type is not None and source.type.kind not in ("any", kind(value)):
            yield Fault.TYPE, _text(value), source.type.kind
            return
        if allowed is not None and allowed.known and not allowed.covers(Segment(value, value, point=True)):
            yield Fault.NOT_ALLOWED, _text(value), ""
            return


def _answer(output: Output, text: str) -> Iterator[tuple[Fault, str, str]]:
    """The faults of an output cell."""
    if not text:
        yield Fault.EMPTY, "", ""
        return
    try:
        _reader, tree = parse(text, (), Parser.whole_expression, DEFAULT)
    except FeelError:
        return  # told by loading, or it needs the names of the model to be read
    missing = list(_missing(tree))
    if missing:
        yield Fault.NO_VALUE, missing[0], ""
        return
    value = _constant(tree)
    if value is None:
        return
    wanted = output.type
    if wanted is not None and wanted.kind != "any" and coerce(value, wanted) is None:
        fits = kind(value) == wanted.kind
        yield Fault.NOT_ALLOWED if fits else Fault.TYPE, _text(value), wanted.kind
    elif output.values is not None:
        allowed = read_cell(output.values)
        if allowed.known and not allowed.covers(Segment(value, value, point=True)):
            yield Fault.NOT_ALLOWED, _text(value), ""


def _constant(tree: n.Node) -> object:
    """The value of a constant; None where only evaluation can tell."""
    try:
        return value_of(tree) if is_constant(tree) else None
    except EvaluationError:
        return None


def _missing(node: object) -> Iterator[str]:
    """The dates and durations written in a tree that do not exist."""
    if isinstance(node, n.Call) and is_constant(node):
        if _constant(node) is None:
            yield "，".join(_text(_constant(argument)) for argument in node.arguments)
    elif isinstance(node, n.Node):
        for part in node.__slots__:
            yield from _missing(getattr(node, part))
    elif isinstance(node, tuple):
        for part in node:
            yield from _missing(part)


def _named(tests: tuple[object, ...]) -> Iterator[object]:
    """The values a cell speaks of: single ones and the ends of ranges."""
    for test in tests:
        ends = (test.low, test.high) if isinstance(test, Range) else (test,)
        yield from (end for end in ends if end is not None)


def _text(value: object) -> str:
    return text_of(Run({}, None, None), value)
