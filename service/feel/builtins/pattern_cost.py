"""How long a text a pattern may be used on, so that a matcher that cannot be stopped ends soon.

Repetitions one after another take the text's length to a power. A repeated group that can match one text in
many ways (``(a+)+``, ``(a|a)*``) takes a number to the power of the text's length. Both are estimated from
the pattern alone, on the careful side.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final

#: how long a text may be by the number of repetitions in a row: n of them can take its length to the n + 1
_MAX_TEXT: Final = (1_000_000, 10_000, 1_000, 200, 60)
_MAX_WORK: Final = 2**24  #: ways in which a pattern may match, at most
_FEW_WAYS: Final = 10_000  #: a bounded number of ways that does not matter
_SHORT: Final = 8  #: a range of counts up to this is a choice, a wider one a repetition
_ROUNDING: Final = 1e-9
_TOKEN: Final = re.compile(
    r"(?P<group>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<quantifier>[*+?]|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\})\??"
    r"|(?P<atom>\\[pP]\{[^}]*\}|\\.|.)",
    re.DOTALL,
)


@dataclass(slots=True)
class _Part:
    """A piece of a pattern."""

    ways: float = 1.0  #: in how many ways it can match, bounded repetitions only
    depth: int = 0  #: variable repetitions nested in it
    alternatives: int = 1  #: those of a group that may begin alike


@dataclass(slots=True)
class _Group:
    """A group that is being read."""

    whole: _Part = field(default_factory=_Part)
    last: _Part | None = None  #: what a quantifier would repeat
    firsts: list[str] = field(default_factory=list)  #: how each alternative begins
    begins: bool = True

    def take(self, part: _Part, text: str) -> None:
        """Read one more part."""
        self.settle()
        self.last = part
        if self.begins:
            self.firsts.append(text)
            self.begins = False

    def settle(self) -> None:
        """Count the last part: nothing repeats it any more."""
        if self.last is not None:
            self.whole.ways = min(self.whole.ways * self.last.ways, math.inf)
            self.whole.depth = max(self.whole.depth, self.last.depth)
            self.last = None

    def branch(self) -> None:
        """Begin another alternative."""
        self.settle()
        if self.begins:
            self.firsts.append("")
        self.begins = True

    def close(self) -> _Part:
        """Return the group as a part."""
        self.branch()
        plain = all(first.isalnum() for first in self.firsts)
        if len(self.firsts) > 1 and not (plain and len(set(self.firsts)) == len(self.firsts)):
            self.whole.alternatives = len(self.firsts)
            self.whole.ways *= len(self.firsts)
        return self.whole


class _Estimate:
    """Reads one pattern."""

    def __init__(self) -> None:
        self.repetitions = 0
        self.base = 1  #: to the power of the text's length, an ambiguous pattern's work
        self.groups = [_Group()]

    def read(self, pattern: str) -> None:
        """Count what is in a pattern."""
        at = 0
        while at < len(pattern):
            if pattern[at] == "[":
                at = _end_of_class(pattern, at)
                self.groups[-1].take(_Part(), "[")
                continue
            token = _TOKEN.match(pattern, at)
            if token is None:
                return
            self._token(token)
            at = token.end()

    def _token(self, token: re.Match[str]) -> None:
        group = self.groups[-1]
        if token["group"]:
            self.groups.append(_Group())
        elif token["close"] and len(self.groups) > 1:
            closed = self.groups.pop().close()
            self.groups[-1].take(closed, "(")
        elif token["bar"]:
            group.branch()
        elif token["quantifier"] and group.last is not None:
            least, most = _counts(token)
            group.last = self._repeat(group.last, least, most)
        elif token["atom"]:
            group.take(_Part(), token["atom"])

    def _repeat(self, part: _Part, least: float, most: float) -> _Part:
        choices = most - least + 1
        if most <= 1:
            return _Part(part.ways + (least == 0), max(part.depth, int(least == 0)))
        if part.ways > 1:
            ways = _power(part.ways, most)
            if ways > _FEW_WAYS:
                self.base = max(self.base, part.depth + part.alternatives)
            return _Part(ways * choices, part.depth + 1)
        self.repetitions += choices > _SHORT
        return _Part(choices, int(choices > 1))


def max_text(pattern: str) -> int:
    """Return how many characters a text may have."""
    estimate = _Estimate()
    estimate.read(pattern)
    limit = _MAX_TEXT[min(estimate.repetitions, len(_MAX_TEXT) - 1)]
    if estimate.repetitions >= len(_MAX_TEXT):
        limit = next(n for n in range(limit, -1, -1) if math.comb(n + estimate.repetitions, n) <= _MAX_WORK)
    if estimate.base > 1:
        limit = min(limit, int(math.log(_MAX_WORK, estimate.base) + _ROUNDING))
    return limit


def _counts(token: re.Match[str]) -> tuple[float, float]:
    sign = token["quantifier"]
    if sign in ("*", "+", "?"):
        return (1.0 if sign == "+" else 0.0), (1.0 if sign == "?" else math.inf)
    least = float(token["least"] or 0)
    if not token["comma"]:
        return least, least
    return least, float(token["most"]) if token["most"] else math.inf


def _power(ways: float, most: float) -> float:
    if most == math.inf or most * math.log(ways) > math.log(_FEW_WAYS):
        return math.inf
    return float(ways**most)


def _end_of_class(pattern: str, at: int) -> int:
    """Return where what follows a class begins; a class may hold another after a minus."""
    depth = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "[":
            depth += 1
        elif pattern[at] == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return at
