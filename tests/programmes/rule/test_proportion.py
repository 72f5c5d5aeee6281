"""Proportions of a list: counted exactly, of those they are asked of, and of nobody nothing is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.programmes.rule.proportion import Proportion, measure


def asked(*, at_least: int = 0, at_most: int = 100, categories: tuple[str, ...] = ()) -> Proportion:
    return Proportion(
        name="一线职工", field="kind", values=("一线", "农民工"), at_least=at_least, at_most=at_most,
        categories=categories, by_recommender=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "whole", "percent", "holds"),
    [(2, 5, 40, True), (39, 98, 39, False), (1, 3, 33, False), (0, 0, 0, True), (5, 5, 100, True)],
)
def test_at_least_40_percent(part: int, whole: int, percent: int, *, holds: bool) -> None:
    people = [{"kind": "一线" if number < part else "其他"} for number in range(whole)]

    found = measure(asked(at_least=40), people)

    assert (found.part, found.whole, found.percent, found.holds) == (part, whole, percent, holds)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 100))
def test_a_bound_from_below_holds_just_where_the_one_from_above_on_the_others_does(
    ours: int, others: int, percent: int
) -> None:
    people = [{"kind": "一线"}] * ours + [{"kind": "其他"}] * others
    rest = Proportion(
        name="其他", field="kind", values=("其他",), at_least=0, at_most=100 - percent, categories=(),
        by_recommender=False,
    )  # fmt: skip

    assert measure(asked(at_least=percent), people).holds == measure(rest, people).holds


def test_categories_it_is_not_asked_of_do_not_count() -> None:
    people = [{"kind": "其他", "category": "worker"}, {"kind": "农民工", "category": "professional"}]

    found = measure(asked(at_least=100, categories=("professional",)), people)

    assert (found.part, found.whole, found.holds) == (1, 1, True)


def test_several_answers_count_once() -> None:
    assert measure(asked(), [{"kind": ["一线", "农民工"]}, {}]).part == 1
