"""The front door: compile a text once, evaluate it often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from service.feel import loops
from service.feel.builtins import NAMES
from service.feel.comparison import any_of
from service.feel.compiler import Compiler, test
from service.feel.errors import CallsTooDeep, NestedTooDeep
from service.feel.frame import Frame, Run
from service.feel.limits import DEFAULT, Limits
from service.feel.lookup import Code
from service.feel.syntax import nodes as n
from service.feel.syntax.grammar import Parser, parser

_LOOPS = loops  # its constructs register themselves with the compiler
_Tree = TypeVar("_Tree")
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value, and the reasons why parts of it became null."""

    value: object
    warnings: tuple[str, ...]


class Expression:
    """A compiled expression. Immutable; may be shared between threads."""

    __slots__ = ("_code", "limits", "names_used", "source", "tree")

    def __init__(
        self, source: str, tree: n.Node, code: Code, names_used: frozenset[str], limits: Limits
    ) -> None:
        self.source = source
        self.tree = tree
        self._code = code
        #: Names that must come from outside: variables, and functions that are not built in.
        self.names_used = names_used
        self.limits = limits

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def evaluate(
        self,
        variables: Mapping[str, object] = _NOTHING,
        *,
        functions: Mapping[str, Callable[..., object]] = _NOTHING,  # type: ignore[assignment]
        now: datetime | None = None,
        zone: ZoneInfo | None = None,
    ) -> object:
        """The value for these variables. ``now`` (aware) is what ``now()`` answers, in ``zone``.

        Never raises for a wrong type: the value is then null. Raises ``EvaluationError`` past a limit.
        """
        return self._evaluate(Run(functions, now, zone, self.limits), variables)

    def evaluate_with_warnings(
        self,
        variables: Mapping[str, object] = _NOTHING,
        *,
        functions: Mapping[str, Callable[..., object]] = _NOTHING,  # type: ignore[assignment]
        now: datetime | None = None,
        zone: ZoneInfo | None = None,
    ) -> Outcome:
        """As ``evaluate``, with the warnings noted on the way."""
        run = Run(functions, now, zone, self.limits)
        value = self._evaluate(run, variables)
        return Outcome(value, tuple(run.warnings or ()))

    def _evaluate(self, run: Run, variables: Mapping[str, object]) -> object:
        try:
            return self._code(Frame(variables, None, run))
        except RecursionError as error:
            raise CallsTooDeep("evaluation-too-deep") from error


class UnaryTests(Expression):
    """A compiled cell of a decision table."""

    def matches(
        self,
        value: object,
        variables: Mapping[str, object] = _NOTHING,
        *,
        functions: Mapping[str, Callable[..., object]] = _NOTHING,  # type: ignore[assignment]
        now: datetime | None = None,
        zone: ZoneInfo | None = None,
    ) -> object:
        """Whether ``value`` passes: true, false or null."""
        return self.evaluate({**variables, "?": value}, functions=functions, now=now, zone=zone)


def compile(  # noqa: A001 - the word everybody expects
    text: str, names: Iterable[str] = frozenset(), *, limits: Limits = DEFAULT
) -> Expression:
    """Compile FEEL ``text`` (without Camunda's leading ``=``). Cached.

    ``names`` are names in scope that a scanner could not know for one, of several words or with signs in
    them, of variables or of members (``order.line-total``). Raises ``FeelError`` with line, column and text.
    """
    return _compile(text, frozenset(names), limits)


def compile_unary_tests(
    text: str, names: Iterable[str] = frozenset(), *, limits: Limits = DEFAULT
) -> UnaryTests:
    """Compile the text of a decision table's cell. Cached."""
    return _compile_unary_tests(text, frozenset(names), limits)


@lru_cache(maxsize=2048)
def _compile(text: str, names: frozenset[str], limits: Limits) -> Expression:
    reader, tree = parse(text, names, Parser.whole_expression, limits, members=names)
    return Expression(text, tree, Compiler().code(tree), frozenset(reader.free), limits)


@lru_cache(maxsize=2048)
def _compile_unary_tests(text: str, names: frozenset[str], limits: Limits) -> UnaryTests:
    reader, tree = parse(text, names | {"?"}, Parser.whole_unary_tests, limits, members=names)
    code = unary_code(Compiler(), tree)
    return UnaryTests(text, tree, code, frozenset(reader.free - {"?"}), limits)


def parse(
    text: str,
    names: Iterable[str],
    read: Callable[[Parser], _Tree],
    limits: Limits,
    members: Iterable[str] = (),
) -> tuple[Parser, _Tree]:
    """Parse ``text`` with ``read``; a recursion that escapes the limit is a ``FeelError`` too."""
    try:
        reader = parser(text, builtins=NAMES, names=names, members=members, limits=limits)
        return reader, read(reader)
    except RecursionError as error:
        raise NestedTooDeep("too-deep", limit=limits.nesting) from error


def unary_code(compiler: Compiler, tree: n.UnaryTests) -> Code:
    """Code that tests the variable ``?``."""
    passes = cell_test(compiler, tree)
    subject = compiler.code(n.Name("?"))
    return lambda frame: passes(frame, subject(frame))


def cell_test(compiler: Compiler, tree: n.UnaryTests) -> Callable[[Frame, object], bool | None]:
    """A cell as a function of frame and value; the frame must have the value as ``?`` too."""
    if tree.anything:
        return lambda _frame, _value: True
    tests = [test(compiler, each) for each in tree.tests]
    if len(tests) == 1 and not tree.negated:
        return tests[0]

    def decide(frame: Frame, value: object) -> bool | None:
        result = any_of(each(frame, value) for each in tests)
        if not tree.negated:
            return result
        return None if result is None else not result

    return decide
