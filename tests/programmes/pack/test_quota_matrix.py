from __future__ import annotations

from pathlib import Path

import pytest

from service.programmes.pack.quota_matrix import Difference, WrongQuotas, read_quotas

CATEGORIES = {
    "production_management": "生产管理类",
    "general_services": "综合服务类",
    "research_innovation": "科研创新类",
    "technical_skills": "技术技能类",
    "work_safety": "安全生产类",
    "rural_revitalisation": "乡村振兴类",
}
ANNEX = (Path(__file__).parents[3] / "processes/changzhou-good-youth/quotas.csv").read_text("utf-8")
SMALL = "代码,单位,甲类,乙类,合计\na,东区,1,2,3\nb,西区,3,4,7\n,合计,4,6,10\n"


def test_annex_adds_up():
    matrix = read_quotas(ANNEX, CATEGORIES)

    assert {matrix.units[unit]: matrix.unit_total(unit) for unit in matrix.units} == {
        "溧阳市": 70,
        "金坛区": 70,
        "武进区": 90,
        "新北区": 90,
        "天宁区": 60,
        "钟楼区": 60,
        "经开区": 60,
        "直属企业": 160,
    }
    assert {key: matrix.category_total(key) for key in CATEGORIES} == dict.fromkeys(CATEGORIES, 110)
    assert matrix.total == 660
    assert matrix.places["zhishu"]["rural_revitalisation"] == 10


def test_difference_between_nominated_and_awarded():
    difference = read_quotas(ANNEX, CATEGORIES).difference("work_safety", 100)

    assert (difference.places, difference.percent) == (10, 9.09)
    assert Difference(nominated=0, awarded=0).percent == 0.0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("3,4,7", "3,5,8"), "“乙类”列各单位相加为 7，合计行写的是 6"),
        (("1,2,3", "1,2,4"), "“东区”行各类别相加为 3，合计列写的是 4"),
        (("4,6,10", "4,6,11"), "“合计”行各类别相加为 10，合计列写的是 11"),
        (("1,2,3", "1,两,3"), "“东区”的“乙类”应为整数，现在是“两”"),
        (("1,2,3", "1,-2,3"), "“东区”的“乙类”应为整数，现在是“-2”"),
        (("1,2,3", "1"), "“东区”的“乙类”应为整数，现在是“”"),
        (("1,2,3", "1,2,3,9"), "第 2 行列数过多"),
        (("b,西区", "b,东区"), "第 3 行单位“东区”为空或重复"),
        (("b,西区", "a,西区"), "单位“西区”的代码“a”为空或重复"),
        (("b,西区", ",西区"), "单位“西区”的代码“”为空或重复"),
        ((",合计,4,6,10\n", ""), "缺少“合计”行，无法核对各类别之和"),
        (
            ("甲类,乙类", "乙类,甲类"),
            "表头应为“代码、单位、甲类、乙类”（可加“合计”列），现在是“代码、单位、乙类、甲类、合计”",
        ),
    ],
)
def test_table_that_cannot_be_right_is_refused(change, problem):
    text = SMALL.replace(*change)

    with pytest.raises(WrongQuotas) as refusal:
        read_quotas(text, {"a": "甲类", "b": "乙类"})

    assert problem in refusal.value.problems


def test_table_without_a_column_of_sums_is_read():
    text = "\ufeff代码,单位,甲类,乙类\na,东区,1,2\n,合计,1,2\n\n"

    assert read_quotas(text, {"a": "甲类", "b": "乙类"}).places == {"a": {"a": 1, "b": 2}}


@pytest.mark.parametrize("text", ["", "\n\n", "代码,单位,甲类,乙类\n"])
def test_empty_table_is_refused(text):
    with pytest.raises(WrongQuotas):
        read_quotas(text, {"a": "甲类", "b": "乙类"})
