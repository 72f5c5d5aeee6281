"""The selection of a thousand: rules N61 and N62, its roster's columns, its units and its quota by ratio."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.packs.judging import judge, the_pack

PACK = the_pack("thousand-good-youth")
FACTS = {"birth_date": date(1995, 8, 1), "category": "organ", "staffing": "单位在编"}


def decide(rule: str, **facts: Any) -> tuple[str, bool]:
    finding = judge(PACK, **{**FACTS, **facts})[rule]
    return str(finding.result), finding.warning


@pytest.mark.parametrize(
    ("birth", "result"),
    [
        (date(1986, 5, 31), "FAIL"),
        (date(1986, 6, 1), "REVIEW"),  # the day itself
        (date(1986, 6, 2), "PASS"),
        (date(2003, 6, 1), "PASS"),
    ],
)
def test_n61_born_after_1986_06_01(birth: date, result: str) -> None:
    assert decide("N61", birth_date=birth)[0] == result


def test_under_age_is_worth_a_look_for_the_notice_names_no_lower_bound() -> None:
    assert decide("N61", birth_date=date(2003, 6, 2)) == ("PASS", True)


@pytest.mark.parametrize(
    ("birth", "result"),
    [(date(1989, 5, 31), "FAIL"), (date(1989, 6, 1), "REVIEW"), (date(1989, 6, 2), "PASS")],
)
def test_n66_bound_moves_three_years_with_the_next_period(birth: date, result: str) -> None:
    assert decide("N61", birth_date=birth, year=2024)[0] == result


@pytest.mark.parametrize(
    ("category", "staffing", "result"),
    [
        ("organ", "单位在编", "PASS"),
        ("enterprise", "其他非在编", "FAIL"),
        ("organ", "两新领域从业（无编制）", "FAIL"),
        ("new_sector", "两新领域从业（无编制）", "PASS"),
    ],
)
def test_n62_x23_staffed_save_in_the_new_sector(category: str, staffing: str, result: str) -> None:
    assert decide("N62", category=category, staffing=staffing)[0] == result


def test_n63_three_criteria_are_ticked_by_the_workplace() -> None:
    ticks = [c for c in PACK.forms["thousand-good-youth.screening"]["components"] if c["type"] == "checkbox"]

    assert [c["properties"]["rule"] for c in ticks] == ["N63.1", "N63.2", "N63.3"]
    assert all(c["validate"]["required"] for c in ticks)
    assert [c["properties"]["message"] for c in ticks] == [c["label"] for c in ticks]


def test_n65_a_thousand_are_wanted_and_more_are_welcome() -> None:
    assert (PACK.programme.award.at_least, PACK.programme.is_bounded) == (1000, False)


def test_roster_has_the_columns_of_the_annex() -> None:
    assert PACK.programme.papers["roster"].columns == (
        "序号", "姓名", "身份证号", "学历学位", "政治面貌", "联系电话",
        "单位职务、岗位（技术职称、技能职级）",
    )  # fmt: skip


def test_two_hundred_workplaces_lie_at_three_depths_below_the_recommenders() -> None:
    parents = {unit.code: unit.parent for unit in PACK.units}
    depths = {}
    for unit in PACK.units:
        if unit.level in ("单位", "两新组织"):
            above, depth = unit.parent, 1
            while above not in PACK.programme.quota.recommenders:
                above, depth = parents[above], depth + 1
            depths[unit.code] = depth

    assert (len(depths), set(depths.values())) == (200, {1, 2, 3})
