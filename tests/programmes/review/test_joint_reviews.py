"""A batch in which some cannot be decided with the rest says who, so that the rest may pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import Nomination, TaskStatus, UserTask
from service.programmes.review import joint_reviews
from tests.programmes.story import ORGANISER, Story

STEP = "qualification_review"
IN_AGE, OVER_AGE, ON_THE_BOUND = date(1995, 8, 1), date(1988, 12, 31), date(1989, 1, 1)
EXAMINED = {"insured": True, "national": True, "conduct": True}


def nominate(story: Story, *births: date) -> list[int]:
    return [story.nominate(birth=birth, to=STEP) for birth in births]


def tasks_of(story: Story, people: Sequence[int]) -> dict[int, int]:
    """Return each nominee's open task."""
    query = select(Nomination.id, UserTask.id).where(
        UserTask.instance_id == Nomination.instance_id,
        UserTask.status == TaskStatus.OPEN,
        Nomination.id.in_(people),
    )
    with story.wiring.reading() as ctx:
        return {row[0]: row[1] for row in ctx.session.execute(query)}


def let_pass(story: Story, people: Sequence[int], **answers: object) -> int:
    waiting = tasks_of(story, people)
    chosen = dict.fromkeys((waiting[nominee] for nominee in people), "pass")
    with story.acting(ORGANISER) as ctx:
        return joint_reviews.decide(ctx, list(chosen), chosen, EXAMINED | answers)


def test_those_who_need_a_ruling_are_named_and_nobody_is_decided(round_2024: Story) -> None:
    _young, old, on_the_day = people = nominate(round_2024, IN_AGE, OVER_AGE, ON_THE_BOUND)
    names = {nominee: round_2024.read(nominee).name for nominee in people}
    waiting = tasks_of(round_2024, people)

    with pytest.raises(Invalid) as refused:
        let_pass(round_2024, people)

    assert refused.value.fields == {
        f"task:{waiting[old]}": f"{names[old]}：请选择主办单位裁定。",
        f"task:{waiting[on_the_day]}": f"{names[on_the_day]}：请选择主办单位裁定。",
    }
    assert refused.value.message == f"{names[old]}、{names[on_the_day]}不能与其他人一起办理，请单独办理。"
    assert [round_2024.waits_at(nominee) for nominee in people] == [[STEP]] * 3


def test_the_rest_pass_without_them(round_2024: Story) -> None:
    young, old = nominate(round_2024, IN_AGE, OVER_AGE)

    done = let_pass(round_2024, [young])

    assert (done, round_2024.status(young), round_2024.status(old)) == (1, "shortlisted", "qualifying")


def test_a_ruling_that_fits_only_one_of_them_names_the_other(round_2024: Story) -> None:
    old, _on_the_day = people = nominate(round_2024, OVER_AGE, ON_THE_BOUND)
    waiting, name = tasks_of(round_2024, people), round_2024.read(old).name

    with pytest.raises(Invalid) as refused:
        let_pass(round_2024, people, ruling="eligible")

    assert refused.value.fields == {
        f"task:{waiting[old]}": f"{name}：不在年龄范围以内的，须同意破格才能通过。"
    }


def test_what_is_wrong_with_everybody_is_said_of_the_field(round_2024: Story) -> None:
    people = nominate(round_2024, IN_AGE, IN_AGE)

    with pytest.raises(Invalid) as refused:
        let_pass(round_2024, people, conduct=False)

    assert list(refused.value.fields) == ["conduct"]
