"""The papers of the packs against the annexes of their notices, column by column and cell by cell."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from service.documents.form_paper import make_form
from service.documents.records import FormRecord, OpinionRecord, RosterRecord
from service.documents.roster_word import make_roster_docx
from service.documents.spreadsheets import make_roster
from service.programmes.pack.columns import DERIVED, columns_of, components_of
from service.programmes.pack.packs import Pack, load_pack
from service.programmes.paper.answers import print_answer

ROOT = Path(__file__).parents[2]
CRAFTSMEN, THOUSAND, CHANGZHOU = "longcheng-craftsmen", "thousand-good-youth", "changzhou-good-youth"

# notice 002, annex 1 and annex 2
APPLICATION = """\
姓名||性别||出生年月||电子照片
民族||学历||政治面貌||电子照片
身份证号||联系电话||电子照片
工作单位||职务||电子照片
行业||工种|
职称||技能等级|
何时参加工作||一线生产现场工作年限|
已获荣誉|
主要事迹(500字内)|申请人签字:年月日
申报单位意见|(盖章)年月日
推荐单位意见|(盖章)年月日"""
CATALOGUE = """\
引领力|勇挑重担|1.2.3.
引领力|追求卓越|1.2.3.
引领力|榜样引领|1.2.3.
实践力|技能精湛|1.2.3.
实践力|业绩突出|1.2.3.
实践力|持续学习|1.2.3.
创新力|业务洞察|1.2.3.
创新力|创新成果|1.2.3.
创新力|价值创造|1.2.3.
攻关力|担当重任|1.2.3.
攻关力|协同配合|1.2.3.
攻关力|直面难题|1.2.3.
传承力|总结继承|1.2.3.
传承力|培养人才|1.2.3.
传承力|应用智能|1.2.3."""
# the rosters of notices 000 and 003
ROSTERS = {
    CHANGZHOU: (
        "常州市“产业振兴好青年”汇总表",
        "推荐单位（盖章）：某单位",
        ["序号", "姓名", "性别", "出生年月", "政治面貌", "工作单位及职务", "联系电话", "身份证号", "备注"],
    ),
    THOUSAND: (
        "“好青年”候选人汇总表",
        "单位：某单位（盖章）",
        [
            "序号", "姓名", "身份证号", "学历学位", "政治面貌", "联系电话",
            "单位职务、岗位（技术职称、技能职级）",
        ],
    ),
}  # fmt: skip

HONOUR = {"title": "演示奖章", "level": "县级", "kind": "个人", "year": 2022}


def pack_of(key: str) -> Pack:
    return load_pack(ROOT / "processes", ROOT / "forms", key)


def print_form(pack: Pack, key: str, fields: dict[str, str], **opinions: OpinionRecord) -> bytes:
    paper = pack.programme.papers[key]
    blank = dict.fromkeys((*components_of(pack.forms[paper.form]), *DERIVED), "")
    places = {int(place.removeprefix("o")): opinion for place, opinion in opinions.items()}
    record = FormRecord(fields=blank | fields, opinions=places, places=9)
    return make_form(record, pack.templates[paper.template_name])


def grid(data: bytes) -> str:
    rows = []
    for row in docx.Document(io.BytesIO(data)).tables[0].rows:
        cells: dict[object, str] = {}
        for cell in row.cells:
            cells.setdefault(cell._tc, "".join(unicodedata.normalize("NFKC", cell.text).split()))
        rows.append("|".join(cells.values()))
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("key", "heading", "annex"),
    [
        ("recommendation", ["附件1", "龙城工匠培育对象推荐申请表"], APPLICATION),
        ("catalogue", ["附件2", "支撑材料目录"], CATALOGUE),
    ],
)
def test_blank_papers_of_the_craftsmen_are_the_annexes(key: str, heading: list[str], annex: str) -> None:
    data = print_form(pack_of(CRAFTSMEN), key, {})

    assert [p.text for p in docx.Document(io.BytesIO(data)).paragraphs][:2] == heading
    assert grid(data) == annex


def test_filled_papers_of_the_craftsmen_print_each_answer_in_its_cell() -> None:
    pack = pack_of(CRAFTSMEN)
    fields = {"name": "陈示范", "trade": "数控车工", "lead_duty": "1. 重点工程\n2. 抢修"}
    opinion = OpinionRecord(text="同意推荐。", signer="赵示例")

    form = grid(print_form(pack, "recommendation", fields, o2=opinion)).split("\n")
    catalogue = grid(print_form(pack, "catalogue", fields)).split("\n")

    assert form[0] == "姓名|陈示范|性别||出生年月||电子照片"
    assert form[4] == "行业||工种|数控车工"
    assert form[10] == "推荐单位意见|同意推荐。签字:赵示例(盖章)年月日"
    assert catalogue[0] == "引领力|勇挑重担|1.重点工程2.抢修"


@pytest.mark.parametrize(
    ("answers", "cell"),
    [
        ({"achievements": "专利一项", "honours": [HONOUR]}, "专利一项1.演示奖章,县级,个人,2022"),
        ({"honours": [HONOUR, HONOUR]}, "1.演示奖章,县级,个人,20222.演示奖章,县级,个人,2022"),
        ({"achievements": "专利一项"}, "专利一项"),
        ({}, ""),
    ],
    ids=["both", "only honours", "only achievements", "neither"],
)
def test_recommendation_of_changzhou_prints_honours_and_achievements(
    answers: dict[str, Any], cell: str
) -> None:
    pack = pack_of(CHANGZHOU)
    form = components_of(pack.forms[pack.programme.record_form])
    fields = {key: print_answer(form[key], answers.get(key)) for key in ("achievements", "honours")}

    printed = grid(print_form(pack, "recommendation", fields)).split("\n")

    assert printed[4] == f"所获荣誉科技成果|{cell}"


@pytest.mark.parametrize("key", ROSTERS)
def test_rosters_have_the_columns_of_the_annex_in_both_formats(key: str) -> None:
    pack, (title, above, headings) = pack_of(key), ROSTERS[key]
    paper = pack.programme.papers["roster"]
    columns = columns_of(paper, pack.forms[pack.programme.record_form])
    record = RosterRecord(
        title=paper.title, above=paper.above.format(unit="某单位"), columns=columns, sheets={"名单": []}
    )

    rows = list(openpyxl.load_workbook(io.BytesIO(make_roster(record))).worksheets[0].values)
    word = docx.Document(io.BytesIO(make_roster_docx(record)))

    assert [rows[0][0], rows[1][0], list(rows[2])] == [title, above, headings]
    assert [p.text for p in word.paragraphs] == [title, above]
    assert [cell.text for cell in word.tables[0].rows[0].cells] == headings
