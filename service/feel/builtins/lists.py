"""Built-ins that look at, cut and join lists."""

from __future__ import annotations

from decimal import Decimal

from service.feel.builtins.registry import builtin
from service.feel.comparison import equal
from service.feel.frame import Run
from service.feel.values import Function

_MAX_FLATTEN = 100


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: list[object], element: object) -> bool:
    """Whether an item equals the element; null too can be contained."""
    run.step(len(items))
    return any(equal(run, item, element) is True for item in items)


@builtin("count(list: list)")
def count(_run: Run, items: list[object]) -> Decimal:
    """How many items."""
    return Decimal(len(items))


@builtin("sublist(list: list, start position: number, length?: number?)")
def sublist(
    run: Run, items: list[object], start: Decimal, length: Decimal | None = None
) -> list[object] | None:
    """Items from a position, counted from 1 or, below zero, from the end."""
    first = int(start)
    if first == 0 or abs(first) > len(items) or (length is not None and length < 1):
        run.warn("sublist starts or ends outside the list")
        return None
    begin = first - 1 if first > 0 else len(items) + first
    if length is None:
        return items[begin:]
    if begin + int(length) > len(items):
        run.warn("sublist ends outside the list")
        return None
    return items[begin : begin + int(length)]


@builtin("append(list: list, ...item: any)")
def append(run: Run, items: list[object], *more: object) -> list[object]:
    """The list with the items at its end."""
    return run.sized_list([*items, *more])


@builtin("concatenate(...list: list)")
def concatenate(run: Run, *lists: list[object]) -> list[object]:
    """The lists one after another."""
    run.step(sum(len(items) for items in lists))
    return run.sized_list([item for items in lists for item in items])


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(run: Run, items: list[object], position: Decimal, item: object) -> object:
    """The list with an item before that position."""
    index = _index(items, position)
    if index is None:
        run.warn("insert before has a position outside the list")
        return None
    return run.sized_list([*items[:index], item, *items[index:]])


@builtin("remove(list: list, position: number)")
def remove(run: Run, items: list[object], position: Decimal) -> object:
    """The list without the item at that position."""
    index = _index(items, position)
    if index is None:
        run.warn("remove has a position outside the list")
        return None
    return [*items[:index], *items[index + 1 :]]


def _index(items: list[object], position: Decimal) -> int | None:
    """The Python index of a position from 1 or from -1; None where it is outside. Decimals are cut off."""
    whole = int(position)
    if whole == 0 or abs(whole) > len(items):
        return None
    return whole - 1 if whole > 0 else len(items) + whole


@builtin("list replace(list: list, position: number, newItem: any)")
def list_replace_at(run: Run, items: list[object], position: Decimal, item: object) -> object:
    """The list with another item at that position."""
    index = _index(items, position)
    if index is None:
        run.warn("list replace has a position outside the list")
        return None
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(run: Run, items: list[object], match: Function, item: object) -> object:
    """The list with the items replaced for which ``match(item, newItem)`` is true."""
    if len(match.parameters) != 2:
        run.warn("list replace needs a function of two parameters")
        return None
    replaced: list[object] = []
    for each in items:
        verdict = match.apply(run, [each, item])
        if type(verdict) is not bool:
            run.warn("list replace needs a function that answers true or false")
            return None
        replaced.append(item if verdict else each)
    return replaced


@builtin("reverse(list: list)")
def reverse(_run: Run, items: list[object]) -> list[object]:
    """Last first."""
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: list[object], match: object) -> list[object]:
    """The positions of the items that equal the match."""
    run.step(len(items))
    return [Decimal(i) for i, item in enumerate(items, start=1) if equal(run, item, match) is True]


@builtin("union(...list: list)")
def union(run: Run, *lists: list[object]) -> list[object]:
    """All items of all lists, each once."""
    return distinct_values(run, concatenate(run, *lists))


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: list[object]) -> list[object]:
    """The items, each once, in order."""
    found: list[object] = []
    seen: set[tuple[type, object]] = set()
    for item in items:
        if item is None or isinstance(item, (str, bool, Decimal)):
            if (type(item), item) in seen:
                continue
            seen.add((type(item), item))
        else:
            run.step(len(found))
            if any(equal(run, item, other) is True for other in found):
                continue
        found.append(item)
    return found


@builtin("flatten(list: list)")
def flatten(run: Run, items: list[object]) -> list[object]:
    """Lists inside lists made one list."""
    flat: list[object] = []
    _flatten(run, items, flat, 0)
    return run.sized_list(flat)


def _flatten(run: Run, items: list[object], into: list[object], depth: int) -> None:
    if depth > _MAX_FLATTEN:
        raise ValueError("lists inside lists inside lists")
    run.step(len(items))
    for item in items:
        if type(item) is list:
            _flatten(run, item, into, depth + 1)
        else:
            into.append(item)
