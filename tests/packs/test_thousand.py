"""The selection of a thousand: rules N61 and N62, its roster's columns, its units and its quota by ratio."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.programmes.rule.eligibility import Finding
from tests.packs.judging import judge, the_pack

PACK = the_pack("thousand-good-youth")
FACTS = {"birth_date": date(1995, 8, 1), "category": "organ", "staffing": "单位在编"}


def decide(rule: str, **facts: Any) -> Finding:
    return judge(PACK, **{**FACTS, **facts})[rule]


@pytest.mark.parametrize(
    ("born", "result", "message"),
    [
        ((5, 31), "FAIL", "超过35周岁：通知要求“{bound}后出生”"),
        ((6, 1), "REVIEW", "恰为{bound}出生：“后出生”是否含当日，由主办单位裁定"),
        ((6, 2), "PASS", "符合“35周岁（{bound}后出生）以下”"),
    ],
)
@pytest.mark.parametrize(("year", "bound"), [(2021, 1986), (2024, 1989)])
def test_n61_n66_born_after_1_june_three_years_later_each_period(
    year: int, bound: int, born: tuple[int, int], result: str, message: str
) -> None:
    birth = date(bound, *born)

    found = decide("N61", birth_date=birth, year=year)

    assert (found.result, found.measured, found.warning) == (result, birth.isoformat(), result == "REVIEW")
    assert found.message == message.format(bound=f"{bound}年6月1日")


@pytest.mark.parametrize(
    ("value", "result"), [("review", "REVIEW"), ("inclusive", "PASS"), ("exclusive", "FAIL")]
)
def test_n61_day_of_the_bound_is_read_as_the_setting_says(value: str, result: str) -> None:
    read = [
        decide("N61", birth_date=date(1986, *born), settings={"birth_bounds": value}).result
        for born in ((5, 31), (6, 1), (6, 2))
    ]

    assert read == ["FAIL", result, "PASS"]


@pytest.mark.parametrize(("birth", "warns"), [(date(2003, 6, 1), False), (date(2003, 6, 2), True)])
def test_under_age_is_worth_a_look_for_the_notice_names_no_lower_bound(birth: date, warns: bool) -> None:
    found = decide("N61", birth_date=birth)

    assert (found.result, found.warning) == ("PASS", warns)


@pytest.mark.parametrize("year", [2021, 2024])
@pytest.mark.parametrize(
    ("category", "staffing", "result", "message"),
    [
        ("organ", "单位在编", "PASS", "单位在编青年"),
        ("enterprise", "其他非在编", "FAIL", "通知要求“单位在编青年”"),
        ("organ", "两新领域从业（无编制）", "FAIL", "通知要求“单位在编青年”"),
        (
            "new_sector",
            "两新领域从业（无编制）",
            "PASS",
            "两新等其他基层领域不要求编制，由团区、县（市）委单独报",
        ),
    ],
)
def test_n62_x23_staffed_save_in_the_new_sector(
    year: int, category: str, staffing: str, result: str, message: str
) -> None:
    found = decide("N62", category=category, staffing=staffing, year=year)

    assert (found.result, found.measured, found.message) == (result, staffing, message)


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
