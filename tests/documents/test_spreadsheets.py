from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from service.documents.packages import check_package
from service.documents.records import QuotaTableRecord, RosterRecord
from service.documents.spreadsheets import make_quota_table, make_roster, make_sheet_name
from tests.documents.annex import COLUMNS

CATEGORIES = ("生产管理类", "综合服务类", "科研创新类", "技术技能类", "安全生产类", "乡村振兴类")
ANNEX = [
    ("溧阳市", (10, 10, 10, 10, 10, 20)),
    ("金坛区", (10, 10, 10, 10, 10, 20)),
    ("武进区", (15, 15, 15, 15, 15, 15)),
    ("新北区", (15, 15, 15, 15, 15, 15)),
    ("天宁区", (10, 10, 10, 10, 10, 10)),
    ("钟楼区", (10, 10, 10, 10, 10, 10)),
    ("经开区", (10, 10, 10, 10, 10, 10)),
    ("直属企业", (30, 30, 30, 30, 30, 10)),
]
# the annex as the notice prints it
ANNEX_GRID = """\
序号 单位 生产管理类 综合服务类 科研创新类 技术技能类 安全生产类 乡村振兴类
1 溧阳市 10 10 10 10 10 20
2 金坛区 10 10 10 10 10 20
3 武进区 15 15 15 15 15 15
4 新北区 15 15 15 15 15 15
5 天宁区 10 10 10 10 10 10
6 钟楼区 10 10 10 10 10 10
7 经开区 10 10 10 10 10 10
8 直属企业 30 30 30 30 30 10
合计 - 110 110 110 110 110 110"""
ROSTER_GRID = """\
常州市“产业振兴好青年”汇总表 - - - - - - - -
推荐单位（盖章）：溧阳市 - - - - - - - -
序号 姓名 性别 出生年月 政治面貌 工作单位及职务 联系电话 身份证号 备注
1 陈示范 男 1995-03 群众 青锋精密机械（演示）车间主任 13800001234 320400199503150017 -
2 李示例 女 1988-12 群众 南山白茶（演示）技术员 13900005678 32040019881231002X 破格：攻克关键技术"""


def a_person(**changes) -> dict[str, str]:
    values = {
        "name": "陈示范",
        "sex": "男",
        "birth_month": "1995-03",
        "political_status": "群众",
        "workplace_and_post": "青锋精密机械（演示）车间主任",
        "phone": "13800001234",
        "id_number": "320400199503150017",
    }
    return {**values, **changes}


def a_roster(*people: dict[str, str]) -> bytes:
    rows = [
        [{"number": str(number), **person}.get(column.key, "") for column in COLUMNS]
        for number, person in enumerate(people, start=1)
    ]
    return make_roster(a_record({"生产管理类": rows}))


def a_record(sheets) -> RosterRecord:
    return RosterRecord(
        title="常州市“产业振兴好青年”汇总表",
        above="推荐单位（盖章）：溧阳市",
        columns=COLUMNS,
        sheets=sheets,
    )


def grid(data: bytes, *, values: bool = True) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=values).worksheets[0]
    rows = [["-" if cell is None else str(cell) or "-" for cell in row] for row in sheet.values]
    return "\n".join(" ".join(row) for row in rows)


def quota_table() -> bytes:
    return make_quota_table(
        QuotaTableRecord(title="常州市“产业振兴好青年”名额分配表", categories=CATEGORIES, rows=ANNEX)
    )


def test_roster_has_the_annexed_columns():
    other = a_person(
        name="李示例",
        sex="女",
        birth_month="1988-12",
        workplace_and_post="南山白茶（演示）技术员",
        phone="13900005678",
        id_number="32040019881231002X",
        remark="破格：攻克关键技术",
    )

    assert grid(a_roster(a_person(), other)) == ROSTER_GRID


def test_roster_has_a_sheet_a_category():
    data = make_roster(a_record(dict.fromkeys(CATEGORIES, ())))

    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == list(CATEGORIES)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://x")'],
)
def test_text_that_looks_like_a_formula_stays_text(text):
    data = a_roster(a_person(name=text, remark=text))

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    cells = [sheet["B4"], sheet["I4"]]
    assert [(cell.data_type, cell.number_format, cell.quotePrefix) for cell in cells] == [
        ("s", "@", True)
    ] * 2
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_numbers_are_kept_as_text():
    sheet = openpyxl.load_workbook(io.BytesIO(a_roster(a_person()))).worksheets[0]

    assert [(sheet[c].value, sheet[c].data_type, sheet[c].number_format) for c in ("D4", "G4", "H4")] == [
        ("1995-03", "s", "@"),
        ("13800001234", "s", "@"),
        ("320400199503150017", "s", "@"),
    ]


def test_characters_that_excel_cannot_hold_are_left_out():
    assert "陈示范" in grid(a_roster(a_person(name="陈\x00示\x0b范")))


def test_quota_table_reads_as_the_annex():
    title, _, *rows = grid(quota_table()).split("\n")

    assert title.split()[0] == "常州市“产业振兴好青年”名额分配表"
    assert "\n".join(rows) == ANNEX_GRID


def test_quota_table_sums_are_live():
    last = grid(quota_table(), values=False).split("\n")[-1]

    assert last == "合计 - " + " ".join(f"=SUM({c}4:{c}11)" for c in "CDEFGH")


def test_papers_are_safe_packages():
    check_package(quota_table(), "xlsx")
    check_package(a_roster(a_person()), "xlsx")


@pytest.mark.parametrize(
    ("text", "name"), [("a/b:c", "a b c"), ("长" * 40, "长" * 31), ("''", "名单"), ("类", "类")]
)
def test_sheet_name_is_one_excel_accepts(text, name):
    assert make_sheet_name(text) == name
