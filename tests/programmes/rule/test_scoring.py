"""Weighted totals, what a panel's totals come to, ties, and lots that can be drawn again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction

import pytest

from service.programmes.rule import scoring
from service.programmes.rule.scoring import Combine, Criterion, ReviewRules, Scored, Sitting

SKILL = Criterion(key="skill", name="技能", group="实践力", weight=60, most=10)
IDEAS = Criterion(key="ideas", name="创新", group="创新力", weight=40, most=5)
RULES = ReviewRules(
    criteria=(SKILL, IDEAS),
    experts=3,
    combine="mean",
    trim=1,
    ties=("创新力",),
    others_scores="after_own",
    corrections=1,
    majority=Fraction(1, 2),
)


def test_full_points_add_the_weight() -> None:
    assert scoring.add_up(RULES.criteria, {"skill": 10, "ideas": 5}) == 100
    assert scoring.add_up(RULES.criteria, {"skill": 5, "ideas": 1}) == 38


@pytest.mark.parametrize(
    ("method", "totals", "expected"),
    [
        ("mean", [70, 80, 99], "83"),
        ("trimmed_mean", [10, 80, 82, 84, 100], "82"),
        ("trimmed_mean", [60, 90], "75"),  # too few to trim
        ("median", [10, 80, 99], "80"),
        ("median", [10, 80, 90, 99], "85"),
        ("mean", [], "0"),
    ],
)
def test_totals_are_combined(method: Combine, totals: list[int], expected: str) -> None:
    assert scoring.combine([Fraction(total) for total in totals], method) == Fraction(expected)


@pytest.mark.parametrize(
    ("value", "thousandths"), [("80", 80_000), ("1/3", 333), ("2/3", 667), ("0.0005", 1)]
)
def test_thousandths_are_rounded_half_up(value: str, thousandths: int) -> None:
    assert scoring.to_thousandths(Fraction(value)) == thousandths


def test_a_draw_can_be_repeated_with_any_tool() -> None:
    names = ["zhang", "li", "wang"]

    drawn = scoring.draw("2024-12-11", names)

    by_hand = sorted((hashlib.sha256(f"2024-12-11:{name}".encode()).hexdigest(), name) for name in names)
    assert drawn == [(name, digest) for digest, name in by_hand]
    assert scoring.draw("2024-12-11", reversed(names)) == drawn
    assert scoring.draw("2024-12-12", names) != drawn


def test_nominations_are_ranked_inside_their_category() -> None:
    scored = [_scored(1, "a", 6), _scored(2, "b", 9), _scored(3, "a", 8)]

    ranked = [(p.category, p.rank, p.nomination_id, p.total) for p in scoring.rank(RULES, scored, "s")]

    assert ranked == [("a", 1, 3, 80_000), ("a", 2, 1, 68_000), ("b", 1, 2, 86_000)]


def test_equal_totals_are_told_apart_by_the_named_group() -> None:
    scored = [
        Scored(nomination_id=1, category="a", points=[{"skill": 8, "ideas": 2}]),
        Scored(nomination_id=2, category="a", points=[{"skill": 4, "ideas": 5}]),
    ]

    ranked = [(p.nomination_id, p.total, p.tie) for p in scoring.rank(RULES, scored, "s")]

    words = "同分，比“创新力”得分"
    assert ranked == [(2, 64_000, words), (1, 64_000, words)]


def test_what_nothing_else_tells_apart_is_drawn_by_lot_with_the_seed() -> None:
    scored = [_scored(number, "a", 7) for number in range(1, 6)]

    ranked = scoring.rank(RULES, scored, "s")

    order = [
        int(name.partition(":")[2]) for name, _ in scoring.draw("s", [f"nomination:{n}" for n in range(1, 6)])
    ]
    assert [placed.nomination_id for placed in ranked] == order
    assert {placed.tie for placed in ranked} == {"同分，抽签定序"}


def test_one_extreme_expert_moves_the_mean_and_not_the_trimmed_mean() -> None:
    one = Scored(
        nomination_id=1,
        category="a",
        points=[{"skill": 8, "ideas": 4}] * 4 + [{"skill": 0, "ideas": 0}],
    )

    totals = [
        scoring.rank(replace(RULES, combine=method), [one], "s")[0].total
        for method in ("mean", "trimmed_mean", "median")
    ]

    assert totals == [64_000, 80_000, 80_000]


def _scored(number: int, category: str, skill: int) -> Scored:
    return Scored(nomination_id=number, category=category, points=[{"skill": skill, "ideas": 4}] * 3)


TWICE = replace(
    RULES,
    criteria=(replace(SKILL, sitting="first"), replace(IDEAS, key="pitch", sitting="pitch")),
    sittings=(Sitting(key="first", name="初评", weight=40), Sitting(key="pitch", name="路演", weight=60)),
    ties=(),
)


def test_sittings_add_up_by_their_weights() -> None:
    points = [{"skill": 10, "pitch": 5}, {"skill": 5, "pitch": 5}, {"skill": 0, "pitch": 5}]
    one = Scored(nomination_id=1, category="a", points=points)

    both, first = (scoring.rank(TWICE.at(at), [one], "s")[0].total for at in ((), ("first",)))

    assert (both, first) == (36_000, 30_000)  # 40 % of 30 and 60 % of 40; 30 alone


def test_who_came_in_for_another_at_the_second_sitting_counts_there_only() -> None:
    points = [{"skill": 10, "pitch": 5}, {"pitch": 0}]
    [placed] = scoring.rank(TWICE, [Scored(nomination_id=1, category="a", points=points)], "s")

    assert placed.total == 36_000  # 40 % of 60 and 60 % of the mean of 40 and 0


def test_a_sitting_nobody_has_scored_yet_takes_nothing_away() -> None:
    assert scoring.total_of(TWICE, {"skill": 10}) == 60


def test_each_sitting_has_its_own_headings() -> None:
    assert list(TWICE.groups) == ["初评 实践力", "路演 创新力"]
