"""What a field requires in FEEL, with the notice's words as its message (N51 and the like)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.errors import Invalid
from service.programmes.form.checks import FormContext
from service.programmes.form.problems import find_problems
from service.programmes.form.schemas import validate
from service.programmes.rule.calendar import WorkingDays

TODAY = FormContext(today=date(2024, 3, 25), days=WorkingDays, variables={"category": "craft"})


def a_form(kind: str = "textarea", **properties: str) -> dict[str, Any]:
    """A form with one field that requires something, and a plain one."""
    plain = {"type": "textfield", "id": "field_began", "key": "began"}
    field = {"type": kind, "id": "field_deeds", "key": "deeds", "properties": properties}
    return {"id": "a.form", "components": [plain, field]}


def refusals(require: str, answers: dict[str, Any], *, lenient: bool = False) -> dict[str, str]:
    form = a_form(require=require, message="通知的话", rule="N51")
    try:
        validate(form, answers, TODAY, lenient=lenient)
    except Invalid as refused:
        return dict(refused.fields)
    return {}


@pytest.mark.parametrize(
    ("require", "answers", "refused"),
    [
        ("=character count(deeds) <= 3", {"deeds": "一二三"}, False),
        ("=character count(deeds) <= 3", {"deeds": "一二三四"}, True),
        ("=character count(deeds) <= 3", {"deeds": "用 5G 与 AI"}, True),
        ("=date(began) <= today()", {"began": "2024-03-25", "deeds": "x"}, False),
        ("=date(began) <= today()", {"began": "2024-03-26", "deeds": "x"}, True),
        ("=began <= deeds", {"began": "2020-01", "deeds": "2019-12"}, True),
        ("=working days between(began, deeds) >= 5", {"began": "2024-04-01", "deeds": "2024-04-10"}, False),
        ("=working days between(began, deeds) >= 5", {"began": "2024-04-01", "deeds": "2024-04-08"}, True),
        ("=working days between(began, deeds) >= 5", {"began": "2044-04-01", "deeds": "2044-04-02"}, False),
        ("=working days between(began, deeds) >= 5", {"deeds": "2024-04-08"}, False),
        ('=category = "craft"', {"deeds": "x"}, False),
        ('=category = "other"', {"deeds": "x"}, True),
    ],
)
def test_answer_is_held_to_what_its_field_requires(
    require: str, answers: dict[str, Any], refused: bool
) -> None:
    assert refusals(require, answers) == ({"deeds": "通知的话"} if refused else {})


@pytest.mark.parametrize(
    "answers", [{}, {"deeds": ""}, {"deeds": "x", "began": "tomorrow"}], ids=["missing", "empty", "untold"]
)
def test_what_cannot_be_told_refuses_nothing(answers: dict[str, Any]) -> None:
    assert refusals("=date(began) <= today()", answers) == {}


def test_unfinished_form_is_not_held_to_it() -> None:
    assert refusals("=false", {"deeds": "x"}, lenient=True) == {}


def test_row_of_a_list_is_held_to_it_by_itself() -> None:
    year = {
        "type": "number",
        "id": "field_year",
        "key": "year",
        "properties": {"require": "=year >= 2020", "message": "近五年的"},
    }
    form = {
        "id": "a.form",
        "components": [{"type": "dynamiclist", "id": "l", "path": "rows", "components": [year]}],
    }

    with pytest.raises(Invalid) as refused:
        validate(form, {"rows": [{"year": 2021}, {"year": 2019}]}, TODAY)

    assert refused.value.fields == {"rows.1.year": "近五年的"}


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"require": "=deeds >"}, "properties.require 须同时写 message"),
        ({"require": "=deeds >", "message": "x"}, "properties.require“=deeds >”有误"),
    ],
)
def test_requirement_that_cannot_be_used_is_found_on_load(properties: dict[str, str], problem: str) -> None:
    assert any(problem in found for found in find_problems(a_form(**properties)))


def test_requirement_that_can_be_used_is_no_problem() -> None:
    form = a_form(require="=character count(deeds) <= 500", message="主要事迹（500字内）", rule="N51")

    assert find_problems(form) == []
