"""From syntax tree to closures. A closure takes the frame and returns the value; it never raises on types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from service.feel.arithmetic import calculate, negate
from service.feel.builtins import REGISTRY
from service.feel.comparison import ORDERS, any_of, compare, equal, in_range, matches
from service.feel.frame import Frame
from service.feel.lookup import Code, find_free, find_function, find_local, find_path, member
from service.feel.syntax import nodes as n
from service.feel.types import FeelType, conforms, resolve
from service.feel.values import DECIMAL, Function, Range, kind

Rule = Callable[..., Code]


class Compiler:
    """Compiles nodes. ``depth`` counts the local scopes around the node being compiled."""

    def __init__(self, types: Mapping[str, FeelType] | None = None, *, depth: int = 0) -> None:
        self.types = types or {}
        self.depth = depth

    def code(self, node: n.Node) -> Code:
        """The closure of a node."""
        return RULES[type(node)](self, node)

    def inner(self, node: n.Node) -> Code:
        """The closure of a node that sees one more local scope."""
        self.depth += 1
        code = self.code(node)
        self.depth -= 1
        return code


def literal(_compiler: Compiler, node: n.Literal) -> Code:
    """A constant."""
    value = node.value
    return lambda _frame: value


def name(compiler: Compiler, node: n.Name) -> Code:
    """A variable."""
    find = find_local if compiler.depth else find_free
    return find(node.name, REGISTRY.get(node.name))


def path(compiler: Compiler, node: n.Path) -> Code:
    """``source.name``"""
    keys, base = [node.name], node.source
    while isinstance(base, n.Path):
        keys.append(base.name)
        base = base.source
    if isinstance(base, n.Name) and not compiler.depth:
        return find_path(base.name, tuple(reversed(keys)), REGISTRY.get(base.name))
    source, key = compiler.code(node.source), node.name

    def read(frame: Frame) -> object:
        value = source(frame)
        if type(value) is dict and key in value:
            return value[key]
        return member(frame.run, value, key)

    return read


def negation(compiler: Compiler, node: n.Negation) -> Code:
    """``-operand``; a negative number is a constant."""
    if isinstance(node.operand, n.Literal) and type(node.operand.value) is Decimal:
        constant = DECIMAL.minus(node.operand.value)
        return lambda _frame: constant
    operand = compiler.code(node.operand)
    return lambda frame: negate(frame.run, operand(frame))


def arithmetic(compiler: Compiler, node: n.Arithmetic) -> Code:
    """``+ - * / **``"""
    left, right, operator = compiler.code(node.left), compiler.code(node.right), node.operator
    return lambda frame: calculate(frame.run, operator, left(frame), right(frame))


def comparison(compiler: Compiler, node: n.Comparison) -> Code:
    """``= != < <= > >=``"""
    left, right = compiler.code(node.left), compiler.code(node.right)
    if node.operator in ORDERS:
        return _order(node.operator, left, right)

    def same(frame: Frame) -> bool | None:
        first, second = left(frame), right(frame)
        if type(first) is str and type(second) is str:
            return first == second
        return equal(frame.run, first, second)

    def differ(frame: Frame) -> bool | None:
        result = same(frame)
        return None if result is None else not result

    return same if node.operator == "=" else differ


def _order(operator: str, left: Code, right: Code) -> Code:
    accept = ORDERS[operator]

    def ordered(frame: Frame) -> bool | None:
        first, second = left(frame), right(frame)
        order = compare(first, second)
        if order is None:
            frame.run.warn(f"{kind(first)} {operator} {kind(second)} is not defined")
            return None
        return accept(order)

    return ordered


def logic(compiler: Compiler, node: n.Logic) -> Code:
    """``and`` stops at false, ``or`` at true; what is no boolean counts as null."""
    operands = [compiler.code(operand) for operand in node.operands]
    decisive = node.operator == "or"

    def decide(frame: Frame) -> bool | None:
        unknown = False
        for operand in operands:
            value = operand(frame)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                unknown = True
        return None if unknown else not decisive

    return decide


def between(compiler: Compiler, node: n.Between) -> Code:
    """``value between low and high``"""
    value, low, high = compiler.code(node.value), compiler.code(node.low), compiler.code(node.high)

    def within(frame: Frame) -> bool | None:
        subject, bottom, top = value(frame), low(frame), high(frame)
        if bottom is None or top is None:
            return None
        return in_range(subject, Range(bottom, top))

    return within


def unary_comparison(compiler: Compiler, node: n.UnaryComparison) -> Code:
    """``< end`` of the value named ``?``, or, standing alone, a test to match with later."""
    return comparison(compiler, n.Comparison(node.operator, n.Name("?"), node.end))


def test(compiler: Compiler, node: n.Node) -> Callable[[Frame, object], bool | None]:
    """A unary test as a function of frame and value. The value is ``?`` in the frame too."""
    if isinstance(node, n.UnaryComparison):
        return _test_comparison(node.operator, compiler.code(node.end))
    code = compiler.code(node)
    if mentions_input(node):

        def holds(frame: Frame, _value: object) -> bool | None:
            result = code(frame)
            return result if type(result) is bool else None

        return holds
    return lambda frame, value: matches(frame.run, value, code(frame))


def _test_comparison(operator: str, end: Code) -> Callable[[Frame, object], bool | None]:
    if operator in ("=", "!="):

        def same(frame: Frame, value: object) -> bool | None:
            result = equal(frame.run, value, end(frame))
            return result if operator == "=" or result is None else not result

        return same
    accept = ORDERS[operator]

    def ordered(frame: Frame, value: object) -> bool | None:
        order = compare(value, end(frame))
        return None if order is None else accept(order)

    return ordered


def mentions_input(node: object) -> bool:
    """Whether ``?`` occurs in the tree."""
    if isinstance(node, n.Name):
        return node.name == "?"
    if isinstance(node, n.Node):
        return any(mentions_input(getattr(node, part)) for part in node.__slots__)
    return isinstance(node, tuple) and any(mentions_input(part) for part in node)


def in_(compiler: Compiler, node: n.In) -> Code:
    """``value in (tests)``"""
    value = compiler.code(node.value)
    tests = [test(compiler, each) for each in node.tests]
    needs_input = any(mentions_input(each) for each in node.tests)

    def member_of(frame: Frame) -> bool | None:
        subject = value(frame)
        scope = Frame({"?": subject}, frame, frame.run) if needs_input else frame
        return any_of(each(scope, subject) for each in tests)

    if needs_input:
        compiler.depth += 1
        tests = [test(compiler, each) for each in node.tests]
        compiler.depth -= 1
    return member_of


def instance_of(compiler: Compiler, node: n.InstanceOf) -> Code:
    """``value instance of type``"""
    value, wanted = compiler.code(node.value), resolve(node.type, compiler.types)
    bare = node.type.name in ("list", "range", "context", "function") and not (
        node.type.arguments or node.type.fields
    )
    if wanted is None or bare:
        return lambda frame: frame.run.warn(f"instance of {node.type.name!r}: not a whole type")

    def check(frame: Frame) -> bool:
        subject = value(frame)
        if subject is None:
            return wanted.kind == "null"
        return conforms(subject, wanted, allowed=False)

    return check


def conditional(compiler: Compiler, node: n.If) -> Code:
    """``if condition then yes else no``; only true is yes."""
    condition, yes, no = compiler.code(node.condition), compiler.code(node.yes), compiler.code(node.no)
    return lambda frame: yes(frame) if condition(frame) is True else no(frame)


def call(compiler: Compiler, node: n.Call) -> Code:
    """``function(arguments)``"""
    if isinstance(node.function, n.Name):
        function = find_function(node.function.name, REGISTRY.get(node.function.name))
    else:
        function = compiler.code(node.function)
    arguments = [compiler.code(argument) for argument in node.arguments]
    names = node.names

    def invoke(frame: Frame) -> object:
        target = function(frame)
        if type(target) is not Function:
            frame.run.warn("what is called is not a function")
            return None
        values = [argument(frame) for argument in arguments]
        if names:
            return target.apply_named(frame.run, dict(zip(names, values, strict=True)))
        return target.apply(frame.run, values)

    return invoke


RULES: dict[type[n.Node], Rule] = {
    n.Literal: literal,
    n.Name: name,
    n.Path: path,
    n.Negation: negation,
    n.Arithmetic: arithmetic,
    n.Comparison: comparison,
    n.Logic: logic,
    n.Between: between,
    n.UnaryComparison: unary_comparison,
    n.In: in_,
    n.InstanceOf: instance_of,
    n.If: conditional,
    n.Call: call,
}
