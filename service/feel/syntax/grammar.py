"""The whole grammar: expressions, unary tests and types; and the functions that parse them."""

from __future__ import annotations

from collections.abc import Iterable

from service.feel.limits import DEFAULT, Limits
from service.feel.syntax import nodes as n
from service.feel.syntax.operands import OperandParser
from service.feel.syntax.parser import COMPARISON
from service.feel.syntax.scanner import NameIndex, normalise

_TESTS = ("<", "<=", ">", ">=", "=", "!=")
_TYPES = NameIndex(["days and time duration", "years and months duration", "date and time"])


class Parser(OperandParser):
    """Adds what stands in decision table cells and after ``instance of``."""

    def whole_expression(self) -> n.Node:
        """The source as one expression."""
        tree = self.expression()
        self.end()
        return tree

    def whole_unary_tests(self) -> n.UnaryTests:
        """The source as the cell of a decision table."""
        at = self.token.start
        if self.at("-") and self.scanner.skip(self.token.end) == len(self.scanner.source):
            return n.UnaryTests((), anything=True, at=at)
        if self.token.kind == "name" and self.token.text == "not":
            negated = self.negated_tests()
            if negated is not None:
                return negated
        tests = self.unary_tests()
        self.end()
        return n.UnaryTests(tests, at=at)

    def negated_tests(self) -> n.UnaryTests | None:
        """``not(tests)`` where it is the whole cell; None where it is an expression after all."""
        token, position, free = self.token, self.position, set(self.free)
        self.advance()
        if self.accept("("):
            tests = self.unary_tests()
            if self.accept(")") and self.token.kind == "end":
                return n.UnaryTests(tests, negated=True, at=token.start)
        self.token, self.position, self.free = token, position, free
        return None

    def end(self) -> None:
        """Fail unless the source is used up."""
        if self.token.kind != "end":
            raise self.unexpected("unexpected-text")

    def unary_tests(self) -> tuple[n.Node, ...]:
        """Tests separated by commas."""
        tests = [self.unary_test()]
        while self.accept(","):
            tests.append(self.unary_test())
        return tuple(tests)

    def unary_test(self) -> n.Node:
        """``< 5``, ``[1..3]``, a value, or an expression about ``?``."""
        if self.at(*_TESTS):
            token = self.advance()
            return n.UnaryComparison(token.text, self.expression(COMPARISON), at=token.start)
        return self.expression()

    def in_tests(self) -> tuple[n.Node, ...]:
        """``in test`` or ``in (test, test)``."""
        if not self.at("("):
            if self.at(*_TESTS):
                return (self.unary_test(),)
            return (self.expression(COMPARISON),)
        at = self.advance().start
        tests = [self.unary_test()]
        if self.accept(".."):
            return (self.range_end(tests[0], False, at),)
        while self.accept(","):
            tests.append(self.unary_test())
        self.expect(")")
        return tuple(tests)

    def type_name(self) -> n.TypeNode:
        """``list<number>``, ``context<a: number>``, ``function<number> -> string``, ``tns.Person``."""
        self.scopes.append(_TYPES)
        self.rescan()
        try:
            return self._type()
        finally:
            self.scopes.pop()

    def _type(self) -> n.TypeNode:
        at = self.token.start
        if self.token.kind != "name" and not self.at("function"):
            raise self.unexpected("expected-type")
        words = [self.advance().text]
        while self.token.kind == "name" or self.at("."):
            words.append(self.advance().text)
        name = normalise(" ".join(words)).replace(" . ", ".")
        with self.nested():
            if name == "context" and self.accept("<"):
                return n.TypeNode(name, fields=self._fields(), at=at)
            arguments = self._arguments() if self.accept("<") else ()
            if name == "function" and self.accept("->"):
                return n.TypeNode(name, (*arguments, self._type()), at=at)
            return n.TypeNode(name, arguments, at=at)

    def _arguments(self) -> tuple[n.TypeNode, ...]:
        arguments: list[n.TypeNode] = []
        while not self.at(">"):
            arguments.append(self._type())
            if not self.accept(","):
                break
        self.expect(">")
        return tuple(arguments)

    def _fields(self) -> tuple[tuple[str, n.TypeNode], ...]:
        fields: list[tuple[str, n.TypeNode]] = []
        while not self.at(">"):
            name = self.declared(":")
            self.expect(":")
            fields.append((name, self._type()))
            if not self.accept(","):
                break
        self.expect(">")
        return tuple(fields)


def parser(
    source: str,
    *,
    builtins: NameIndex,
    names: Iterable[str] = (),
    members: Iterable[str] = (),
    limits: Limits = DEFAULT,
) -> Parser:
    """A parser at the start of ``source``."""
    return Parser(source, names=NameIndex(names), builtins=builtins, members=members, limits=limits)
