from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Length, Pt
from docx.table import Table

from service.documents.official import make_official, write_numeral
from service.documents.packages import check_package
from service.documents.records import Column, OfficialList, OfficialRecord

COLUMNS = (
    Column(heading="序号", key="number", width=5),
    Column(heading="姓名", key="name", width=10),
    Column(heading="工作单位及职务", key="workplace_and_post", width=36),
)
PARAGRAPHS = [
    "共青团常州市委员会文件",
    "",
    "",
    "常团委发〔2024〕18号",
    "",
    "",
    "关于公布名单的决定",
    "",
    "各辖市（区）团委：",
    "经研究，决定授予3名同志称号。",
    "一、总的要求",
    "（一）再接再厉",
    "",
    "附件：示范名单",
    "",
    "",
    "共青团常州市委员会",
    "2024年4月12日",
    "附件",
    "",
    "示范名单",
    "",
    "一、生产管理类（2名）",
    "二、综合服务类（1名）",
    "",
]


def a_record(**changes) -> OfficialRecord:
    people = [["1", "陈示范", "青锋精密机械（演示）车间主任"], ["2", "李示例", "南山白茶（演示）"]]
    values = {
        "title": "关于公布名单的决定",
        "body": ["经研究，决定授予3名同志称号。", "一、总的要求", "（一）再接再厉"],
        "issuer": "共青团常州市委员会",
        "day": date(2024, 4, 12),
        "mark": "共青团常州市委员会文件",
        "number": "常团委发〔2024〕18号",
        "addressee": "各辖市（区）团委",
        "columns": COLUMNS,
        "lists": [OfficialList(title="示范名单", tables={"生产管理类": people, "综合服务类": people[:1]})],
        "copies": "团省委，市委办公室",
        "printer": "共青团常州市委办公室",
    }
    return OfficialRecord(**{**values, **changes})


def opened(**changes):
    return docx.Document(io.BytesIO(make_official(a_record(**changes))))


def test_paper_reads_in_the_order_of_the_standard():
    assert [paragraph.text for paragraph in opened().paragraphs] == PARAGRAPHS


def test_what_is_empty_is_left_out():
    document = opened(mark="", number="", addressee="", lists=(), copies="", printer="", body=["公示。"])

    assert [p.text for p in document.paragraphs] == [
        "关于公布名单的决定", "", "公示。", "", "", "共青团常州市委员会", "2024年4月12日",
    ]  # fmt: skip
    assert document.tables == []


def test_page_is_that_of_the_standard():
    document = opened()
    section = document.sections[0]

    lengths = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    text = (
        section.page_width - section.left_margin - section.right_margin,
        section.page_height - section.top_margin - section.bottom_margin,
    )
    assert [round(Length(length).mm) for length in (*lengths, *text)] == [210, 297, 37, 28, 156, 225]
    assert document.settings.odd_and_even_pages_header_footer


@pytest.mark.parametrize(
    ("text", "font", "points"),
    [
        ("关于公布名单的决定", "方正小标宋简体", 22),
        ("经研究，决定授予3名同志称号。", "仿宋_GB2312", 16),
        ("一、总的要求", "黑体", 16),
        ("（一）再接再厉", "楷体_GB2312", 16),
        ("附件", "黑体", 16),
    ],
)
def test_each_part_has_its_font_and_size(text, font, points):
    run = next(p for p in opened().paragraphs if p.text == text).runs[0]

    assert (run._element.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt) == (font, points)


def test_mark_is_red_and_stays_on_one_line():
    run = opened(mark="共青团常州市委员会常州市人力资源和社会保障局文件").paragraphs[0].runs[-1]

    assert str(run.font.color.rgb) == "FF0000"
    assert run.font.size.pt * 24 <= 156 / 25.4 * 72


def test_each_category_is_a_table():
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in opened().tables]

    assert tables == [
        [
            ["序号", "姓名", "工作单位及职务"],
            ["1", "陈示范", "青锋精密机械（演示）车间主任"],
            ["2", "李示例", "南山白茶（演示）"],
        ],
        [["序号", "姓名", "工作单位及职务"], ["1", "陈示范", "青锋精密机械（演示）车间主任"]],
    ]


def test_imprint_stands_at_the_foot_between_its_lines():
    body = opened().element.body
    [box] = body.iter(qn("wp:anchor"))
    place = box.find(qn("wp:positionV"))
    [table] = [Table(found, None) for found in box.iter(qn("w:tbl"))]
    rules = [
        [edge.tag.split("}")[1] for edge in row.cells[0]._tc.tcPr.find(qn("w:tcBorders"))]
        for row in table.rows
    ]
    assert [row.cells[0].text for row in table.rows] == [
        "抄送：团省委，市委办公室。",
        "共青团常州市委办公室\t2024年4月12日印发",
    ]
    assert (place.get("relativeFrom"), place[0].text) == ("margin", "bottom")
    room = int(box.find(qn("wp:extent")).get("cy")) - sum(row.height for row in table.rows)
    assert Pt(0) <= room <= Pt(3)
    assert rules == [["top"], ["top", "bottom"]]


def test_signature_never_stands_alone_on_a_page():
    lines = opened(lists=()).paragraphs
    place = next(index for index, line in enumerate(lines) if line.text == "（一）再接再厉")

    assert all(line.paragraph_format.keep_with_next for line in lines[place:-4])


def test_paper_is_a_safe_package():
    check_package(make_official(a_record()), "docx")


@pytest.mark.parametrize(
    ("index", "numeral"), [(0, "一"), (9, "十"), (10, "十一"), (19, "二十"), (20, "二十一")]
)
def test_numerals_of_headings(index, numeral):
    assert write_numeral(index) == numeral
