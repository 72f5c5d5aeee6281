"""Compiles boxed expressions: each element becomes code over a frame, as FEEL's own nodes do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from service.feel import loops
from service.feel.compiler import Compiler
from service.feel.dmn.errors import Problem
from service.feel.dmn.items import Items
from service.feel.dmn.xml import Element
from service.feel.errors import FeelError
from service.feel.expression import parse
from service.feel.frame import Frame
from service.feel.limits import DEFAULT
from service.feel.lookup import Code
from service.feel.syntax import nodes as n
from service.feel.syntax.grammar import Parser
from service.feel.types import FeelType, coerce
from service.feel.values import Function, kind

EXPRESSIONS = (
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "functionDefinition",
    "list",
    "relation",
    "conditional",
    "filter",
    "for",
    "every",
    "some",
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an expression of the model may refer to, and where faults are noted."""

    items: Items
    names: frozenset[str]
    members: frozenset[str]  #: names that may follow a dot
    tables: list[Any] = field(default_factory=list)  #: every decision table compiled
    problems: list[Problem] = field(default_factory=list)
    owner: str = ""  #: the decision or business knowledge model around it
    variable: str = ""  #: the name its value gets
    filtering: bool = False  #: inside a boxed filter, where members of the items are names

    def knowing(self, *names: str) -> Scope:
        """The scope with more names in it."""
        return replace(self, names=self.names.union(names), members=self.members.union(names))

    def report_unknown(self, element: Element, free: set[str]) -> None:
        """Note the names that nothing in the model defines. In a filter they may be members."""
        if not self.filtering:
            for name in sorted(free - self.names - {"?"}):
                self.problems.append(Problem(element.id, "unknown-name", {"name": name}))

    def refuse(self, element: Element, code: str, **parameters: object) -> Code:
        """Note a fault; the expression is then null."""
        problem = Problem(element.id, code, parameters)
        self.problems.append(problem)
        return lambda frame: frame.run.warn(str(problem))


def compile_text(scope: Scope, element: Element, text: str) -> Code:
    """The code of a FEEL text of the model."""
    try:
        reader, tree = parse(text, scope.names, Parser.whole_expression, DEFAULT, scope.members)
    except FeelError as error:
        return scope.refuse(element, "not-feel", error=error)
    scope.report_unknown(element, reader.free)
    return Compiler(scope.items.types, depth=1).code(tree)


def parse_cell(scope: Scope, element: Element, text: str) -> n.UnaryTests | None:
    """The tree of an input cell, which tests ``?``; None, noted, where it is not FEEL."""
    try:
        reader, tree = parse(text, scope.names | {"?"}, Parser.whole_unary_tests, DEFAULT, scope.members)
    except FeelError as error:
        scope.refuse(element, "not-feel", error=error)
        return None
    scope.report_unknown(element, reader.free)
    return tree


def compile_child(scope: Scope, element: Element) -> Code:
    """The code of the expression inside ``element``."""
    inner = element.child(*EXPRESSIONS)
    if inner is None:
        return lambda frame: frame.run.warn(f"{element.id}: there is no expression")
    return compile_boxed(scope, inner)


def compile_boxed(scope: Scope, element: Element) -> Code:
    """The code of one boxed expression, its ``typeRef`` checked."""
    code = RULES[element.tag](scope, element)
    if element.tag == "functionDefinition":
        return code  # its typeRef, where given, is the function's, checked where it is called
    return typed(code, scope.items.reference(element.get("typeRef")), element.id)


def typed(code: Code, wanted: FeelType | None, label: str) -> Code:
    """``code`` whose value is null, with a warning, where it is not of the type."""
    if wanted is None or wanted.kind == "any":
        return code
    return lambda frame: conform(frame, code(frame), wanted, label)


def conform(frame: Frame, value: object, wanted: FeelType, label: str) -> object:
    """``value`` as the type, or null with a warning."""
    fitting = coerce(value, wanted)
    if fitting is None and value is not None:
        allowed = f" allowing {wanted.allowed_text}" if wanted.allowed_text else ""
        frame.run.warn(f"{label}: {kind(value)} is not {wanted.kind}{allowed}")
    return fitting


def _literal(scope: Scope, element: Element) -> Code:
    text = element.text("text")
    return compile_text(scope, element, text) if text else lambda _frame: None


def _context(scope: Scope, element: Element) -> Code:
    """Entries in order, each seeing those before; an entry without a variable is the result."""
    entries: list[tuple[str, Code]] = []
    result: Code | None = None
    for entry in element.children("contextEntry"):
        variable = entry.child("variable")
        code = compile_child(scope, entry)
        if variable is None:
            result = code
            continue
        entries.append((variable.name, typed(code, scope.items.reference(variable.get("typeRef")), entry.id)))
        scope = scope.knowing(variable.name)

    def build(frame: Frame) -> object:
        context: dict[str, object] = {}
        inner = Frame(context, frame, frame.run)
        for name, code in entries:
            context[name] = code(inner)
        return result(inner) if result else context

    return build


def _invocation(scope: Scope, element: Element) -> Code:
    function = compile_child(scope, element)
    bindings: list[tuple[str, Code]] = []
    for binding in element.children("binding"):
        parameter = binding.child("parameter")
        if parameter is not None:
            bindings.append((parameter.name, compile_child(scope, binding)))

    def invoke(frame: Frame) -> object:
        target = function(frame)
        if not isinstance(target, Function):
            frame.run.warn(f"{element.id}: what is invoked is not a function")
            return None
        return target.apply_named(frame.run, {name: code(frame) for name, code in bindings})

    return invoke


def _function(scope: Scope, element: Element) -> Code:
    label = scope.variable
    kind_of = element.get("kind") or "FEEL"
    if kind_of != "FEEL":
        return lambda frame: frame.run.warn(f"{element.id}: functions of kind {kind_of} are not supported")
    parameters = list(element.children("formalParameter"))
    names = tuple(each.name for each in parameters)
    types = tuple(scope.items.reference(each.get("typeRef")) for each in parameters)
    body = compile_child(scope.knowing(*names), element)
    return lambda frame: loops.make_function(label, names, types, body, frame)


def _list(scope: Scope, element: Element) -> Code:
    items = [compile_boxed(scope, each) for each in element.children(*EXPRESSIONS)]
    return lambda frame: [item(frame) for item in items]


def _relation(scope: Scope, element: Element) -> Code:
    columns = [(each.name, scope.items.reference(each.get("typeRef"))) for each in element.children("column")]
    rows: list[list[tuple[str, Code]]] = []
    for row in element.children("row"):
        cells = [compile_boxed(scope, each) for each in row.children(*EXPRESSIONS)]
        if len(cells) != len(columns):
            scope.refuse(row, "cells-of-row", cells=len(cells), columns=len(columns))
            continue
        rows.append(
            [(name, typed(cell, wanted, row.id)) for (name, wanted), cell in zip(columns, cells, strict=True)]
        )
    return lambda frame: [{name: cell(frame) for name, cell in row} for row in rows]


def _conditional(scope: Scope, element: Element) -> Code:
    """The standard wants null for a condition that is neither true, false nor null."""
    condition, yes, no = (_part(scope, element, tag) for tag in ("if", "then", "else"))

    def choose(frame: Frame) -> object:
        verdict = condition(frame)
        if verdict is not None and type(verdict) is not bool:
            frame.run.warn(f"{element.id}: the condition is a {kind(verdict)}")
            return None
        return yes(frame) if verdict else no(frame)

    return choose


def _part(scope: Scope, element: Element, tag: str) -> Code:
    child = element.child(tag)
    return (
        compile_child(scope, child) if child is not None else scope.refuse(element, "part-missing", name=tag)
    )


def _filter(scope: Scope, element: Element) -> Code:
    source = _part(scope, element, "in")
    inner = replace(scope.knowing("item", *scope.items.members), filtering=True)
    condition = _part(inner, element, "match")
    return lambda frame: loops.select_items(frame, source(frame), condition)


def _loop(scope: Scope, element: Element) -> Code:
    """``for``, ``some`` and ``every`` with one variable."""
    name = " ".join((element.get("iteratorVariable") or "").split())
    source = _part(scope, element, "in")
    inner = scope.knowing(name, "partial")
    if element.tag == "for":
        return loops.loop_over([(name, source, None)], _part(inner, element, "return"))
    return loops.quantify([(name, source, None)], _part(inner, element, "satisfies"), element.tag == "every")


#: How each boxed expression is compiled; ``tables`` adds the decision table.
RULES: dict[str, Callable[[Scope, Element], Code]] = {
    "literalExpression": _literal,
    "context": _context,
    "invocation": _invocation,
    "functionDefinition": _function,
    "list": _list,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _loop,
    "every": _loop,
    "some": _loop,
}
