from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.programmes.pack.packs import load_pack
from service.programmes.rule.eligibility import (
    AgeBounds,
    Bound,
    Finding,
    Findings,
    Result,
    check_age,
    check_honours,
    check_text,
    check_ticks,
    decide_honour,
)
from service.programmes.rule.identity_number import parse
from service.programmes.rule.text_length import TextLength

ROOT = Path(__file__).parents[3]
BOUNDS = AgeBounds(
    born_before=Bound(rule="N03", day=date(2006, 1, 1)),
    born_after=Bound(rule="N04", day=date(1989, 1, 1)),
    exception_after=Bound(rule="N05", day=date(1984, 1, 1)),
)
# requirements §1.1: number, result and rule by default, with the day outside, with the day inside
VECTORS = [
    ("320400200512310006", ("PASS", "N04"), "PASS", "PASS"),
    ("320400200601010005", ("REVIEW", "N03"), "FAIL", "PASS"),
    ("320400200601020000", ("FAIL", "N03"), "FAIL", "FAIL"),
    ("320400198901020002", ("PASS", "N04"), "PASS", "PASS"),
    ("320400198901010007", ("REVIEW", "N04"), "EXCEPTION", "PASS"),
    ("320400198812310008", ("EXCEPTION", "N05"), "EXCEPTION", "EXCEPTION"),
    ("320400198401020006", ("EXCEPTION", "N05"), "EXCEPTION", "EXCEPTION"),
    ("320400198401010000", ("REVIEW", "N05"), "FAIL", "EXCEPTION"),
    ("320400198312310001", ("FAIL", "N05"), "FAIL", "FAIL"),
]


def bounds_with(on_the_day) -> AgeBounds:
    def moved(bound):
        return Bound(rule=bound.rule, day=bound.day, on_the_day=on_the_day)

    return AgeBounds(
        born_before=moved(BOUNDS.born_before),
        born_after=moved(BOUNDS.born_after),
        exception_after=moved(BOUNDS.exception_after),
    )


def a_finding(result: Result, *, warning: bool = False) -> Finding:
    return Finding(rule="N99", result=result, measured="", message="", warning=warning)


@pytest.mark.parametrize(("number", "expected", "outside", "inside"), VECTORS)
def test_age_of_the_nine_vectors(number, expected, outside, inside):
    birth = parse(number).birth_date

    finding = check_age(BOUNDS, birth)

    assert (finding.result, finding.rule, finding.measured) == (*expected, birth.isoformat())
    assert check_age(bounds_with("outside"), birth).result == outside
    assert check_age(bounds_with("inside"), birth).result == inside


@pytest.mark.parametrize(("number", "expected"), [(v[0], v[1][0]) for v in VECTORS])
def test_age_by_the_shipped_programme(number, expected):
    rules = load_pack(ROOT / "processes", ROOT / "forms", "changzhou-good-youth").programme.eligibility

    findings = rules.check(parse(number).birth_date, {"deeds": "字" * 300, "honours": []})

    assert (findings.result, findings.warnings) == (expected, ())


def test_age_without_an_exception_ends_at_the_first_bound():
    bounds = AgeBounds(born_before=BOUNDS.born_before, born_after=BOUNDS.born_after)

    assert check_age(bounds, date(1988, 12, 31)).result == Result.FAIL


def test_message_carries_the_words_of_the_notice():
    assert check_age(BOUNDS, date(1988, 12, 31)).message == (
        "1989年1月1日及以前出生，属“个别优秀的可放宽”（1984年1月1日后出生），须写明破格理由。"
    )
    assert check_age(BOUNDS, date(2006, 1, 1)).message == (
        "出生日期正是界限当天，“2006年1月1日前出生”是否含当天通知未写明，请主办单位裁定。"
    )


@pytest.mark.parametrize(
    ("level", "kind", "result"),
    [
        ("县级", "个人", Result.PASS),
        ("市级", "个人", Result.EXCEPTION),
        ("国家级", "个人", Result.EXCEPTION),
        ("市级", "集体", Result.PASS),
    ],
)
def test_honour_of_a_person_from_the_city_up_asks_for_a_reason(level, kind, result):
    rows = [{"title": "技术能手", "level": level, "kind": kind, "year": 2022}]

    finding = check_honours(rows, lambda level, kind: decide_honour(level, kind, "市级"))

    assert (finding.result, finding.warning) == (result, result is Result.EXCEPTION)


def test_text_too_long_only_warns_unless_the_limit_is_hard():
    about = check_text(TextLength.around(300), "字" * 400)
    hard = check_text(TextLength.within(300), "字" * 400)

    assert (about.result, about.warning, about.measured) == (Result.PASS, True, "400字")
    assert (hard.result, hard.warning) == (Result.FAIL, True)


def test_tick_that_is_missing_asks_for_a_person():
    findings = check_ticks({"national": True, "insured": False})

    assert [(f.rule, f.result) for f in findings] == [("N06", Result.PASS), ("N07", Result.REVIEW)]


@pytest.mark.parametrize(
    ("results", "overall"),
    [
        ([], "PASS"),
        (["PASS", "PASS"], "PASS"),
        (["PASS", "EXCEPTION"], "EXCEPTION"),
        (["REVIEW", "EXCEPTION", "PASS"], "REVIEW"),
        (["REVIEW", "FAIL", "EXCEPTION"], "FAIL"),
    ],
)
def test_gravest_finding_decides(results, overall):
    findings = Findings(findings=tuple(a_finding(Result(result)) for result in results))

    assert findings.result == overall


def test_findings_list_warnings_and_open_ones():
    quiet, warned = a_finding(Result.PASS), a_finding(Result.PASS, warning=True)
    grave = a_finding(Result.FAIL)

    findings = Findings(findings=(quiet, warned, grave))

    assert (findings.warnings, findings.open) == ((warned,), (grave,))


def test_nomination_without_a_birth_date_is_for_a_person():
    rules = load_pack(ROOT / "processes", ROOT / "forms", "changzhou-good-youth").programme.eligibility

    assert rules.check(None, {"deeds": "字" * 300}).result == Result.REVIEW
