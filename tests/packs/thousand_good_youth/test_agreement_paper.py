"""003-D: the 师徒协议 on paper, filled from the record with its dates and everybody who signed."""

from __future__ import annotations

import io
import unicodedata

import docx
import pytest

from service.errors import Conflict, NotFound
from service.models import Nomination
from service.programmes.award import title_papers
from service.programmes.paper import forms
from tests.packs.judging import the_pack
from tests.packs.test_papers import grid
from tests.packs.thousand_good_youth.living import complete, entitle, hand_in, read
from tests.packs.thousand_good_youth.test_mentoring import (
    AGREEMENT,
    PARTIES,
    SIGNED_FOR,
    WITHOUT_ACCOUNT,
    leave,
)
from tests.packs.thousand_good_youth.test_mentoring import draft as draft_agreement
from tests.programmes.story import Story

PAPER = "mentor_agreement"
UNSIGNED = "年月日"


def print_agreement(story: Story, award_id: int) -> bytes:
    with story.wiring.reading() as ctx:
        return title_papers.print_paper(ctx, read(ctx, award_id), PAPER)


def draft(story: Story, award_id: int, **more: str) -> str:
    key = f"award:{award_id}:mentoring"
    draft_agreement(story, key, **more)
    return key


def test_003_d_agreement_is_printed_with_its_dates_and_all_signatures(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = draft(period_2021, award_id)
    for party in PARTIES:
        complete(period_2021, key, "sign", by=party, text="同意。")
    with period_2021.wiring.reading() as ctx:
        award = read(ctx, award_id)
        name, unit, number = award.name, award.unit.name, award.number

    data = print_agreement(period_2021, award_id)

    heading = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs][:2]
    signed = "同意。签字:演示-{}{}2021年8月2日"
    assert heading == ["师徒协议", f"（好青年，证书编号 {number}）"]
    assert grid(data).split("\n") == [
        "导师|演示-项目公司导师|单位和职务|演示-项目公司总工程师",
        f"好青年|{name}|所在单位|{_plain(unit)}",
        "协议期限|2021年8月2日至2022年8月1日",
        f"培养目标|{AGREEMENT['goals']}",
        f"师徒双方的责任|{_plain(AGREEMENT['duties'])}",
        "单位的保障|",
        "导师签署|" + signed.format(_who(period_2021, "daoshi"), ""),
        "好青年签署|" + signed.format(_who(period_2021, "houxuanren"), ""),
        "所在单位意见|" + signed.format(_who(period_2021, "xiangmu"), "(盖章)"),
    ]


def test_003_d_paper_says_that_the_unit_signs_for_a_mentor_and_why(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    draft(period_2021, award_id, **WITHOUT_ACCOUNT)

    [mentor, *_rest] = grid(print_agreement(period_2021, award_id)).split("\n")

    said = "演示-顾师傅(由所在单位代为签署:退休返聘,没有账号。)"
    assert mentor == f"导师|{said}|单位和职务|演示-项目公司总工程师"


def test_003_d_paper_says_that_the_league_signs_for_the_member_and_why(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    leave(period_2021, "houxuanren")
    key = draft(period_2021, award_id, **SIGNED_FOR)
    for party in ("daoshi", "xiangmu-tuan"):
        complete(period_2021, key, "sign", by=party, text="同意。")

    rows = grid(print_agreement(period_2021, award_id)).split("\n")

    with period_2021.wiring.reading() as ctx:
        name = read(ctx, award_id).name
    league = _who(period_2021, "xiangmu-tuan")
    assert rows[1].split("|")[:2] == ["好青年", f"{name}(由所在单位团组织代为签署:没有本系统账号。)"]
    assert rows[7] == f"好青年签署|同意。签字:演示-{league}(代签)2021年8月2日"


def test_003_d_signatures_under_an_earlier_wording_do_not_stand_under_the_new_one(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = draft(period_2021, award_id)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")
    complete(period_2021, key, "return", by="houxuanren", text="目标请写得具体些。")
    draft(period_2021, award_id, goals="一年内取得注册执业资格。")

    rows = grid(print_agreement(period_2021, award_id)).split("\n")

    assert rows[3] == "培养目标|一年内取得注册执业资格。"
    assert rows[6:] == [
        f"导师签署|{UNSIGNED}",
        f"好青年签署|{UNSIGNED}",
        f"所在单位意见|(盖章){UNSIGNED}",
    ]


def test_003_d_agreement_is_offered_once_it_is_drafted(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    with period_2021.wiring.reading() as ctx:
        before = title_papers.list_ready(ctx, read(ctx, award_id))
    with pytest.raises(Conflict, match="师徒协议还没有拟订"):
        print_agreement(period_2021, award_id)

    draft(period_2021, award_id)

    with period_2021.wiring.reading() as ctx:
        after = title_papers.list_ready(ctx, read(ctx, award_id))
        with pytest.raises(NotFound):
            title_papers.print_paper(ctx, read(ctx, award_id), "roster")
    assert (before, [paper.title for paper in after]) == ([], ["师徒协议"])


def test_opinions_on_a_plain_form_are_named_by_their_steps(period_2021: Story) -> None:
    nominee = hand_in(period_2021, "sxjg-01", "organ")
    with period_2021.wiring.transaction() as ctx:
        data = forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation")

    rows = [row.partition("|") for row in grid(data).split("\n")]
    assert [label for label, _, said in rows if "签字" in said] == ["所在单位审核", "推荐单位意见"]


def test_the_pack_names_the_steps_of_the_agreement() -> None:
    paper = the_pack("thousand-good-youth").programme.papers[PAPER]

    assert (paper.written_at, paper.signed_at) == ("draft_agreement", "sign_agreement")


def _who(story: Story, login: str) -> str:
    with story.acting(login) as ctx:
        return ctx.actor.name.removeprefix("演示-")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
