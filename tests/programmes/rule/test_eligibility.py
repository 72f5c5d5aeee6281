from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from service.programmes.rule.eligibility import Finding, Findings, Result, RuleSource, check, check_tick

AGE, DEEDS = RuleSource(decision="age", field="id_number"), RuleSource(decision="deeds")


def a_row(rule: str = "N03", result: str = "PASS", **more: Any) -> dict[str, Any]:
    return {"rule": rule, "result": result, "message": "符合", **more}


def answering(**answers: Any):
    def ask(decision: str, _facts: Mapping[str, Any]) -> object:
        return answers[decision]

    return ask


def a_finding(result: Result) -> Finding:
    return Finding(rule="N99", result=result, measured="", message="")


def test_row_of_a_table_becomes_a_finding_beside_its_field():
    found = check([AGE], {}, answering(age=a_row(measured="1995-08-01")))

    assert found.findings == (
        Finding(rule="N03", result=Result.PASS, measured="1995-08-01", message="符合", field="id_number"),
    )


def test_table_is_asked_about_the_facts():
    asked = []

    check([AGE], {"year": 2024}, lambda decision, facts: asked.append((decision, facts)))

    assert asked == [("age", {"year": 2024})]


def test_table_that_collects_gives_a_finding_a_row():
    rows = [a_row("N46", "WARN"), a_row("N43", "FAIL")]

    found = check([AGE], {}, answering(age=rows))

    assert [(f.rule, f.result, f.warning) for f in found.findings] == [
        ("N46", Result.PASS, True),
        ("N43", Result.FAIL, False),
    ]


@pytest.mark.parametrize(("said", "warns"), [("PASS", False), ("REASON", True), ("EXCEPTION", True)])
def test_what_a_row_says_warns_or_not(said, warns):
    [finding] = check([AGE], {}, answering(age=a_row(result=said))).findings

    assert (finding.result, finding.warning) == (said, warns)


@pytest.mark.parametrize(
    ("said", "asks"),
    [("PASS", False), ("WARN", True), ("REASON", True), ("EXCEPTION", False), ("FAIL", False)],
)
def test_row_that_reminds_asks_why_he_is_passed_on(said, asks):
    assert check([AGE], {}, answering(age=a_row(result=said))).asks_reason is asks


def test_graver_of_two_rows_with_one_rule_counts():
    answers = answering(age=a_row(result="REVIEW", measured="缺"), deeds=a_row(result="PASS"))

    [finding] = check([AGE, DEEDS], {}, answers).findings

    assert (finding.result, finding.measured) == (Result.REVIEW, "缺")


@pytest.mark.parametrize(
    "answer",
    [None, "PASS", {}, a_row(result="MAYBE"), a_row(rule=""), {"rule": "N03", "result": "PASS"}],
    ids=["nothing", "text", "empty", "another word", "unnamed", "without a sentence"],
)
def test_table_without_an_answer_leaves_it_to_a_person(answer):
    [finding] = check([AGE], {}, answering(age=answer)).findings

    assert (finding.rule, finding.result) == ("age", Result.REVIEW)
    assert finding.message == "决策表“age”对此没有结论，请主办单位裁定。"


def test_table_that_this_version_does_not_have_leaves_it_to_a_person():
    [finding] = check([AGE], {}, answering()).findings

    assert finding.result is Result.REVIEW
    assert finding.message == "这份申报所用的流程版本没有决策表“age”，请主办单位核对后裁定。"


def test_tick_that_is_missing_asks_for_a_person():
    found = [check_tick("N06", "须具有中国国籍", answer) for answer in (True, False, None)]

    assert [(f.result, f.measured) for f in found] == [
        (Result.PASS, "已核实"),
        (Result.REVIEW, "未核实"),
        (Result.REVIEW, "未核实"),
    ]


@pytest.mark.parametrize(
    ("results", "overall", "asks"),
    [
        ([], "PASS", False),
        (["PASS", "PASS"], "PASS", False),
        (["PASS", "REASON"], "REASON", True),
        (["REASON", "EXCEPTION"], "EXCEPTION", True),
        (["REVIEW", "EXCEPTION", "PASS"], "REVIEW", False),
        (["REVIEW", "FAIL", "EXCEPTION"], "FAIL", False),
    ],
)
def test_gravest_finding_decides(results, overall, asks):
    findings = Findings(findings=tuple(a_finding(Result(result)) for result in results))

    assert (findings.result, findings.asks_reason) == (overall, asks)


@pytest.mark.parametrize(
    ("rows", "at_best"),
    [
        ([a_row(result="REVIEW", otherwise="PASS")], "PASS"),
        ([a_row(result="REVIEW")], "PASS"),
        ([a_row(result="REVIEW", otherwise="EXCEPTION")], "EXCEPTION"),
        ([a_row(result="REVIEW", otherwise="MAYBE")], "PASS"),
        ([a_row(result="REVIEW"), a_row("N05", "EXCEPTION")], "EXCEPTION"),
        ([a_row(result="PASS", otherwise="EXCEPTION")], "PASS"),
        ([a_row(result="REVIEW"), a_row("N05", "FAIL")], "FAIL"),
    ],
)
def test_open_row_says_what_it_becomes_when_the_organiser_rules_for_the_nominee(rows, at_best):
    assert check([AGE], {}, answering(age=rows)).at_best == at_best
