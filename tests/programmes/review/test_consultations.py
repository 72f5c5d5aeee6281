"""Outside bodies are asked side by side; each answer keeps its day and the number of its paper."""

from __future__ import annotations

from datetime import date

import pytest

from service.errors import Invalid
from service.programmes.review import consultations
from tests.programmes.story import Story

ANSWER = {"date": "2024-03-14", "paper_number": "常公协〔2024〕12号", "result": "未发现问题"}


def test_both_bodies_are_asked_at_once_and_answer_apart(round_2024: Story) -> None:
    nomination = round_2024.nominate(to="consult_police")
    assert round_2024.waits_at(nomination) == ["consult_police", "consult_industry"]

    round_2024.complete(nomination, "consult_industry", "problem", **ANSWER | {"paper_number": ""})
    round_2024.complete(nomination, "consult_police", "clear", **ANSWER)

    assert _answers(round_2024, nomination) == [
        ("行业主管部门", "problem", date(2024, 3, 14), "", "未发现问题", "演示-行业主管部门"),
        ("公安机关", "clear", date(2024, 3, 14), "常公协〔2024〕12号", "未发现问题", "演示-公安协查"),
    ]
    assert round_2024.waits_at(nomination) == ["qualification_review"]


def test_an_answer_from_tomorrow_is_refused(round_2024: Story) -> None:
    nomination = round_2024.nominate(to="consult_police")

    with pytest.raises(Invalid, match="回复日期不能晚于今天"):
        round_2024.complete(nomination, "consult_police", "clear", **ANSWER | {"date": "2024-03-16"})


def _answers(story: Story, nomination_id: int) -> list[tuple[object, ...]]:
    with story.wiring.reading() as ctx:
        return [
            (c.body, c.outcome, c.answered_on, c.paper_number, c.text, c.entered_by)
            for c in consultations.list_of(ctx, story.read(nomination_id))
        ]
