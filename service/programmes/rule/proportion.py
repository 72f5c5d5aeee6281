"""Proportions a notice asks of a list: 一线职工不低于40%, 县处级干部不超过20%."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """``[[proportions]]`` of programme.toml: how many of a list, in percent, give one of these answers."""

    name: str
    field: str  #: of the nomination's form
    values: tuple[str, ...]
    at_least: int  #: percent; 0 asks for nothing
    at_most: int  #: percent; 100 bounds nothing
    categories: tuple[str, ...]  #: keys of those it is asked of; empty means every one
    by_recommender: bool  #: asked of what each recommender puts forward, not only of the whole list


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A proportion held against a list."""

    proportion: Proportion
    whose: str  #: the recommender's name; empty for the whole list
    part: int
    whole: int

    @property
    def percent(self) -> int:
        """Rounded down for a reader; ``holds`` compares exactly."""
        return self.part * WHOLE // self.whole if self.whole else 0

    @property
    def holds(self) -> bool:
        """Whether the list is as the notice asks; of nobody nothing is asked."""
        asked = self.proportion
        return (
            not self.whole or asked.at_least * self.whole <= self.part * WHOLE <= asked.at_most * self.whole
        )


def measure(proportion: Proportion, people: Iterable[Mapping[str, Any]], whose: str = "") -> Measured:
    """Count among people's answers; a field with several answers counts where one of them is meant."""
    asked = [p for p in people if not proportion.categories or p.get("category") in proportion.categories]
    part = sum(_gives(person.get(proportion.field), proportion.values) for person in asked)
    return Measured(proportion=proportion, whose=whose, part=part, whole=len(asked))


def _gives(answer: Any, values: tuple[str, ...]) -> bool:
    return any(item in values for item in (answer if isinstance(answer, list) else [answer]))
