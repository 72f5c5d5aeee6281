"""The notice's conditions from the submitted form to the roster and the published list (N03 to N08, N12)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from docx import Document

from service.errors import Invalid
from service.models import Nomination
from service.programmes import intake
from service.programmes.diagram import diagrams
from service.programmes.nomination import screening
from service.programmes.paper import forms
from service.programmes.paper.answers import remark_of
from service.workflow import history
from tests.programmes.story import REASON, Story

VECTORS = [
    ("2005-12-31", "PASS", "N04"),
    ("2006-01-01", "REVIEW", "N03"),
    ("2006-01-02", "FAIL", "N03"),
    ("1989-01-02", "PASS", "N04"),
    ("1989-01-01", "REVIEW", "N04"),
    ("1988-12-31", "EXCEPTION", "N05"),
    ("1984-01-02", "EXCEPTION", "N05"),
    ("1984-01-01", "REVIEW", "N05"),
    ("1983-12-31", "FAIL", "N05"),
]


@pytest.mark.parametrize(("birth", "result", "rule"), VECTORS)
def test_birth_date_decides_where_the_form_goes(
    round_2024: Story, birth: str, result: str, rule: str
) -> None:
    nominee = round_2024.nominate(birth=date.fromisoformat(birth))

    found = round_2024.read(nominee)
    assert (found.eligibility, found.status) == (result, "recommending")
    asked = "confirm_ineligible" if result == "FAIL" else "workplace_league_opinion"
    assert round_2024.waits_at(nominee) == [asked]
    assert findings(round_2024, nominee)[0][:3] == (rule, result, birth)


@pytest.mark.parametrize(
    ("outcome", "status", "waits_at"),
    [
        ("confirm", "declined", []),
        ("overrule", "recommending", ["workplace_league_opinion"]),
        ("return", "drafting", ["fill_in_form"]),
    ],
)
def test_a_person_rules_on_what_fails(
    round_2024: Story, outcome: str, status: str, waits_at: list[str]
) -> None:
    nominee = round_2024.nominate(birth=date(1983, 12, 31))

    answers = {"reason": "经核对身份证原件。"}
    if outcome == "overrule":
        answers["exception_reason"] = REASON
    round_2024.complete(nominee, "confirm_ineligible", outcome, by="shiwei", **answers)

    assert (round_2024.status(nominee), round_2024.waits_at(nominee)) == (status, waits_at)
    if outcome == "confirm":
        assert round_2024.read(nominee).status_reason == "经核对身份证原件。"


def test_overruling_the_rules_asks_for_a_reason_that_is_printed_and_published(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(1983, 12, 31))

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "confirm_ineligible", "overrule", reason="经核对身份证原件。")
    round_2024.complete(
        nominee, "confirm_ineligible", "overrule", reason="经核对身份证原件。", exception_reason=REASON
    )
    round_2024.to_notice()

    [person] = [p for c in round_2024.notice().snapshot["categories"] for p in c["people"]]
    with round_2024.wiring.reading() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        paper = read_words(forms.print_form(ctx, nomination, "recommendation"))
    assert list(refused.value.fields) == ["exception_reason"]
    assert person["exception_reason"] == REASON
    assert remark_of(nomination) == f"破格：{REASON}"
    assert paper[paper.index(f"破格理由：{REASON}") - 1].startswith("推荐理由：")


def test_n03_overruling_somebody_too_young_is_explained_inside_and_is_no_exception(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(2006, 1, 2))
    answers = {"reason": "经核对身份证原件。", "exception_reason": REASON}

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "confirm_ineligible", "overrule", **answers)
    round_2024.complete(
        nominee, "confirm_ineligible", "overrule", overruling="户籍档案更正为2005年12月31日。", **answers
    )
    round_2024.to_notice()

    [person] = [p for c in round_2024.notice().snapshot["categories"] for p in c["people"]]
    found = round_2024.read(nominee)
    assert refused.value.fields == {"overruling": "请填写裁定说明。"}
    assert found.exception_reason == person["exception_reason"] == ""
    assert remark_of(found) == (
        "裁定说明：主办单位裁定符合条件（未满18周岁：通知要求“2006年1月1日前出生”）："
        "户籍档案更正为2005年12月31日。"
    )


def read_words(docx: bytes) -> list[str]:
    """Return the paragraphs of a Word file's table, one after another."""
    cells = [cell for row in Document(io.BytesIO(docx)).tables[0].rows for cell in row.cells]
    return [line for cell in cells for paragraph in cell.paragraphs for line in paragraph.text.split("\n")]


def test_corrected_form_is_screened_anew(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(1983, 12, 31))
    round_2024.complete(nominee, "confirm_ineligible", "return", reason="身份证号填错。")

    round_2024.hand_in(nominee, birth=date(1995, 8, 1))

    assert round_2024.read(nominee).eligibility == "PASS"
    assert [result for _, result, *_ in findings(round_2024, nominee)] == ["PASS", "PASS", "PASS"]


@pytest.mark.parametrize("birth", [date(1988, 12, 31), date(1989, 1, 1)])
def test_exception_asks_the_recommender_for_a_reason(round_2024: Story, birth: date) -> None:
    nominee = round_2024.nominate(birth=birth, to="recommender_opinion")

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。")

    assert list(refused.value.fields) == ["exception_reason"]
    assert round_2024.waits_at(nominee) == ["recommender_opinion"]


@pytest.mark.parametrize(("outcome", "status"), [("return", "drafting"), ("reject", "declined")])
def test_recommender_sends_back_or_refuses_without_one(round_2024: Story, outcome: str, status: str) -> None:
    nominee = round_2024.nominate(birth=date(1988, 12, 31), to="recommender_opinion")

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "recommender_opinion", outcome, exception_reason="试填")
    round_2024.complete(
        nominee, "recommender_opinion", outcome, reason="材料须补充。", exception_reason="试填"
    )

    assert refused.value.fields == {"reason": "请写明理由。"}
    assert (round_2024.status(nominee), round_2024.read(nominee).exception_reason) == (status, "")


def test_reason_of_an_exception_is_printed_and_published(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(1988, 12, 31))

    round_2024.to_notice()

    [person] = [p for c in round_2024.notice().snapshot["categories"] for p in c["people"]]
    assert (person["nomination"], person["exception_reason"]) == (nominee, REASON)
    assert remark_of(round_2024.read(nominee)) == f"破格：{REASON}"


def test_reason_given_for_a_form_since_corrected_is_not_printed(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(1988, 12, 31), to="recommender_opinion")
    round_2024.complete(
        nominee, "recommender_opinion", "return", reason="出生日期不对。", exception_reason="旧"
    )
    round_2024.hand_in(nominee, birth=date(1995, 8, 1))

    round_2024.carry(nominee, "consult_police")

    assert round_2024.read(nominee).exception_reason == ""


def test_nobody_else_is_asked_for_a_reason(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")

    round_2024.complete(
        nominee, "recommender_opinion", "approve", reason="同意推荐。", exception_reason="无需说明"
    )

    assert round_2024.read(nominee).exception_reason == ""


@pytest.mark.parametrize(
    ("level", "kind", "result"),
    [
        ("市级", "个人", "REASON"),
        ("国家级", "个人", "REASON"),
        ("县级", "个人", "PASS"),
        ("省级", "集体", "PASS"),
    ],
)
def test_personal_honour_asks_for_a_reason(round_2024: Story, level: str, kind: str, result: str) -> None:
    row = {"title": "演示奖章", "level": level, "kind": kind, "year": 2022}

    nominee = round_2024.nominate(answers={"honours": [row]})

    assert round_2024.read(nominee).eligibility == result
    [_age, honour, _deeds] = findings(round_2024, nominee)
    assert honour[1:3] == (result, "演示奖章" if result == "REASON" else "无")
    assert honour[3] == (result == "REASON")


def test_reason_against_a_rule_of_principle_is_asked_for_and_printed_not_published(round_2024: Story) -> None:
    row = {"title": "演示奖章", "level": "市级", "kind": "个人", "year": 2022}
    nominee = round_2024.nominate(answers={"honours": [row]}, to="recommender_opinion")

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。")
    round_2024.complete(
        nominee, "recommender_opinion", "approve", reason="同意推荐。", stated_reason="事迹仍在延续。"
    )
    round_2024.to_notice()

    with round_2024.wiring.reading() as ctx:
        found = {f.rule: f.reason for f in screening.list_findings(ctx, round_2024.read(nominee))}
    assert list(refused.value.fields) == ["stated_reason"]
    assert remark_of(round_2024.read(nominee)) == "说明：事迹仍在延续。"
    assert {rule: reason for rule, reason in found.items() if reason} == {"N08": "事迹仍在延续。"}
    assert "事迹仍在延续" not in str(round_2024.notice().snapshot)


def test_running_nomination_keeps_the_tables_it_began_with(round_2024: Story) -> None:
    nominee = round_2024.start()
    pack = round_2024.pack
    moved = {file: xml.replace(b"1984-01-01", b"1980-01-01") for file, xml in pack.decisions.items()}
    with round_2024.acting("shiwei") as ctx:
        diagrams.publish(ctx, replace(pack, decisions=moved), pack.diagram, note="放宽年龄")

    later = round_2024.nominate(birth=date(1983, 12, 31), unit="liyang-qingfeng")
    round_2024.hand_in(nominee, birth=date(1983, 12, 30))

    assert [round_2024.read(one).eligibility for one in (nominee, later)] == ["FAIL", "EXCEPTION"]


def test_history_keeps_which_rule_decided(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(1983, 12, 31))

    with round_2024.wiring.reading() as ctx:
        events = history.of_instance(ctx, ctx.session.get_one(Nomination, nominee).instance)
    [checked] = [event.details for event in events if event.kind == "rules.checked"]
    assert checked["result"] == "FAIL"
    assert checked["rules"][0] == {
        "rule": "N05",
        "result": "FAIL",
        "message": "超过40周岁：通知只放宽至“1984年1月1日后出生”",
    }


def test_wrong_length_of_the_deeds_warns_and_refuses_nothing(round_2024: Story) -> None:
    nominee = round_2024.nominate(answers={"deeds": "事" * 100})

    assert round_2024.read(nominee).eligibility == "PASS"
    assert findings(round_2024, nominee)[2] == ("N12", "PASS", "100字", True)
    with round_2024.wiring.reading() as ctx:
        found = {f.rule: f.message for f in screening.list_findings(ctx, round_2024.read(nominee))}
        assert found["N12"] == (
            "“个人事迹（300字）”：现有100字，要求约300字（不少于240字），建议补充具体事例"
        )


def test_ticks_of_the_reviewer_become_findings(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review")

    round_2024.complete(
        nominee, "qualification_review", "fail", national=True, insured=False, defects=["not_insured"]
    )

    assert findings(round_2024, nominee)[1:3] == [
        ("N06", "PASS", "已核实", False),
        ("N07", "REVIEW", "未核实", True),
    ]
    assert round_2024.status(nominee) == "failed"


def test_warnings_beside_the_fields_keep_nobody_from_submitting(round_2024: Story) -> None:
    nominee = round_2024.start()
    person = round_2024.person(date(1989, 8, 1))
    begun: dict[str, Any] = {
        "id_number": person.id_number,
        "political_status": "共青团员",
        "deeds": "短",
        "honours": [{"title": "演示奖章", "level": "省级", "kind": "个人", "year": 2022}],
    }

    with round_2024.wiring.reading() as ctx:
        task = ctx.session.get_one(intake.UserTask, round_2024.task_id(nominee, "fill_in_form"))
        warned = intake.find_warnings(ctx, task, begun)

    assert sorted(warned) == ["deeds", "honours", "political_status"]
    assert "28 周岁" in warned["political_status"]


def findings(story: Story, nominee: int) -> list[tuple[str, str, str, bool]]:
    """Return what tables and reviewers said, which is kept."""
    with story.wiring.reading() as ctx:
        found = screening.list_findings(ctx, story.read(nominee))
        return [(f.rule, f.result, f.measured, f.warning) for f in found if f.id is not None]
