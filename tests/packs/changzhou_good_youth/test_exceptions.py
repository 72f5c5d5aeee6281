"""N03 to N05: 破格 is asked and offered between 35 and 40 alone; at 18 there is nothing to widen."""

from __future__ import annotations

import pytest

from service.programmes.form.checks import FormContext
from service.programmes.form.visibility import find_hidden
from tests.packs.judging import the_pack

FORMS = the_pack("changzhou-good-youth").forms
ASKED = {"field_exception_reason", "field_ruling", "field_plain_ruling", "field_overruling"}


def asked(form: str, eligibility: str, *open_rules: str) -> set[str]:
    """Return which of the fields about 破格 and rulings a form shows."""
    known = {"eligibility": eligibility, "open_rules": list(open_rules), "asks_reason": False}
    schema = FORMS[f"changzhou-good-youth.{form}"]
    there = {component["id"] for component in schema["components"]}
    return (ASKED & there) - find_hidden(schema, {}, FormContext(variables=known))


@pytest.mark.parametrize(
    ("eligibility", "rule", "reason", "ruling"),
    [
        ("PASS", "", set(), set()),
        ("REVIEW", "N03", set(), {"field_plain_ruling"}),
        ("REVIEW", "N04", {"field_exception_reason"}, {"field_ruling"}),
        ("REVIEW", "N05", {"field_exception_reason"}, {"field_ruling"}),
        ("EXCEPTION", "N04", {"field_exception_reason"}, {"field_ruling"}),
        ("EXCEPTION", "N05", {"field_exception_reason"}, {"field_ruling"}),
        ("REVIEW", "honour", set(), {"field_plain_ruling"}),
        ("REASON", "N08", set(), set()),
        ("FAIL", "N03", set(), set()),
        ("FAIL", "N05", set(), set()),
    ],
)
def test_n03_n04_n05_reason_and_ruling_are_asked_by_the_open_rule(
    eligibility: str, rule: str, reason: set[str], ruling: set[str]
) -> None:
    assert asked("recommender-opinion", eligibility, "N08", rule) == reason
    assert asked("qualification", eligibility, "N08", rule) == ruling


@pytest.mark.parametrize(("rule", "field"), [("N03", "field_overruling"), ("N05", "field_exception_reason")])
def test_n03_n05_overruling_is_an_exception_only_of_whom_is_too_old(rule: str, field: str) -> None:
    assert asked("ruling", "FAIL", rule) == {field}


def test_n03_choice_at_18_does_not_speak_of_exceptions() -> None:
    [choice] = [
        component
        for component in FORMS["changzhou-good-youth.qualification"]["components"]
        if component.get("key") == "plain_ruling"
    ]

    assert [value["label"] for value in choice["values"]] == ["符合条件", "不符合"]
    assert "破格" not in choice["label"] + choice["description"]
