"""Scoring by a panel: weighted totals, combining them, breaking ties, and lots that anybody can repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Combine = Literal["mean", "trimmed_mean", "median"]
Visibility = Literal["after_own", "never"]
COMBINES: tuple[Combine, ...] = ("mean", "trimmed_mean", "median")
VISIBILITIES: tuple[Visibility, ...] = ("after_own", "never")


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing the experts give points for."""

    key: str  #: of the field on the score form
    name: str
    group: str  #: the heading it stands under
    weight: int  #: what full points add to a total
    most: int  #: points range from 0 to this
    sitting: str = ""  #: key of the sitting it is scored at, where there are several


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """One of several times a panel scores: 初评, 路演."""

    key: str
    name: str
    weight: int  #: its part of the total, beside the other sittings' weights


@dataclass(frozen=True, kw_only=True)
class ReviewRules:
    """How a programme's experts are drawn, how their scores are combined and how its lists are voted on."""

    criteria: tuple[Criterion, ...]
    experts: int  #: seats at each nomination
    combine: Combine
    trim: int  #: totals left out at either end by ``trimmed_mean``
    ties: tuple[str, ...]  #: criteria or groups that decide between equal totals, in this order; then the lot
    others_scores: Visibility  #: when an expert sees what the others gave
    corrections: int  #: how often a form check may ask for a correction (补正)
    majority: Fraction  #: of the votes cast; a nomination needs more than this to pass a ballot
    quorum: Fraction = Fraction(
        1, 2
    )  #: of those who can vote; a ballot with more votes than this may be closed
    least_voters: int = 3  #: fewer would tell from the counts what each of them voted
    sittings: tuple[Sitting, ...] = ()  #: in their order; none where the panel scores once

    @property
    def groups(self) -> Mapping[str, tuple[Criterion, ...]]:
        """The criteria under their headings, in the order of the form; each sitting has its own."""
        names = {sitting.key: sitting.name for sitting in self.sittings}
        found: dict[str, tuple[Criterion, ...]] = {}
        for criterion in self.criteria:
            heading = " ".join(part for part in (names.get(criterion.sitting), criterion.group) if part)
            found[heading] = (*found.get(heading, ()), criterion)
        return found

    def at(self, sittings: Collection[str]) -> ReviewRules:
        """Return the rules of some sittings only; all where none is named or the panel scores once."""
        if not sittings or not self.sittings:
            return self
        return replace(
            self,
            sittings=tuple(sitting for sitting in self.sittings if sitting.key in sittings),
            criteria=tuple(criterion for criterion in self.criteria if criterion.sitting in sittings),
        )


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A nomination with the points of every expert who scored it."""

    nomination_id: int
    category: str
    points: Sequence[Mapping[str, int]]  #: of each expert, by criterion


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A nomination's place in its category."""

    nomination_id: int
    category: str
    rank: int
    total: int  #: thousandths of a point
    tie: str  #: how it was told from another with the same total, or nothing


def add_up(criteria: Iterable[Criterion], points: Mapping[str, int]) -> Fraction:
    """Return an expert's weighted total: full points by a criterion add its weight."""
    weighted = (Fraction(c.weight * points.get(c.key, 0), c.most) for c in criteria)
    return sum(weighted, start=Fraction(0))


def total_of(rules: ReviewRules, points: Mapping[str, int]) -> Fraction:
    """Return one expert's total: of the sittings he has scored, each by its weight."""
    return _weigh(rules, rules.criteria, [points], method="mean")


def combine(totals: Sequence[Fraction], method: Combine, trim: int = 1) -> Fraction:
    """Return what a panel's totals come to. Too few to trim are not trimmed; nobody's total is 0."""
    if not totals:
        return Fraction(0)
    ordered = sorted(totals)
    if method == "median":
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    if method == "trimmed_mean" and len(ordered) > 2 * trim:
        ordered = ordered[trim : len(ordered) - trim]
    return sum(ordered, start=Fraction(0)) / len(ordered)


def to_thousandths(value: Fraction) -> int:
    """Round half up to thousandths, as people round."""
    return int((value * 1000 + Fraction(1, 2)) // 1)


def draw(seed: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return names in drawn order, each with its digest: the SHA-256 of ``seed:name``, smallest first.

    Whoever knows the seed and the pool can repeat it with any tool, and adding a name later changes
    nothing about the order of the others.
    """
    digests = ((hashlib.sha256(f"{seed}:{name}".encode()).hexdigest(), name) for name in names)
    return [(name, digest) for digest, name in sorted(digests)]


def rank(rules: ReviewRules, scored: Iterable[Scored], seed: str) -> list[Placed]:
    """Return every nomination's place inside its category, no two alike.

    Equal totals (to the thousandth that is printed) are told apart by ``rules.ties``, combined as the
    totals are, and at last by lot with the draw's seed.
    """
    by_category: dict[str, list[tuple[_Key, Scored]]] = {}
    for one in scored:
        by_category.setdefault(one.category, []).append((_key(rules, one, seed), one))
    placed: list[Placed] = []
    for category, rows in by_category.items():
        rows.sort(key=lambda row: row[0])
        keys = [key for key, _ in rows]
        placed += [
            Placed(
                nomination_id=one.nomination_id,
                category=category,
                rank=number,
                total=-int(key[0]),
                tie=_explain(rules, keys, number - 1),
            )
            for number, (key, one) in enumerate(rows, start=1)
        ]
    return placed


_Key = tuple[int | str, ...]  # total, each tie rule, lot: the smallest comes first


def _key(rules: ReviewRules, one: Scored, seed: str) -> _Key:
    numbers = [_combined(rules, one, rules.criteria)]
    numbers += [_combined(rules, one, _named(rules, tie)) for tie in rules.ties]
    [(_, lot)] = draw(seed, [f"nomination:{one.nomination_id}"])
    return (*(-number for number in numbers), lot)


def _combined(rules: ReviewRules, one: Scored, criteria: Sequence[Criterion]) -> int:
    return to_thousandths(_weigh(rules, criteria, one.points, method=rules.combine))


def _weigh(
    rules: ReviewRules, criteria: Sequence[Criterion], points: Sequence[Mapping[str, int]], *, method: Combine
) -> Fraction:
    """Combine what each sitting's experts gave, and add the sittings up by their weights.

    A sitting that nobody has scored yet counts for nothing, and neither does its weight.
    """
    parts: list[tuple[int, Fraction]] = []
    for key, weight in [(sitting.key, sitting.weight) for sitting in rules.sittings] or [("", 1)]:
        ours = [criterion for criterion in criteria if criterion.sitting == key]
        totals = [add_up(ours, given) for given in points if any(c.key in given for c in ours)]
        if totals:
            parts.append((weight, combine(totals, method, rules.trim)))
    whole = sum(weight for weight, _ in parts)
    return sum((weight * part for weight, part in parts), start=Fraction(0)) / whole if whole else Fraction(0)


def _named(rules: ReviewRules, name: str) -> tuple[Criterion, ...]:
    return tuple(c for c in rules.criteria if name in (c.key, c.group))


def _explain(rules: ReviewRules, keys: Sequence[_Key], position: int) -> str:
    """Say which rule told a nomination from its neighbour with the same total."""
    mine = keys[position]
    neighbours = [keys[other] for other in (position - 1, position + 1) if 0 <= other < len(keys)]
    decided = [_first_difference(mine, other) for other in neighbours if other[0] == mine[0]]
    if not decided:
        return ""
    deepest = max(decided)
    if deepest > len(rules.ties):
        return "同分，抽签定序"
    names = {c.key: c.name for c in rules.criteria}
    tie = rules.ties[deepest - 1]
    return f"同分，比“{names.get(tie, tie)}”得分"


def _first_difference(mine: _Key, other: _Key) -> int:
    return next(number for number, (a, b) in enumerate(zip(mine, other, strict=True)) if a != b)
