"""Hit policies: from the rules that matched to the table's result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from service.feel.arithmetic import calculate
from service.feel.builtins.statistics import maximum, minimum
from service.feel.comparison import equal
from service.feel.frame import Run

#: Hit policies as written in the file, and in the corner of a printed table.
LETTERS = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
AGGREGATORS = {"SUM": "C+", "COUNT": "C#", "MIN": "C<", "MAX": "C>"}

Outputs = list[object]  #: the values of one rule, a column each


class Policy:
    """A hit policy with the output values that give its priorities."""

    def __init__(self, letter: str, priorities: Sequence[list[object] | None] = ()) -> None:
        self.letter = letter
        self.priorities = priorities
        self.single = letter in ("U", "A", "P", "F")

    def choose(self, run: Run, rows: list[Outputs]) -> list[Outputs] | None:
        """The rows that count, in order. None where the policy is violated."""
        if self.letter == "U" and len(rows) > 1:
            run.warn(f"{len(rows)} rules match a table with the hit policy UNIQUE")
            return None
        if self.letter == "A" and any(equal(run, row, rows[0]) is not True for row in rows[1:]):
            run.warn("rules with different outputs match a table with the hit policy ANY")
            return None
        if self.letter in ("P", "O"):
            rows = sorted(rows, key=self._rank)
        return rows[:1] if self.single else rows

    def _rank(self, row: Outputs) -> list[int]:
        """Where the row's values stand among the output values, column by column."""
        ranks = []
        for value, order in zip(row, self.priorities, strict=True):
            if order is not None:
                ranks.append(order.index(value) if value in order else len(order))
        return ranks


def _sum(run: Run, values: list[object]) -> object:
    total = values[0]
    for value in values[1:]:
        total = calculate(run, "+", total, value)
    return total


_AGGREGATES: dict[str, Callable[[Run, list[object]], object]] = {
    "C+": _sum,
    "C#": lambda _run, values: Decimal(len(values)),
    "C<": minimum,
    "C>": maximum,
}


def aggregate(run: Run, letter: str, values: list[object]) -> object:
    """The values of the rules that count as one, where the policy aggregates."""
    apply = _AGGREGATES.get(letter)
    if apply is None:
        return values
    return apply(run, values) if values else None
