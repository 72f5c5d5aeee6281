"""How a programme's places come about: from an annex, from reported head counts, or so many a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QuotaSource = Literal["matrix", "ratio", "each", "none"]
Rounding = Literal["floor", "half-up", "ceil"]

SOURCES: tuple[QuotaSource, ...] = ("matrix", "ratio", "each", "none")
ROUNDINGS: tuple[Rounding, ...] = ("floor", "half-up", "ceil")


@dataclass(frozen=True, kw_only=True)
class QuotaRule:
    """``[quota]`` of programme.toml."""

    source: QuotaSource = "matrix"
    hard: bool = True  #: False: 原则上; more are taken with a reason
    per: int = 1  #: of a ratio: one place for so many young people
    rounding: Rounding = "floor"  #: A-40: the notice does not say
    least: int = 0  #: of a ratio: places of a unit with anybody at all; of ``each``: places a unit
    recommenders: tuple[str, ...] = ()  #: codes; of a matrix its rows say it

    def count_places(self, heads: int) -> int:
        """Return how many places a head count gives; none where there is nobody (N64)."""
        if heads <= 0:
            return 0
        whole, rest = divmod(heads, self.per)
        if self.rounding == "ceil":
            whole += rest > 0
        elif self.rounding == "half-up":
            whole += 2 * rest >= self.per
        return max(whole, self.least)
