"""Never two nominations of the same person."""

from __future__ import annotations

import threading
from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from service.models import Nomination
from service.programmes.nomination import claims
from service.programmes.nomination.claims import NominatedTwice
from tests.at_once import list_refusals
from tests.programmes.story import GEHU, Story


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"unit": GEHU}),  # two units
        ({}, {"source": "self"}),  # unit and self
        ({}, {"category": "work_safety"}),  # two categories
    ],
)
def test_x28_second_of_the_same_person_is_refused_naming_both_units(
    round_2024: Story, first: dict[str, str], second: dict[str, str]
) -> None:
    answers = round_2024.hand_in(round_2024.start(**first))
    other = round_2024.start(**second)

    with pytest.raises(NominatedTwice) as refused:
        round_2024.hand_in(other, **same_person(answers))

    theirs = "青锋精密机械有限公司（演示）（推荐单位：共青团溧阳市委）"
    mine = round_2024.read(other)
    assert refused.value.message.startswith(f"该同志已由{theirs}申报，")
    assert f"本次为{mine.unit.name}（推荐单位：{mine.recommender.name}）" in refused.value.message
    assert refused.value.fields == {"id_number": "已由青锋精密机械有限公司（演示）申报"}
    assert round_2024.waits_at(other) == ["fill_in_form"]
    assert mine.id_number is None


def test_somebody_who_fell_out_may_be_nominated_again(round_2024: Story) -> None:
    first = round_2024.start()
    answers = round_2024.hand_in(first)
    round_2024.complete(first, "workplace_league_opinion", "reject", text="另有人选。")

    second = round_2024.start(GEHU)
    round_2024.hand_in(second, **same_person(answers))

    assert [round_2024.status(n) for n in (first, second)] == ["declined", "recommending"]


def test_a_form_sent_back_may_be_handed_in_again(round_2024: Story) -> None:
    nominee = round_2024.start()
    answers = round_2024.hand_in(nominee)
    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请补充。")

    round_2024.hand_in(nominee, **same_person(answers))

    assert round_2024.waits_at(nominee) == ["workplace_league_opinion"]


@pytest.mark.usefixtures("both_databases")
def test_x28_two_who_submit_the_same_person_at_once_are_not_both_let_through(round_2024: Story) -> None:
    first, second = round_2024.start(), round_2024.start(GEHU)
    person = round_2024.person(date(1995, 8, 1))
    for nominee in (first, second):
        round_2024.attach(nominee)

    # on SQLite the second transaction begins when the first has ended: they cannot meet
    overlapping = round_2024.wiring.session_factory.kw["bind"].dialect.name == "postgresql"
    meeting = threading.Barrier(2 if overlapping else 1)

    def submit(nominee: int) -> None:
        with round_2024.wiring.transaction() as ctx:
            nomination = ctx.session.get_one(Nomination, nominee)
            meeting.wait()
            claims.claim(ctx, nomination, person.id_number)

    outcomes = list_refusals([partial(submit, nominee) for nominee in (first, second)])

    [refused] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, NominatedTwice)
    assert "共青团溧阳市委" in refused.message
    assert "共青团武进区委" in refused.message
    with round_2024.wiring.reading() as ctx:
        indexes = list(ctx.session.scalars(select(Nomination.id_number_index)))
    assert sorted(indexes, key=str) == sorted([None, claims.index_of(person.id_number)], key=str)


def same_person(answers: dict[str, object]) -> dict[str, object]:
    return {key: answers[key] for key in ("name", "sex", "id_number", "birth_month")}
