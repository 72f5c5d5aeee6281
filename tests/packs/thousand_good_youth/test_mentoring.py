"""003-D: the agreement of mentor, member and unit, and the loop 学习、评价、反馈、提升."""

from __future__ import annotations

import pytest

from service.errors import Forbidden, Invalid
from service.programmes.form import schemas
from tests.packs.judging import the_pack
from tests.packs.thousand_good_youth.living import complete, entitle, jump, ledger, ledger_texts, waits_at
from tests.programmes.story import Story

AGREEMENT = {
    "mentor_name": "演示-周维桢",
    "mentor_post": "演示-项目公司总工程师",
    "day": "2021-08-02",
    "ended_on": "2022-08-01",
    "goals": "一年内独立承担一个标段的技术管理。",
    "duties": "每月至少见面一次，师傅带一个课题。",
}
PARTIES = ("daoshi", "houxuanren", "xiangmu")


def agree(story: Story, award_id: int) -> str:
    """Draft the agreement and have it signed by everybody; the key of the process."""
    key = f"award:{award_id}:mentoring"
    complete(story, key, "submit", by="xiangmu-tuan", **AGREEMENT)
    for party in PARTIES:
        complete(story, key, "sign", by=party, text="同意。")
    return key


def test_003_d_agreement_is_signed_by_mentor_member_and_unit_in_turn(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    complete(period_2021, key, "submit", by="xiangmu-tuan", **AGREEMENT)

    with pytest.raises(Forbidden):
        complete(period_2021, key, "sign", by="xiangmu", text="单位不能先签。")
    for party in PARTIES:
        assert waits_at(period_2021, key) == ["sign_agreement"]
        complete(period_2021, key, "sign", by=party, text="同意。")

    assert waits_at(period_2021, key) == ["learn"]
    assert ledger(period_2021, award_id) == [
        ("mentoring", "师徒协议", "送三方签署"),
        *[("mentoring", "签署师徒协议", "签署")] * 3,
    ]


def test_003_d_party_that_returns_the_agreement_has_it_drafted_anew(period_2021: Story) -> None:
    key = f"award:{entitle(period_2021)}:mentoring"
    complete(period_2021, key, "submit", by="xiangmu-tuan", **AGREEMENT)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")

    complete(period_2021, key, "return", by="houxuanren", text="目标请写得具体些。")

    assert waits_at(period_2021, key) == ["draft_agreement"]


def test_003_d_loop_runs_until_the_goals_are_reached(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = agree(period_2021, award_id)

    for outcome in ("next", "finish"):
        complete(period_2021, key, "record", by="houxuanren", day="2021-08-02", text="跟班学习。")
        complete(period_2021, key, "evaluate", by="daoshi", day="2021-08-02", result="良好", text="有进步。")
        complete(
            period_2021, key, "feedback", by="xiangmu",
            day="2021-08-02", leader="演示-书记", text="当面反馈。",
        )  # fmt: skip
        complete(period_2021, key, outcome, by="houxuanren", day="2021-08-02", text="完成提升措施。")

    assert waits_at(period_2021, key) == []
    assert [(item, result) for _track, item, result in ledger(period_2021, award_id)[4:]] == [
        ("学习", "记录学习"), ("评价", "良好"), ("反馈", "已面谈"), ("提升", "进入下一轮"),
        ("学习", "记录学习"), ("评价", "良好"), ("反馈", "已面谈"), ("提升", "达到目标，结业"),
    ]  # fmt: skip
    assert ledger_texts(period_2021, award_id, "反馈") == ["当面反馈。\n参加面谈的党政负责人：演示-书记"] * 2


def test_003_d_long_agreement_is_shortened_where_it_is_long(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    long = {"goals": "甲" * 1000, "duties": "乙" * 1000, "support": "丙" * 1000}
    complete(period_2021, f"award:{award_id}:mentoring", "submit", by="xiangmu-tuan", **(AGREEMENT | long))

    [text] = ledger_texts(period_2021, award_id, "师徒协议")

    lines = text.split("\n")
    assert (len(text), lines[:2]) == (
        2000, ["导师姓名：演示-周维桢", "导师单位和职务：演示-项目公司总工程师"],
    )  # fmt: skip
    assert [(line[-2:], len(line)) for line in lines[2:]] == [("甲…", 655), ("乙…", 656), ("丙…", 655)]


def test_003_d_mentoring_ends_with_the_period(period_2021: Story) -> None:
    key = agree(period_2021, entitle(period_2021))

    jump(period_2021, "2024-07-31 23:59")
    assert waits_at(period_2021, key) == ["learn"]
    jump(period_2021, "2024-08-01 00:00")

    assert waits_at(period_2021, key) == []


def test_003_d_agreement_does_not_end_before_it_begins() -> None:
    form = the_pack("thousand-good-youth").forms["thousand-good-youth.agreement"]

    with pytest.raises(Invalid) as told:
        schemas.validate(form, AGREEMENT | {"ended_on": "2021-08-01"})

    assert told.value.fields == {"ended_on": "期满日期不能早于起始日期"}
