"""Compiles what makes scopes or walks lists: loops, filters, contexts, lists, ranges and functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from service.feel.comparison import compare
from service.feel.compiler import RULES, Compiler
from service.feel.frame import Frame, Run
from service.feel.lookup import Code
from service.feel.syntax import nodes as n
from service.feel.types import FeelType, coerce, resolve
from service.feel.values import Function, Range, kind

#: A name to bind, what to walk, and the end where it is ``first..end``.
Step = tuple[str, Code, Code | None]


def list_of(compiler: Compiler, node: n.ListOf) -> Code:
    """``[a, b]``"""
    items = [compiler.code(item) for item in node.items]
    return lambda frame: [item(frame) for item in items]


def context_of(compiler: Compiler, node: n.ContextOf) -> Code:
    """``{a: 1, b: a + 1}``. A key given twice makes it null."""
    entries = [(key, compiler.inner(value)) for key, value in node.entries]
    if len({key for key, _ in entries}) < len(entries):
        return lambda frame: frame.run.warn("the context has a key twice")

    def build(frame: Frame) -> dict[str, object]:
        context: dict[str, object] = {}
        scope = Frame(context, frame, frame.run)
        for key, value in entries:
            context[key] = value(scope)
        return context

    return build


def range_of(compiler: Compiler, node: n.RangeOf) -> Code:
    """``[low..high]``. Ends of different kinds, or the wrong way round, make it null."""
    if all(end is None or isinstance(end, n.Literal) for end in (node.low, node.high)):
        low_value = node.low.value if isinstance(node.low, n.Literal) else None
        high_value = node.high.value if isinstance(node.high, n.Literal) else None
        constant = make_range(low_value, high_value, node)
        return lambda frame: _checked(frame, constant)
    low = compiler.code(node.low) if node.low else _nothing
    high = compiler.code(node.high) if node.high else _nothing
    return lambda frame: _checked(frame, make_range(low(frame), high(frame), node))


def _checked(frame: Frame, made: Range | None) -> Range | None:
    if made is None:
        frame.run.warn("a range needs two ends of one kind, in order")
    return made


def make_range(low: object, high: object, node: n.RangeOf) -> Range | None:
    """The range of two ends, at least one of them given."""
    if low is None and high is None:
        return None
    if low is not None and high is not None:
        order = compare(low, high)
        if order is None or kind(low) != kind(high) or (order > 0 and node.sign == ""):
            return None
    return Range(low, high, node.low_closed, node.high_closed, node.sign)


def _nothing(_frame: Frame) -> None:
    return None


def lambda_(compiler: Compiler, node: n.Lambda) -> Code:
    """``function(a, b) body``: a value that remembers the frame it was made in."""
    if node.external:
        return lambda frame: frame.run.warn("external functions are not supported")
    body = compiler.inner(node.body)
    types = tuple(resolve(each, compiler.types) if each else None for each in node.types)
    return lambda frame: make_function("", node.parameters, types, body, frame)


def make_function(
    label: str, parameters: tuple[str, ...], types: tuple[FeelType | None, ...], body: Code, frame: Frame
) -> Function:
    """A function value over ``body``, whose frame extends ``frame``."""

    def apply(run: Run, arguments: list[object]) -> object:
        if len(arguments) != len(parameters):
            run.warn(f"{label or 'the function'} takes {len(parameters)} arguments, not {len(arguments)}")
            return None
        names: dict[str, object] = {}
        for name, wanted, value in zip(parameters, types, arguments, strict=True):
            fitting = coerce(value, wanted) if wanted else value
            if fitting is None and value is not None:
                run.warn(f"argument {name!r} is a {kind(value)}")
                return None
            names[name] = fitting
        run.enter()
        result = body(Frame(names, frame, run))
        run.leave()
        return result

    def apply_named(run: Run, named: dict[str, object]) -> object:
        if named.keys() - set(parameters):
            run.warn(f"{label or 'the function'} takes {', '.join(parameters)}")
            return None
        return apply(run, [named.get(name) for name in parameters])

    return Function(label, parameters, apply, apply_named, types)


class NotIterable(Exception):
    """A loop over something that has no items; the whole loop is null."""


def iterate(run: Run, value: object) -> Iterable[object]:
    """The items a loop walks: of a list, of a range of whole numbers or dates, or the one value."""
    if type(value) is list:
        return value
    if type(value) is Range:
        if (compare(value.low, value.high) or 0) > 0:
            run.warn("a loop over a range that runs downwards")
            raise NotIterable
        return walk(run, value.low, value.high, value.low_closed, value.high_closed)
    if value is None:
        run.warn("a loop over null")
        raise NotIterable
    return (value,)


def walk(
    run: Run, low: object, high: object, low_closed: bool = True, high_closed: bool = True
) -> Iterable[object]:
    """The whole numbers or the dates from ``low`` to ``high``, also downwards."""
    if type(low) is date and type(high) is date:
        first, last = low.toordinal(), high.toordinal()
        return map(date.fromordinal, _between(first, last, low_closed, high_closed))
    if type(low) is Decimal and type(high) is Decimal and _whole(low) and _whole(high):
        return map(Decimal, _between(int(low), int(high), low_closed, high_closed))
    run.warn("only ranges of whole numbers or dates can be walked")
    raise NotIterable


def _whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _between(first: int, last: int, low_closed: bool, high_closed: bool) -> range:
    direction = 1 if first <= last else -1
    return range(
        first if low_closed else first + direction, last + (direction if high_closed else 0), direction
    )


def _steps(compiler: Compiler, iterators: tuple[n.Iterator, ...]) -> list[Step]:
    """The iterators' code; each sees the names of those before it. Leaves the compiler deeper."""
    steps: list[Step] = []
    for each in iterators:
        source = compiler.code(each.source)
        steps.append((each.name, source, compiler.code(each.end) if each.end else None))
        compiler.depth += 1
    return steps


def _frames(steps: list[Step], frame: Frame, extra: dict[str, object], at: int = 0) -> Iterator[Frame]:
    """A frame for every combination of the iterators' items, the last one turning fastest."""
    if at == len(steps):
        yield frame
        return
    name, source, end = steps[at]
    run = frame.run
    value = source(frame)
    items = walk(run, value, end(frame)) if end else iterate(run, value)
    for item in items:
        run.step()
        yield from _frames(steps, Frame({**extra, name: item}, frame, run), extra, at + 1)


def for_(compiler: Compiler, node: n.For) -> Code:
    """``for x in xs return body``"""
    depth = compiler.depth
    steps = _steps(compiler, node.iterators)
    body = compiler.code(node.body)
    compiler.depth = depth
    return loop_over(steps, body)


def loop_over(steps: list[Step], body: Code) -> Code:
    """The results of the body. ``partial`` is the list of results so far."""

    def loop(frame: Frame) -> list[object] | None:
        results: list[object] = []
        limit = frame.run.limits.items
        try:
            for scope in _frames(steps, frame, {"partial": results}):
                results.append(body(scope))
                if len(results) > limit:
                    frame.run.sized_list(results)
        except NotIterable:
            return None
        return results

    return loop


def quantified(compiler: Compiler, node: n.Quantified) -> Code:
    """``some`` and ``every``"""
    depth = compiler.depth
    steps = _steps(compiler, node.iterators)
    condition = compiler.code(node.condition)
    compiler.depth = depth
    return quantify(steps, condition, node.every)


def quantify(steps: list[Step], condition: Code, every: bool) -> Code:
    """Whether the condition holds for every, or for some, item; three-valued."""
    decisive = not every

    def decide(frame: Frame) -> bool | None:
        unknown = False
        try:
            for scope in _frames(steps, frame, {}):
                value = condition(scope)
                if value is decisive:
                    return decisive
                if type(value) is not bool:
                    unknown = True
        except NotIterable:
            return None
        return None if unknown else not decisive

    return decide


def filter_(compiler: Compiler, node: n.Filter) -> Code:
    """``source[condition]``: the item at a position, or the items for which the condition is true."""
    source = compiler.code(node.source)
    compiler.depth += 2
    condition = compiler.code(node.condition)
    compiler.depth -= 2

    def select(frame: Frame) -> object:
        value = source(frame)
        return select_items(frame, value, condition)

    return select


def select_items(frame: Frame, value: object, condition: Code) -> object:
    """Filter ``value`` (a list, or one item) by a condition that sees ``item`` and the item's members."""
    items = value if type(value) is list else [] if value is None else [value]
    run = frame.run
    if not items:
        position = condition(Frame({}, Frame({"item": None}, frame, run), run))
        return None if type(position) is Decimal else []
    found: list[object] = []
    fits = True
    for item in items:
        run.step()
        scope = Frame(item if type(item) is dict else {}, Frame({"item": item}, frame, run), run)
        result = condition(scope)
        if result is True:
            found.append(item)
        elif type(result) is Decimal:
            return at_position(run, items, result)
        elif result is not None and result is not False:
            fits = False
    if not fits:
        run.warn("a filter needs a condition or a position")
        return None
    return found


def at_position(run: Run, items: list[object], position: Decimal) -> object:
    """The item at a position from 1, or from the end at -1."""
    if position == position.to_integral_value() and 1 <= abs(position) <= len(items):
        index = int(position)
        return items[index - 1 if index > 0 else index]
    run.warn(f"there is no item {position}")
    return None


RULES.update(
    {
        n.ListOf: list_of,
        n.ContextOf: context_of,
        n.RangeOf: range_of,
        n.Lambda: lambda_,
        n.For: for_,
        n.Quantified: quantified,
        n.Filter: filter_,
    }
)
