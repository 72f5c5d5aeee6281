"""Built-ins that relate points and ranges in time (or in any other order)."""

from __future__ import annotations

from collections.abc import Callable

from service.feel.builtins.registry import builtin
from service.feel.comparison import compare
from service.feel.frame import Run
from service.feel.values import Range

_Test = Callable[[Range, Range], bool]


class _NotComparable(Exception):
    """Two ends have no order between them."""


def _order(first: object, second: object) -> int:
    order = compare(first, second)
    if order is None:
        raise _NotComparable
    return order


def _as_range(value: object) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _low(one: Range, other: Range) -> int:
    """Order of the low ends; an open one lies a hair higher."""
    return _order(one.low, other.low) or other.low_closed - one.low_closed


def _high(one: Range, other: Range) -> int:
    """Order of the high ends; an open one lies a hair lower."""
    return _order(one.high, other.high) or one.high_closed - other.high_closed


def _before(one: Range, other: Range) -> bool:
    order = _order(one.high, other.low)
    return order < 0 or (order == 0 and not (one.high_closed and other.low_closed))


def _touch(one: Range, other: Range) -> bool:
    """Whether the end of one is the start of the other, both closed."""
    return one.high_closed and other.low_closed and _order(one.high, other.low) == 0


def _overlaps(one: Range, other: Range) -> bool:
    return not _before(one, other) and not _before(other, one)


def _overlaps_before(one: Range, other: Range) -> bool:
    """As the standard defines it: begins earlier, ends inside, or at the same end where that is closed."""
    begins = _order(one.low, other.low) or other.low_closed - one.low_closed
    reaches = _order(one.high, other.low)
    ends = _order(one.high, other.high)
    return (
        begins < 0
        and (reaches > 0 or (reaches == 0 and one.high_closed and other.low_closed))
        and (ends < 0 or (ends == 0 and (not one.high_closed or other.high_closed)))
    )


def _includes(one: Range, other: Range) -> bool:
    return _low(one, other) <= 0 and _high(one, other) >= 0


def _starts(one: Range, other: Range) -> bool:
    return _low(one, other) == 0 and _high(one, other) <= 0


def _finishes(one: Range, other: Range) -> bool:
    return _high(one, other) == 0 and _low(one, other) >= 0


_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES = (
    "point1: point, point2: point",
    "point: point, range: range",
    "range: range, point: point",
    "range1: range, range2: range",
)
#: Each relation with the pairs it is defined for.
_RELATIONS: dict[str, tuple[_Test, tuple[str, ...]]] = {
    "before": (_before, (_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)),
    "after": (lambda one, other: _before(other, one), (_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)),
    "meets": (_touch, (_RANGES,)),
    "met by": (lambda one, other: _touch(other, one), (_RANGES,)),
    "overlaps": (_overlaps, (_RANGES,)),
    "overlaps before": (_overlaps_before, (_RANGES,)),
    "overlaps after": (lambda one, other: _overlaps_before(other, one), (_RANGES,)),
    "finishes": (_finishes, (_POINT_RANGE, _RANGES)),
    "finished by": (lambda one, other: _finishes(other, one), (_RANGE_POINT, _RANGES)),
    "includes": (_includes, (_RANGE_POINT, _RANGES)),
    "during": (lambda one, other: _includes(other, one), (_POINT_RANGE, _RANGES)),
    "starts": (_starts, (_POINT_RANGE, _RANGES)),
    "started by": (lambda one, other: _starts(other, one), (_RANGE_POINT, _RANGES)),
    "coincides": (lambda one, other: _low(one, other) == 0 and _high(one, other) == 0, (_POINTS, _RANGES)),
}


def _register(name: str, test: _Test, pairs: tuple[str, ...]) -> None:
    def relate(run: Run, first: object, second: object) -> bool | None:
        """The relation, or null where the values have no order."""
        try:
            return test(_as_range(first), _as_range(second))
        except _NotComparable:
            run.warn(f"{name} needs values of one kind")
            return None

    for pair in pairs:
        builtin(f"{name}({pair})")(relate)


for _name, (_test, _pairs) in _RELATIONS.items():
    _register(_name, _test, _pairs)
