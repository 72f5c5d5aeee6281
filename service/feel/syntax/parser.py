"""A Pratt parser for FEEL expressions. What is a name depends on the scopes entered so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from service.feel.errors import FeelError, NestedTooDeep, SourceTooLong
from service.feel.limits import DEFAULT, Limits
from service.feel.syntax import nodes as n
from service.feel.syntax.scanner import NameIndex, Scanner, Token, normalise

# Binding powers: a higher one binds tighter. Negation sits above the exponent: -2 ** 2 is 4 in FEEL.
OR, AND, COMPARISON, SUM, PRODUCT, POWER, INSTANCE, UNARY, POSTFIX = 1, 2, 3, 4, 5, 6, 7, 8, 9
_BINARY = {
    "+": SUM,
    "-": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
    "**": POWER,
}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_INFIX_WORDS = {"or": OR, "and": AND, "between": COMPARISON, "in": COMPARISON, "instance": INSTANCE}


class ExpressionParser:
    """Operators, and the state all parts of the parser share. ``primary`` comes from a subclass."""

    def __init__(
        self,
        source: str,
        *,
        names: NameIndex,
        builtins: NameIndex,
        members: Iterable[str] = (),
        limits: Limits = DEFAULT,
    ) -> None:
        self.scanner = Scanner(source)
        if len(source) > limits.source:
            raise SourceTooLong("too-long", limit=limits.source)
        self.limits = limits
        self.members = NameIndex(members)
        self.scopes: list[NameIndex] = [builtins, names]
        self.depth = 0
        self.filters = 0
        self.range_end_depth = -1
        self.free: set[str] = set()
        self.position = 0
        self.token = self.scanner.token(0, self.scopes)

    def primary(self) -> n.Node:
        """One operand."""
        raise NotImplementedError

    def advance(self) -> Token:
        """Take the current token and scan the next one."""
        token = self.token
        self.position = token.end
        self.token = self.scanner.token(token.end, self.scopes)
        return token

    def rescan(self) -> None:
        """Scan the current token again: the scope has changed."""
        self.token = self.scanner.token(self.position, self.scopes)

    def at(self, *texts: str) -> bool:
        """Whether the current token is one of these operators or keywords."""
        return self.token.text in texts and self.token.kind in ("operator", "keyword")

    def accept(self, text: str) -> bool:
        """Take the current token if it is ``text``."""
        if self.at(text):
            self.advance()
            return True
        return False

    def expect(self, text: str) -> Token:
        """Take ``text`` or fail."""
        if not self.at(text):
            raise self.unexpected("expected", what=text)
        return self.advance()

    def unexpected(self, code: str, **parameters: object) -> FeelError:
        """An error at the current token."""
        found = self.token.text if self.token.kind != "end" else "end of expression"
        return self.scanner.error(code, self.token.start, found, **parameters)

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[NameIndex]:
        """A scope that knows ``names`` too."""
        index = NameIndex(names)
        self.scopes.append(index)
        try:
            yield index
        finally:
            self.scopes.pop()
            self.rescan()

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One level deeper, within the limit."""
        self.depth += 1
        if self.depth > self.limits.nesting:
            raise NestedTooDeep("too-deep", limit=self.limits.nesting)
        yield
        self.depth -= 1

    def expression(self, power: int = 0) -> n.Node:
        """An expression whose operators bind tighter than ``power``."""
        with self.nested():
            left = self.prefix()
            chain = 0
            while True:
                following = self.infix(left, power)
                if following is None:
                    return left
                left = following
                chain += 1
                if chain > self.limits.nesting * 2:
                    raise NestedTooDeep("too-many-operators", limit=self.limits.nesting * 2)

    def prefix(self) -> n.Node:
        """A negation or an operand."""
        if self.at("-"):
            at = self.advance().start
            return n.Negation(self.expression(UNARY), at=at)
        return self.primary()

    def infix(self, left: n.Node, power: int) -> n.Node | None:  # noqa: PLR0911 - one answer a kind
        """``left`` and the operator after it, or None when that binds too loosely."""
        token = self.token
        if token.kind == "operator":
            if token.text in _BINARY:
                return self.arithmetic(left, power)
            if token.text in _COMPARISONS and power < COMPARISON:
                operator = self.advance().text
                return n.Comparison(operator, left, self.expression(COMPARISON), at=token.start)
            if token.text == ".":
                return self.path(left)
            if token.text == "[" and not self.closes_range():
                return self.filter(left)
            if token.text == "(":
                return self.call(left)
        elif token.kind == "keyword" and _INFIX_WORDS.get(token.text, 0) > power:
            return self.word_operator(left)
        return None

    def closes_range(self) -> bool:
        """Whether ``[`` here closes an open range such as ``]1..3[`` rather than opening a filter."""
        if self.depth != self.range_end_depth:
            return False
        after = self.scanner.token(self.token.end, ())
        if after.kind == "keyword":
            return after.text in _INFIX_WORDS or after.text in ("then", "else", "return", "satisfies")
        return after.kind == "end" or (
            after.kind == "operator" and after.text not in ("-", "(", "[", "{", "@")
        )

    def arithmetic(self, left: n.Node, power: int) -> n.Node | None:
        """``left`` and a sum, product or power."""
        token = self.token
        binds = _BINARY[token.text]
        if binds <= power:
            return None
        self.advance()
        return n.Arithmetic(token.text, left, self.expression(binds), at=token.start)

    def word_operator(self, left: n.Node) -> n.Node:
        """``and``, ``or``, ``between``, ``in``, ``instance of``."""
        token = self.advance()
        if token.text in ("and", "or"):
            return self.logic(left, token)
        if token.text == "between":
            low = self.expression(COMPARISON)
            self.expect("and")
            return n.Between(left, low, self.expression(COMPARISON), at=token.start)
        if token.text == "in":
            return n.In(left, self.in_tests(), at=token.start)
        if self.token.text != "of":
            raise self.unexpected("expected", what="of")
        self.advance()
        return n.InstanceOf(left, self.type_name(), at=token.start)

    def logic(self, left: n.Node, token: Token) -> n.Node:
        """A whole chain of one connective, so that long chains stay flat."""
        operands = [left]
        power = AND if token.text == "and" else OR
        operands.append(self.expression(power))
        while self.accept(token.text):
            operands.append(self.expression(power))
        return n.Logic(token.text, tuple(operands), at=token.start)

    def path(self, source: n.Node) -> n.Node:
        """``source.name``"""
        dot = self.token
        self.position = dot.end
        self.token = self.scanner.token(dot.end, [self.members])
        if self.token.kind in ("name", "keyword"):
            return n.Path(source, self.member_name(), at=dot.start)
        raise self.unexpected("expected-member")

    def member_name(self) -> str:
        """A name after a dot: a known member, or as many words as follow each other."""
        token = self.token
        words = [token.text]
        self.position = token.end
        self.token = self.scanner.token(token.end, self.scopes)
        if token.text not in self.members:
            while self.token.kind == "name":
                words.append(self.advance().text)
        return normalise(" ".join(words))

    def filter(self, source: n.Node) -> n.Node:
        """``source[condition]``. Members of the items are in scope, and so is ``item``."""
        at = self.advance().start
        self.filters += 1
        self.scopes.append(self.members)
        self.scopes.append(NameIndex(["item"]))
        self.rescan()
        condition = self.expression()
        self.scopes.pop()
        self.scopes.pop()
        self.filters -= 1
        self.expect("]")
        return n.Filter(source, condition, at=at)

    def call(self, function: n.Node) -> n.Node:
        """``function(arguments)``, positional or named."""
        at = self.expect("(").start
        arguments: list[n.Node] = []
        names: list[str] = []
        while not self.at(")"):
            name = self.argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        if names and len(names) != len(arguments):
            raise self.scanner.error("mixed-arguments", at, "(")
        return n.Call(function, tuple(arguments), tuple(names), at=at)

    def argument_name(self) -> str | None:
        """The name before ``:`` of a named argument, if there is one."""
        if self.token.kind not in ("name", "keyword"):
            return None
        end = self.scanner.name_before(":", self.token.start)
        if end is None:
            return None
        name = normalise(self.scanner.source[self.token.start : end])
        self.position = end
        self.rescan()
        self.expect(":")
        return name

    def in_tests(self) -> tuple[n.Node, ...]:
        """What follows ``in``."""
        raise NotImplementedError

    def type_name(self) -> n.TypeNode:
        """What follows ``instance of``."""
        raise NotImplementedError
