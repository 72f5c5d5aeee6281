from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Length

from service.documents.notice import make_notice, write_numeral
from service.documents.packages import check_package
from service.documents.records import Candidate, Contact, NoticeRecord

PARAGRAPHS = [
    "关于常州市“产业振兴好青年”候选人的公示",
    "",
    "根据《通知》（常团委发〔2024〕10号）安排，经推荐申报、资格审查及初审、联合会审，"
    "拟确定3名同志为候选人，现将名单予以公示。",
    "公示时间：2024年4月1日至2024年4月9日24:00（5个工作日）。",
    "公示期间，如对公示对象有异议，请以书面、电话或电子邮件方式反映。以单位名义反映的，须加盖单位公章；"
    "以个人名义反映的，须署真实姓名并留联系方式。反映情况应当客观真实，信函以到达日邮戳为准。",
    "受理部门：共青团常州市委青年发展部",
    "联系电话：＿＿＿＿＿＿＿＿",
    "电子邮箱：＿＿＿＿＿＿＿＿",
    "通信地址：＿＿＿＿＿＿＿＿",
    "",
    "共青团常州市委员会",
    "（盖 章）",
    "2024年4月1日",
    "一、生产管理类（2名）",
    "二、综合服务类（1名）",
]


def a_notice() -> bytes:
    people = [
        Candidate(name="陈示范", sex="男", workplace_and_post="青锋精密机械（演示）车间主任"),
        Candidate(
            name="李示例", sex="女", workplace_and_post="南山白茶（演示）", remark="破格：攻克关键技术"
        ),
    ]
    return make_notice(
        NoticeRecord(
            title="关于常州市“产业振兴好青年”候选人的公示",
            basis="根据《通知》（常团委发〔2024〕10号）安排",
            candidates={"生产管理类": people, "综合服务类": people[:1]},
            starts=date(2024, 4, 1),
            last_day=date(2024, 4, 9),
            working_days=5,
            contact=Contact(department="共青团常州市委青年发展部"),
            issuer="共青团常州市委员会",
            day=date(2024, 4, 1),
        )
    )


def test_notice_reads_as_it_should():
    document = docx.Document(io.BytesIO(a_notice()))

    assert [paragraph.text for paragraph in document.paragraphs] == PARAGRAPHS


def test_notice_lists_candidates_by_category():
    tables = docx.Document(io.BytesIO(a_notice())).tables

    assert [[[cell.text for cell in row.cells] for row in table.rows] for table in tables] == [
        [
            ["序号", "姓名", "性别", "工作单位及职务", "备注"],
            ["1", "陈示范", "男", "青锋精密机械（演示）车间主任", ""],
            ["2", "李示例", "女", "南山白茶（演示）", "破格：攻克关键技术"],
        ],
        [
            ["序号", "姓名", "性别", "工作单位及职务", "备注"],
            ["1", "陈示范", "男", "青锋精密机械（演示）车间主任", ""],
        ],
    ]


def test_notice_has_the_page_of_the_standard():
    page = docx.Document(io.BytesIO(a_notice())).sections[0]

    lengths = (page.page_width, page.page_height, page.top_margin, page.left_margin)
    assert [round(length.mm) for length in lengths] == [210, 297, 37, 28]
    width = page.page_width - page.left_margin - page.right_margin
    height = page.page_height - page.top_margin - page.bottom_margin
    assert (round(Length(width).mm), round(Length(height).mm)) == (156, 225)


def test_notice_names_its_fonts_for_chinese():
    document = docx.Document(io.BytesIO(a_notice()))

    fonts = [p.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) for p in document.paragraphs]
    assert (fonts[0], fonts[2], fonts[-1]) == ("方正小标宋简体", "仿宋_GB2312", "黑体")


def test_notice_is_a_safe_package():
    check_package(a_notice(), "docx")


@pytest.mark.parametrize(
    ("index", "numeral"), [(0, "一"), (9, "十"), (10, "十一"), (19, "二十"), (20, "二十一")]
)
def test_headings_count_in_chinese(index, numeral):
    assert write_numeral(index) == numeral
