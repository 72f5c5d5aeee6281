"""Built-ins that make one value of many, and sorting."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key

from service.feel.builtins.registry import builtin, several
from service.feel.comparison import comparable, compare
from service.feel.frame import Run
from service.feel.values import DECIMAL, Function


def _numbers(run: Run, name: str, items: list[object]) -> list[Decimal] | None:
    """The items if there are any and all are numbers."""
    run.step(len(items))
    if items and all(type(item) is Decimal for item in items):
        return items  # type: ignore[return-value]
    if items:
        run.warn(f"{name} needs numbers only")
    return None


def _extreme(run: Run, items: list[object], direction: int) -> object:
    if not items or any(not comparable(item) for item in items):
        return None
    best = items[0]
    for item in items[1:]:
        run.step()
        order = compare(item, best)
        if order is None:
            run.warn("min and max need values of one kind")
            return None
        if order * direction > 0:
            best = item
    return best


@builtin("min(list: list)")
@builtin("min(...c: any)")
def minimum(run: Run, *items: object) -> object:
    """The least."""
    return _extreme(run, several(items) or [], -1)


@builtin("max(list: list)")
@builtin("max(...c: any)")
def maximum(run: Run, *items: object) -> object:
    """The greatest."""
    return _extreme(run, several(items) or [], 1)


@builtin("sum(list: list)")
@builtin("sum(...n: any)")
def total(run: Run, *items: object) -> Decimal | None:
    """All numbers added."""
    numbers = _numbers(run, "sum", several(items) or [])
    if numbers is None:
        return None
    result = numbers[0]
    for value in numbers[1:]:
        result = DECIMAL.add(result, value)
    return result


@builtin("product(list: list)")
@builtin("product(...n: any)")
def product(run: Run, *items: object) -> Decimal | None:
    """All numbers multiplied."""
    numbers = _numbers(run, "product", several(items) or [])
    if numbers is None:
        return None
    result = Decimal(1)
    for value in numbers:
        result = DECIMAL.multiply(result, value)
    return result


@builtin("mean(list: list)")
@builtin("mean(...n: any)")
def mean(run: Run, *items: object) -> Decimal | None:
    """The average."""
    values = several(items) or []
    added = total(run, values)
    return None if added is None else DECIMAL.divide(added, Decimal(len(values)))


@builtin("median(list: list)")
@builtin("median(...n: any)")
def median(run: Run, *items: object) -> Decimal | None:
    """The one in the middle, or the average of the two."""
    numbers = _numbers(run, "median", several(items) or [])
    if numbers is None:
        return None
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL.divide(DECIMAL.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev(list: list)")
@builtin("stddev(...n: any)")
def stddev(run: Run, *items: object) -> Decimal | None:
    """The standard deviation of a sample."""
    numbers = _numbers(run, "stddev", several(items) or [])
    if numbers is None or len(numbers) < 2:
        return None
    added = Decimal(0)
    for value in numbers:
        added = DECIMAL.add(added, value)
    average = DECIMAL.divide(added, Decimal(len(numbers)))
    squares = Decimal(0)
    for value in numbers:
        squares = DECIMAL.add(squares, DECIMAL.power(DECIMAL.subtract(value, average), Decimal(2)))
    return DECIMAL.sqrt(DECIMAL.divide(squares, Decimal(len(numbers) - 1)))


@builtin("mode(list: list)")
@builtin("mode(...n: any)")
def mode(run: Run, *items: object) -> list[Decimal] | None:
    """The numbers that occur most often, least first."""
    values = several(items) or []
    if not values:
        return [] if items else None
    numbers = _numbers(run, "mode", values)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for value in numbers:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values())
    return sorted(value for value, often in counts.items() if often == most)


@builtin("sort(list: list, precedes?: function?)")
def sort(run: Run, items: list[object], precedes: Function | None = None) -> object:
    """In order, by a function that says whether its first argument comes before its second."""
    if precedes is None:
        if any(compare(item, items[0]) is None for item in items):
            run.warn("sort needs values of one kind, or a function")
            return None
        return sorted(items, key=cmp_to_key(lambda a, b: compare(a, b) or 0))
    if len(precedes.parameters) != 2:
        run.warn("sort needs a function of two parameters")
        return None

    def order(first: object, second: object) -> int:
        if precedes.apply(run, [first, second]) is True:
            return -1
        return 1 if precedes.apply(run, [second, first]) is True else 0

    return sorted(items, key=cmp_to_key(order))
