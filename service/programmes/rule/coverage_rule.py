"""Coverage: which units a programme wants somebody from, stream by stream (全覆盖)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Counted = Literal["workplace", "recommender"]

#: what a line of the report counts by
COUNTED: tuple[Counted, ...] = ("workplace", "recommender")


@dataclass(frozen=True, kw_only=True)
class CoverageRule:
    """``[[coverage]]`` of programme.toml: one line of the report."""

    name: str = ""  #: of the stream; empty where there is only one
    categories: tuple[str, ...] = ()  #: whose nominations count; empty means every one
    by: Counted = "workplace"
    levels: tuple[str, ...] = ()  #: of the units that are counted; empty means all
    at_least: int = 1  #: nominations a unit is to have
