"""003-C and 003-F: posts, honours and reserves in the ledger; needs, services and the database every year."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from service.errors import Forbidden
from service.models import Instance
from service.programmes.award import award_exports, follow_ups, register
from service.programmes.award.follow_ups import Entry
from tests.packs.judging import the_pack
from tests.packs.thousand_good_youth.living import (
    ORGANISER,
    complete,
    entitle,
    jump,
    ledger,
    ledger_texts,
    read,
    waits_at,
)
from tests.programmes.story import Story

TRACKS = the_pack("thousand-good-youth").programme.tracks
DAY = date(2021, 8, 2)


def write(story: Story, award_id: int, track: str, item: str, *, by: str, result: str = "") -> None:
    """Write into a title's ledger as somebody."""
    with story.acting(by) as ctx:
        entry = Entry(track=track, item=item, day=DAY, text="演示记录。", result=result)
        follow_ups.write(ctx, read(ctx, award_id), entry)


def seen_by(story: Story, award_id: int, login: str) -> list[str]:
    """Return the tracks of the entries somebody sees, without double."""
    with story.acting(login) as ctx:
        found = follow_ups.list_page(ctx, read(ctx, award_id), limit=100)
        return list(dict.fromkeys(sorted(entry.track for entry in found)))


def exported_state(story: Story) -> list[tuple[str, ...]]:
    """Return the last three columns of the exported register, with their headings."""
    asked = {"receiver": "演示-团市委", "purpose": "核对数据库"}
    with story.acting(ORGANISER) as ctx:
        data = award_exports.print_register(ctx, register.Filter(), {}, **asked)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [tuple(row[-3:]) for row in list(sheet.values)[2:]]


def test_003_c_posts_are_those_of_the_notice() -> None:
    assert TRACKS["posting"].items == (
        "市县两级重点工作专班", "三驻三服务岗位", "本单位一线重要岗位", "各级团组织挂职兼职",
    )  # fmt: skip
    assert (TRACKS["reserve"].kind, TRACKS["honours"].kind) == ("pool", "honour")
    assert set(TRACKS["honours"].items) == {
        "优秀共产党员", "优秀团干部", "优秀共青团员", "青年五四奖章", "青年岗位能手",
    }  # fmt: skip


def test_003_c_post_is_kept_by_the_workplace_and_those_above_it_alone(period_2021: Story) -> None:
    award_id = entitle(period_2021)

    write(period_2021, award_id, "posting", "本单位一线重要岗位", by="xiangmu", result="优秀")
    write(period_2021, award_id, "posting", "三驻三服务岗位", by="guozi")
    with pytest.raises(Forbidden):
        write(period_2021, award_id, "posting", "三驻三服务岗位", by="sxjg-01-renshi")

    assert ledger(period_2021, award_id) == [
        ("posting", "本单位一线重要岗位", "优秀"),
        ("posting", "三驻三服务岗位", ""),
    ]


def test_003_c_reserve_is_not_shown_to_the_holder(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    write(period_2021, award_id, "reserve", "本单位后备干部", by="xiangmu")
    write(period_2021, award_id, "honours", "青年岗位能手", by="guozi", result="获评")

    assert seen_by(period_2021, award_id, "houxuanren") == ["honours"]
    assert seen_by(period_2021, award_id, "xiangmu") == ["honours", "reserve"]


def test_003_f_needs_are_met_and_the_database_is_brought_up_to_date(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:services"

    complete(period_2021, key, "submit", by="houxuanren", needs=["租房置业", "技能提升"])
    complete(
        period_2021, key, "done", by="guozi", text="已申请人才公寓。", insured=True, trust_incentives=False
    )
    complete(
        period_2021, key, "update", by="xiangmu-tuan",
        result="岗位变动", post="演示-项目公司副经理", text="提任副经理。",
    )  # fmt: skip

    assert waits_at(period_2021, key) == []
    assert ledger(period_2021, award_id) == [
        ("services", "需求", "提交"),
        ("services", "服务", "已对接"),
        ("database", "动态", "岗位变动"),
    ]
    assert seen_by(period_2021, award_id, "xiangmu-tuan") == ["database"]


def test_003_f_ledger_keeps_insurance_trust_and_the_new_post(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:services"

    complete(period_2021, key, "submit", by="houxuanren", needs=["租房置业", "技能提升"])
    complete(
        period_2021, key, "done", by="guozi",
        text="已申请人才公寓。", insured=True, trust_incentives=False, organisation="演示-义工协会",
    )  # fmt: skip
    complete(
        period_2021, key, "update", by="xiangmu-tuan",
        result="岗位变动", post="演示-项目公司副经理", text="提任副经理。",
    )  # fmt: skip

    assert ledger_texts(period_2021, award_id, "服务") == [
        "已申请人才公寓。\n已购买人身意外保险：是\n已纳入联合守信激励：否\n"
        "加入的志愿服务或公益组织：演示-义工协会"
    ]
    assert ledger_texts(period_2021, award_id, "动态") == ["提任副经理。\n现单位和职务：演示-项目公司副经理"]
    assert exported_state(period_2021) == [
        ("现状", "现状说明", "现状登记于"),
        ("岗位变动", "提任副经理。\n现单位和职务：演示-项目公司副经理", "2021-08-02"),
    ]


def test_003_f_needs_are_asked_again_every_september_of_the_period(period_2021: Story) -> None:
    award_id = entitle(period_2021)

    for year in (2022, 2023, 2024):
        jump(period_2021, f"{year}-09-01 10:00")

    with period_2021.wiring.reading() as ctx:
        of_title = Instance.business_key.startswith(f"award:{award_id}:services")
        begun = list(ctx.session.scalars(select(Instance.started_at).where(of_title).order_by(Instance.id)))
    assert [moment.year for moment in begun] == [2021, 2022, 2023]
