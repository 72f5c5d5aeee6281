"""The limits of one expression and one evaluation. Generous for rules, small for mischief."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one expression may cost."""

    source: int = 100_000  #: characters of source
    nesting: int = 100  #: levels of nesting in the source
    steps: int = 1_000_000  #: iterations, calls and item comparisons of one evaluation
    calls: int = 120  #: functions inside functions
    text: int = 1_000_000  #: characters of any one string made
    items: int = 200_000  #: items of any one list made, and of the whole result


DEFAULT = Limits()
