from __future__ import annotations

import io

import docx

from service.documents.packages import check_package
from service.documents.records import Column, RosterRecord
from service.documents.roster_word import make_roster_docx

COLUMNS = (
    Column(heading="序号", key="number", kind="number"),
    Column(heading="姓名", key="name", width=12),
    Column(heading="单位职务、岗位（技术职称、技能职级）", key="post", width=40),
)


def a_roster(**sheets) -> bytes:
    return make_roster_docx(
        RosterRecord(
            title="“好青年”候选人汇总表", above="单位：        （盖章）", columns=COLUMNS, sheets=sheets
        )
    )


def test_roster_has_the_annexed_columns_across_the_page():
    document = docx.Document(io.BytesIO(a_roster(名单=[["1", "陈示范", "=车间主任"]])))

    section = document.sections[0]
    assert [p.text for p in document.paragraphs] == ["“好青年”候选人汇总表", "单位：        （盖章）"]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["序号", "姓名", "单位职务、岗位（技术职称、技能职级）"],
        ["1", "陈示范", "=车间主任"],
    ]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)


def test_each_category_has_its_page_and_its_name():
    document = docx.Document(io.BytesIO(a_roster(甲类=[["1", "陈示范", "主任"]], 乙类=[])))

    assert [p.text for p in document.paragraphs if p.text.endswith("类")] == ["甲类", "乙类"]
    assert [p.paragraph_format.page_break_before for p in document.paragraphs if "汇总表" in p.text] == [
        None, True,
    ]  # fmt: skip
    assert [len(table.rows) for table in document.tables] == [2, 2]


def test_roster_is_a_safe_package():
    check_package(a_roster(名单=[]), "docx")
