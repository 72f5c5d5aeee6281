"""The operands of FEEL: literals, names, lists, contexts, ranges and the expressions led by a keyword."""

from __future__ import annotations

from service.feel.syntax import nodes as n
from service.feel.syntax.parser import COMPARISON, ExpressionParser
from service.feel.syntax.scanner import normalise
from service.feel.temporal import parse_temporal
from service.feel.values import number

_CONSTANTS = {"true": True, "false": False, "null": None}
_TESTS = ("<", "<=", ">", ">=", "=", "!=")


class OperandParser(ExpressionParser):
    """Everything an operator can stand beside."""

    def primary(self) -> n.Node:  # noqa: PLR0911 - one answer a kind
        """One operand."""
        token = self.token
        if token.kind == "number":
            self.advance()
            return n.Literal(number(token.text), at=token.start)
        if token.kind == "string":
            return n.Literal(self.string(), at=token.start)
        if token.kind == "name":
            return self.name()
        if token.kind == "keyword":
            return self.led_by_keyword()
        if token.text == "(":
            return self.parenthesis()
        if token.text in ("[", "]"):
            return self.list_or_range()
        if token.text == "{":
            return self.context()
        if token.text == "@":
            return self.at_literal()
        raise self.unexpected("expected-expression")

    def string(self) -> str:
        """A string literal, unescaped."""
        return self.advance().text

    def at_literal(self) -> n.Node:
        """``@"2024-03-25"``"""
        at = self.advance().start
        if self.token.kind != "string":
            raise self.unexpected("expected-string")
        token = self.advance()
        value = parse_temporal(token.text)
        if value is None:
            raise self.scanner.error("not-temporal", at, token.text)
        return n.Literal(value, at=at)

    def name(self) -> n.Node:
        """A variable: a known name, or all the words that follow each other."""
        token = self.advance()
        name = normalise(token.text)
        if not self.defined(name):
            words = [name]
            while self.token.kind == "name" and not self.defined(normalise(self.token.text)):
                words.append(self.advance().text)
            name = normalise(" ".join(words))
        self.note_free(name)
        return n.Name(name, at=token.start)

    def defined(self, name: str) -> bool:
        """Whether a scope defines ``name``; the built-ins do not count, since no name follows one."""
        return any(name in scope for scope in self.scopes[1:])

    def note_free(self, name: str) -> None:
        """Remember a name that must come from outside. In a filter an unknown one may be a member."""
        builtins, outside, *local = self.scopes
        if any(name in scope for scope in local) or (name in builtins and name not in outside):
            return
        if not self.filters or name in outside:
            self.free.add(name)

    def led_by_keyword(self) -> n.Node:
        """``true``, ``if``, ``for``, ``some``, ``every``, ``function``."""
        token = self.token
        if token.text in _CONSTANTS:
            self.advance()
            return n.Literal(_CONSTANTS[token.text], at=token.start)
        if token.text == "if":
            return self.conditional()
        if token.text == "for":
            return self.loop()
        if token.text in ("some", "every"):
            return self.quantified()
        if token.text == "function":
            return self.lambda_()
        raise self.unexpected("expected-expression")

    def conditional(self) -> n.Node:
        """``if condition then yes else no``"""
        at = self.advance().start
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return n.If(condition, yes, self.expression(), at=at)

    def loop(self) -> n.Node:
        """``for x in xs, y in ys return body``"""
        at = self.token.start
        with self.scope() as scope:
            iterators = self.iterators()
            scope.add("partial")
            self.expect("return")
            return n.For(iterators, self.expression(), at=at)

    def quantified(self) -> n.Node:
        """``some x in xs satisfies condition``"""
        token = self.token
        with self.scope():
            iterators = self.iterators()
            self.expect("satisfies")
            return n.Quantified(token.text == "every", iterators, self.expression(), at=token.start)

    def iterators(self) -> tuple[n.Iterator, ...]:
        """The iterators after the leading keyword; each is in scope for the ones after it."""
        found: list[n.Iterator] = []
        while not found or self.at(","):
            self.advance()
            at = self.token.start
            name = self.declared("in")
            self.expect("in")
            source = self.expression()
            end = self.expression() if self.accept("..") else None
            self.scopes[-1].add(name)
            self.rescan()
            found.append(n.Iterator(name, source, end, at=at))
        return tuple(found)

    def declared(self, ending: str) -> str:
        """A name being declared, up to ``ending``."""
        start = self.token.start
        end = self.scanner.name_before(ending, start) if self.token.kind in ("name", "keyword") else None
        if end is None:
            raise self.unexpected("expected-name")
        self.position = end
        self.rescan()
        return normalise(self.scanner.source[start:end])

    def lambda_(self) -> n.Node:
        """``function(a: type, b) body``"""
        at = self.advance().start
        self.expect("(")
        names: list[str] = []
        types: list[n.TypeNode | None] = []
        while not self.at(")"):
            names.append(self.declared(","))
            types.append(self.type_name() if self.accept(":") else None)
            if not self.accept(","):
                break
        self.expect(")")
        external = self.token.kind == "name" and self.token.text == "external"
        if external:
            self.advance()
        filters, self.filters = self.filters, 0
        with self.scope(names):
            self.rescan()
            body = self.expression()
        self.filters = filters
        return n.Lambda(tuple(names), tuple(types), body, external, at=at)

    def parenthesis(self) -> n.Node:
        """``(expression)``, ``(low..high)`` or ``(< end)``."""
        at = self.advance().start
        if self.at(*_TESTS):
            operator = self.advance().text
            end = self.expression(COMPARISON)
            self.expect(")")
            return self.one_sided(operator, end, at)
        low = self.expression()
        if self.accept(".."):
            return self.range_end(low, False, at)
        self.expect(")")
        return low

    def one_sided(self, operator: str, end: n.Node, at: int) -> n.Node:
        """The range ``(< end)`` stands for; ``=`` is a range of one value."""
        if operator in ("=", "!="):
            return n.RangeOf(end, end, operator == "=", operator == "=", operator, at=at)
        if operator in ("<", "<="):
            return n.RangeOf(None, end, False, operator == "<=", operator, at=at)
        return n.RangeOf(end, None, operator == ">=", False, operator, at=at)

    def list_or_range(self) -> n.Node:
        """``[a, b]``, ``[low..high]``, ``]low..high]``."""
        token = self.advance()
        items: list[n.Node] = []
        while not self.at("]") or (token.text == "]" and not items):
            if token.text == "[" and self.at(*_TESTS):
                start = self.advance()
                items.append(self.one_sided(start.text, self.expression(COMPARISON), start.start))
            else:
                items.append(self.expression())
            if len(items) == 1 and self.accept(".."):
                return self.range_end(items[0], token.text == "[", token.start)
            if not self.accept(","):
                break
        if token.text == "]":
            raise self.unexpected("expected", what="..")
        self.expect("]")
        return n.ListOf(tuple(items), at=token.start)

    def range_end(self, low: n.Node, low_closed: bool, at: int) -> n.Node:
        """The part of a range after ``..``"""
        outer, self.range_end_depth = self.range_end_depth, self.depth + 1
        high = self.expression()
        self.range_end_depth = outer
        if not self.at("]", ")", "["):
            raise self.unexpected("expected-range-end")
        return n.RangeOf(low, high, low_closed, self.advance().text == "]", at=at)

    def context(self) -> n.Node:
        """``{a: 1, b: a + 1}``"""
        at = self.advance().start
        entries: list[tuple[str, n.Node]] = []
        with self.scope() as scope:
            while not self.at("}"):
                key = self.string() if self.token.kind == "string" else self.declared(":")
                self.expect(":")
                entries.append((key, self.expression()))
                scope.add(key)
                self.members.add(key)
                self.rescan()
                if not self.accept(","):
                    break
            self.expect("}")
        return n.ContextOf(tuple(entries), at=at)
