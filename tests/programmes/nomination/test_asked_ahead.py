"""What is asked of many nominations is asked once, of all of them; many are begun in as few statements."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from service.errors import Invalid
from service.models import Nomination, Unit
from service.programmes.nomination import asked_ahead, starting
from service.programmes.nomination.starting import Proposal
from service.workflow.context import Context
from tests.programmes.story import Story
from tests.web.browser import count_statements

QUESTION = "letters"


def ask(ctx: Context, number: int, asked: list[Sequence[int]]) -> str:
    def find(numbers: Sequence[int]) -> dict[int, str]:
        asked.append(numbers)
        return {one: f"{len(asked)}:{one}" for one in numbers if one != 3}

    return asked_ahead.ask(ctx, QUESTION, number, find, "nothing")


def test_those_read_ahead_are_asked_about_together_and_once(round_2024: Story) -> None:
    asked: list[Sequence[int]] = []
    with round_2024.acting("shiwei") as ctx:
        asked_ahead.note(ctx, [Nomination(id=1), Nomination(id=2), Nomination(id=3)])

        answers = [ask(ctx, number, asked) for number in (2, 1, 3, 2)]

    assert (answers, asked) == (["1:2", "1:1", "nothing", "1:2"], [[1, 2, 3]])


def test_what_has_changed_is_asked_again_alone(round_2024: Story) -> None:
    asked: list[Sequence[int]] = []
    with round_2024.acting("shiwei") as ctx:
        asked_ahead.note(ctx, [Nomination(id=1), Nomination(id=2)])
        ask(ctx, 1, asked)
        asked_ahead.forget(ctx, QUESTION, 1)

        answers = [ask(ctx, number, asked) for number in (1, 2)]

    assert (answers, asked) == (["2:1", "1:2"], [[1, 2], [1]])


def test_one_that_was_not_read_ahead_is_asked_about_each_time(round_2024: Story) -> None:
    asked: list[Sequence[int]] = []
    with round_2024.acting("shiwei") as ctx:
        answers = [ask(ctx, 1, asked) for _ in range(2)]

    assert (answers, asked) == (["1:1", "2:1"], [[1], [1]])


def begin(story: Story, names: Sequence[str]) -> list[str]:
    with story.acting("tuanzhibu") as ctx:
        entry, unit = story.entry(ctx), ctx.session.get_one(Unit, ctx.actor.unit_id)
        proposals = [Proposal(unit=unit, category="work_safety", name=name) for name in names]
        begun = starting.start_together(ctx, entry, proposals, source="unit")
        return [nomination.name for nomination in begun]


def test_many_are_begun_in_the_order_they_were_put_forward(round_2024: Story) -> None:
    names = [f"试者{number}" for number in "一二三四五"]

    assert begin(round_2024, names) == names
    assert [round_2024.read(number).name for number in round_2024.standing()] == names


def test_beginning_twenty_asks_no_more_than_beginning_two(round_2024: Story) -> None:
    engine = round_2024.wiring.session_factory.kw["bind"]
    counts = []
    for number in (2, 20):
        with count_statements(engine) as seen:
            begin(round_2024, ["试者"] * number)
        counts.append(len([one for one in seen if one.startswith("SELECT")]))

    assert counts[1] <= counts[0]


def test_where_one_may_not_begin_none_does(round_2024: Story) -> None:
    with pytest.raises(Invalid, match="姓名"):
        begin(round_2024, ["试者一", "试\u202e者"])

    assert round_2024.standing() == []
