"""The rules of notice 002 (N41 to N54), each on the vectors of the requirements, with the notice's words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.errors import Invalid
from service.programmes.form import schemas
from service.programmes.form.schemas import FormContext
from service.programmes.pack import columns
from service.programmes.rule.eligibility import Finding
from tests.packs.judging import judge, the_pack

PACK = the_pack("longcheng-craftsmen")
PROGRAMME = PACK.programme
APPLICATION = PACK.forms["longcheng-craftsmen.recommendation"]
FORM_CHECK = PACK.forms["longcheng-craftsmen.form-check"]
DAY = date(2024, 12, 11)
POWERS = {
    "引领力": ("lead_duty", "lead_excellence", "lead_example"),
    "实践力": ("practice_skill", "practice_results", "practice_learning"),
    "创新力": ("innovation_insight", "innovation_outcomes", "innovation_value"),
    "攻关力": ("tackling_charge", "tackling_teamwork", "tackling_problems"),
    "传承力": ("legacy_summary", "legacy_training", "legacy_digital"),
}


def found(rule: str, **facts: Any) -> Finding:
    return judge(PACK, **facts)[rule]


def test_n41_n42_n51_n52_n53_n54_are_named_where_they_are_checked() -> None:
    assert {rule.rule: rule.by for rule in PROGRAMME.stated} == {
        "N41": ("award",),
        "N42": ("period",),
        "N51": ("form.deeds",),
        "N52": ("attachments.portrait",),
        "N53": (),
        "N54": ("shown.innovation_value",),
    }
    assert PROGRAMME.cite("award") == "通知：“推荐 100 名工匠进行培育”（N41）。"
    assert PROGRAMME.slots["portrait"].cited == "通知：“正面免冠彩色近照（2 寸）”（N52）。"


def test_n41_hundred_and_n42_two_years() -> None:
    award = PROGRAMME.award

    assert award.places_per_category == 100
    assert (award.period_from, award.period_until) == (date(2025, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(("years", "result"), [(0, "FAIL"), (4, "FAIL"), (5, "PASS"), (30, "PASS")])
def test_n43_five_years_at_the_front_line(years: int, result: str) -> None:
    finding = found("N43", frontline_years=years, started_work="1990-01")

    assert (finding.result, finding.measured) == (result, f"{years}年")
    assert "5 年以上一线生产现场工作经历" in finding.message


@pytest.mark.parametrize(
    ("started", "result"), [("2019-12", "PASS"), ("2020-01", "REVIEW"), ("2010-07", "PASS")]
)
def test_n43_years_at_the_front_line_fit_into_the_career_until_10_december(started: str, result: str) -> None:
    assert found("N43b", frontline_years=5, started_work=started).result == result


@pytest.mark.parametrize(("industry", "warns"), [("制造业", False), ("其他相关行业", True)])
def test_n44_trade_of_the_real_economy_first(industry: str, warns: bool) -> None:
    finding = found("N44", industry=industry)

    assert (finding.result, finding.warning) == ("PASS", warns)


def test_n44_nominee_declares_to_be_in_post() -> None:
    [declared] = [c for c in APPLICATION["components"] if c.get("key") == "in_post"]

    assert (declared["validate"], declared["properties"]["rule"]) == ({"required": True}, "N44")


@pytest.mark.parametrize(
    ("key", "rule", "words"),
    [("sound", "N44b", "政治素质过硬"), ("employed", "N44c", "在职优秀高技能人才")],
)
def test_n44_organiser_verifies_what_the_nominee_declares(key: str, rule: str, words: str) -> None:
    """A number of its own each: a tick under N44 would replace what the table said of the trade."""
    [tick] = [c for c in FORM_CHECK["components"] if c.get("key") == key]

    assert (tick["validate"], tick["properties"]["rule"]) == ({"required": True}, rule)
    assert words in tick["properties"]["message"]


def test_n44_whoever_does_not_fulfil_it_is_refused_by_a_defect() -> None:
    [defects] = [c for c in FORM_CHECK["components"] if c.get("key") == "defects"]

    assert {"不在职", "不符合政治素质要求"} <= {value["label"] for value in defects["values"]}


def test_n43_organiser_rules_where_the_rules_leave_it_open() -> None:
    with pytest.raises(Invalid) as told:
        schemas.validate(
            FORM_CHECK, {}, FormContext(today=DAY, days=None, variables={"eligibility": "REVIEW"})
        )
    with pytest.raises(Invalid) as passed:
        schemas.validate(FORM_CHECK, {}, FormContext(today=DAY, days=None, variables={"eligibility": "PASS"}))

    assert told.value.fields["ruling"] == "请选择主办单位裁定。"
    assert "ruling" not in passed.value.fields


def test_no_form_asks_for_an_exception_the_notice_does_not_know() -> None:
    fields = {name: set(columns.components_of(form)) for name, form in PACK.forms.items()}

    assert [name for name, keys in fields.items() if "exception_reason" in keys] == []


def test_n45_five_powers_of_three_items_each() -> None:
    keys = [c.get("key") for c in APPLICATION["components"]]
    items = [item for items in POWERS.values() for item in items]

    assert [key for key in keys if key in items] == items
    assert [(c.group, c.key) for c in PROGRAMME.review.criteria] == [
        (power, item) for power, items in POWERS.items() for item in items
    ]


@pytest.mark.parametrize("missing", [None, *POWERS])
def test_n45_power_without_an_item_warns(missing: str | None) -> None:
    filled = {items[0]: "有支撑材料" for power, items in POWERS.items() if power != missing}

    finding = found("N45", **filled)

    assert (finding.result, finding.warning) == ("PASS", missing is not None)
    assert ("具有突出潜质并已初步展现" in finding.message) is (missing is not None)


@pytest.mark.parametrize("missing", [None, *POWERS])
def test_n45_power_without_an_item_is_for_a_person_where_each_is_required(missing: str | None) -> None:
    filled = {items[0]: "有支撑材料" for power, items in POWERS.items() if power != missing}

    finding = found("N45", **filled, settings={"five_forces": "require"})

    assert finding.result == ("FAIL" if missing else "PASS")
    assert ("本届要求五力各至少有一项支撑材料" in finding.message) is (missing is not None)


def test_n45_every_item_has_a_slot_of_its_own_for_three_materials() -> None:
    items = [item for items in POWERS.values() for item in items]

    assert [(PROGRAMME.slots[item].least, PROGRAMME.slots[item].most) for item in items] == [(0, 3)] * 15


@pytest.mark.parametrize(
    ("files", "unproven"),
    [
        ({}, "勇挑重担、持续学习"),
        ({"lead_duty": 1}, "持续学习"),
        ({"lead_duty": 1, "practice_skill": 3}, "持续学习"),
        ({"lead_duty": 3, "practice_learning": 1}, ""),
    ],
)
def test_n45_item_in_the_catalogue_without_a_file_warns_by_item_and_never_refuses(
    files: dict[str, int], unproven: str
) -> None:
    listed = {"lead_duty": "1. 攻关纪要", "practice_learning": "1. 培训证书", "practice_skill": ""}

    finding = found("N45b", **listed, files=files)

    assert (finding.result, finding.warning) == ("PASS", bool(unproven))
    assert finding.measured == (unproven or "齐全")
    assert "“选择符合要求的项目填写……材料附后”" in finding.message


@pytest.mark.parametrize(
    ("level", "warns"),
    [("技师", True), ("高级工", True), ("高级技师", False), ("特级技师", False), ("首席技师", False)],
)
def test_n46_senior_technician_is_a_hint_not_a_floor(level: str, warns: bool) -> None:
    finding = found("N46", skill_level=level)

    assert (finding.result, finding.warning) == ("PASS", warns)
    assert "高级技师及以上技能等级" in finding.message


@pytest.mark.parametrize(
    ("rule", "field", "text", "warns"),
    [
        ("N47", "practice_results", "", False),
        ("N47", "practice_results", "2022、2023、2024年产量均为班组第一", False),
        ("N47", "practice_results", "连续三年超额两成", False),
        ("N47", "practice_results", "2021、2023、2024年产量第一", True),
        ("N48", "tackling_charge", "", False),
        ("N48", "tackling_charge", "获市级劳动竞赛一等奖", False),
        ("N48", "tackling_charge", "获厂内竞赛一等奖", True),
        ("N49", "tackling_teamwork", "领衔劳模工匠创新工作室", False),
        ("N49", "tackling_teamwork", "与高校联合攻关", True),
        ("N50", "legacy_training", "带徒弟八人", False),
        ("N50", "legacy_training", "省级非遗代表性传承人，带徒授艺", False),
        ("N50", "legacy_training", "弘扬非遗文化", True),
    ],
)
def test_n47_n48_n49_n50_item_that_does_not_name_its_criterion_warns(
    rule: str, field: str, text: str, warns: bool
) -> None:
    finding = found(rule, **{field: text})

    assert (finding.result, finding.warning, finding.field) == ("PASS", warns, field)


@pytest.mark.parametrize(("length", "refused"), [(500, False), (501, True)])
def test_n51_deeds_of_at_most_500_characters(length: int, refused: bool) -> None:
    with pytest.raises(Invalid) as told:
        schemas.validate(APPLICATION, {"deeds": "事" * length})

    assert told.value.fields.get("deeds") == ("主要事迹（500字内）：请删减到500字以内。" if refused else None)


def test_n53_no_bound_of_age_and_no_nationality() -> None:
    assert {"N43", "N44", "N45", "N46", "N47", "N48", "N49", "N50"} == {
        rule[:3] for rule in judge(PACK, frontline_years=9, started_work="2000-01")
    }
    assert not {"birth_date", "nationality"} & set(PROGRAMME.fields)


@pytest.mark.parametrize("text", [None, "", "成果用于全市“1028”产业体系建设", "成果用于本企业生产线"])
def test_n54_1028_system_is_offered_for_reference_and_holds_nobody_up(text: str | None) -> None:
    [field] = [c for c in APPLICATION["components"] if c.get("key") == "innovation_value"]
    filled = {items[0]: "有支撑材料" for items in POWERS.values()}

    findings = judge(PACK, **filled, **({} if text is None else {"innovation_value": text}))
    with pytest.raises(Invalid) as told:
        schemas.validate(APPLICATION, {} if text is None else {"innovation_value": text})

    assert "“1028”产业体系建设的可以写明，不作要求" in field["description"]
    assert [rule for rule, finding in findings.items() if "1028" in finding.message or rule == "N54"] == []
    assert findings["N45"].warning is False
    assert "innovation_value" not in told.value.fields
