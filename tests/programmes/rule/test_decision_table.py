from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.programmes.rule.decision_table import WrongTable, find_disagreements, read_table
from service.programmes.rule.eligibility import AgeBounds, Bound, Result
from service.programmes.rule.identity_number import parse

MARKUP = (Path(__file__).parents[3] / "processes/changzhou-good-youth/eligibility.dmn").read_bytes()
BOUNDS = AgeBounds(
    born_before=Bound(rule="N03", day=date(2006, 1, 1)),
    born_after=Bound(rule="N04", day=date(1989, 1, 1)),
    exception_after=Bound(rule="N05", day=date(1984, 1, 1)),
)


@pytest.mark.parametrize(
    ("number", "result"),
    [
        ("320400200512310006", "PASS"),
        ("320400200601010005", "REVIEW"),
        ("320400200601020000", "FAIL"),
        ("320400198901020002", "PASS"),
        ("320400198901010007", "REVIEW"),
        ("320400198812310008", "EXCEPTION"),
        ("320400198401020006", "EXCEPTION"),
        ("320400198401010000", "REVIEW"),
        ("320400198312310001", "FAIL"),
    ],
)
def test_table_decides_the_nine_vectors(number, result):
    assert read_table(MARKUP).decide_age(parse(number).birth_date).result == result


def test_table_says_why():
    verdict = read_table(MARKUP).decide_age(date(1988, 12, 31))

    assert verdict.message == ("超过35周岁：“个别优秀的可放宽至40周岁（1984年1月1日后出生）”，须写明破格理由")


def test_table_and_settings_agree():
    assert find_disagreements(read_table(MARKUP), BOUNDS, "市级") == []


def test_table_that_was_changed_alone_is_told():
    moved = MARKUP.replace(b"1989-01-01", b"1988-12-31")

    assert find_disagreements(read_table(moved), BOUNDS, "市级") == [
        "1988-12-31 出生的，决策表判 REVIEW，eligibility_bounds 判 EXCEPTION",
        "1989-01-01 出生的，决策表判 PASS，eligibility_bounds 判 REVIEW",
    ]
    assert find_disagreements(read_table(MARKUP), BOUNDS, "省级") == [
        "市级个人荣誉，决策表判 EXCEPTION，honours_warn_from 判 PASS"
    ]


def test_table_without_an_answer_leaves_it_to_a_person():
    silent = MARKUP.replace(b'"FAIL"</text>', b'"MAYBE"</text>')

    assert read_table(silent).decide_age(date(2010, 1, 1)).result == Result.REVIEW


@pytest.mark.parametrize(
    "markup",
    [
        b"",
        b"<definitions",
        b"<a/>",
        MARKUP.replace(b'id="age"', b'id="years"').replace(b"#age", b"#years"),
        MARKUP.replace(b"birth_date</text>", b"birth_date +</text>"),
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + MARKUP.partition(b"?>")[2].strip(),
    ],
    ids=["empty", "cut", "other", "unnamed", "broken", "doctype"],
)
def test_table_that_cannot_be_used_is_refused(markup):
    with pytest.raises(WrongTable):
        read_table(markup)
