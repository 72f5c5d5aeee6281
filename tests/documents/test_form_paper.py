from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from service.documents.form_paper import WrongTemplate, make_form
from service.documents.packages import check_package
from service.documents.records import FormRecord, OpinionRecord

TEMPLATE = (Path(__file__).parents[2] / "forms/changzhou-good-youth/recommendation.docx").read_bytes()
EMPTY = dict.fromkeys(
    (
        "name",
        "sex",
        "ethnicity",
        "birth_month",
        "education",
        "political_status",
        "phone",
        "id_number",
        "category",
        "workplace_and_post",
        "achievements",
        "honours",
        "deeds",
    ),
    "",
)
# annex 2 as the notice prints it, cell by cell, spaces and line ends left out
BLANK_GRID = """\
姓名||性别||民族||电子照片
出生年月||学历||政治面貌||电子照片
联系电话||身份证号||电子照片
申报类别||工作单位及职务||电子照片
所获荣誉科技成果|
个人事迹(300字)|(详细材料可另附页)
所在单位团组织意见|(盖章)年月日|所在单位意见|(盖章)年月日
推荐单位团组织意见|(盖章)年月日"""
FILLED_GRID = """\
姓名|陈示范|性别|男|民族|汉族|
出生年月|1995年3月|学历|大学本科|政治面貌|群众|
联系电话|13800001234|身份证号|320400199503150017|
申报类别|生产管理类|工作单位及职务|青锋精密机械(演示)<车间>&主任|
所获荣誉科技成果|2022年技能竞赛一等奖{{7*7}}
个人事迹(300字)|扎根一线八年。(详细材料可另附页)
所在单位团组织意见|情况属实,同意推荐。签字:王示意(盖章)2024年3月18日|所在单位意见|同意。签字:李示章(盖章)2024年3月19日
推荐单位团组织意见|推荐理由:示范作用明显。签字:赵示例(盖章)2024年3月21日"""


def a_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (413, 579), (90, 120, 200)).save(out, "JPEG")
    return out.getvalue()


def filled_in() -> FormRecord:
    fields = {
        "name": "陈示范",
        "sex": "男",
        "ethnicity": "汉族",
        "birth_month": "1995年3月",
        "education": "大学本科",
        "political_status": "群众",
        "phone": "13800001234",
        "id_number": "320400199503150017",
        "category": "生产管理类",
        "workplace_and_post": "青锋精密机械（演示）<车间>&主任",
        "achievements": "2022年技能竞赛一等奖\n{{ 7*7 }}",
        "honours": "",
        "deeds": "扎根一线\x00八年。",
    }
    opinions = {
        1: OpinionRecord(text="情况属实，同意推荐。", signer="王示意", day=date(2024, 3, 18)),
        2: OpinionRecord(text="同意。", signer="李示章", day=date(2024, 3, 19)),
        3: OpinionRecord(text="示范作用明显。", signer="赵示例", day=date(2024, 3, 21)),
    }
    return FormRecord(fields=fields, opinions=opinions, places=3, photo=a_photo())


def grid(data: bytes) -> str:
    rows = []
    for row in docx.Document(io.BytesIO(data)).tables[0].rows:
        cells: list[str] = []
        seen: list[object] = []
        for cell in row.cells:
            if cell._tc not in seen:
                seen.append(cell._tc)
                cells.append("".join(unicodedata.normalize("NFKC", cell.text).split()))
        rows.append("|".join(cells))
    return "\n".join(rows)


def test_blank_form_is_the_annex():
    data = make_form(FormRecord(fields=EMPTY, opinions={}, places=3), TEMPLATE)

    assert grid(data) == BLANK_GRID
    assert [p.text for p in docx.Document(io.BytesIO(data)).paragraphs] == [
        "附件2",
        "常州市“产业振兴好青年”推荐表",
        "填表说明:",
        "1. 所在单位团组织意见需加盖团组织公章;",
        "2. 所在单位意见需加盖党组织或行政公章;",
        "3. 推荐单位团组织意见需加盖辖市(区)团委或市直属企业团委公章,并填写推荐理由。",
    ]


def test_filled_form_prints_every_answer_and_opinion_in_its_cell():
    assert grid(make_form(filled_in(), TEMPLATE)) == FILLED_GRID


def test_photo_is_printed_two_inches_high():
    data = make_form(filled_in(), TEMPLATE)

    shapes = docx.Document(io.BytesIO(data)).inline_shapes
    assert [(round(s.width.mm), round(s.height.mm)) for s in shapes] == [(35, 49)]
    assert a_photo() in [zipfile.ZipFile(io.BytesIO(data)).read(n) for n in _media(data)]


def test_page_is_a4_and_fonts_are_named_for_chinese():
    document = docx.Document(io.BytesIO(make_form(filled_in(), TEMPLATE)))

    page = document.sections[0]
    named = {
        run._element.rPr.rFonts.get(qn("w:eastAsia"))
        for paragraph in document.paragraphs
        for run in paragraph.runs
    }
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert named == {"黑体", "方正小标宋简体", "仿宋_GB2312"}


def test_printed_form_is_a_safe_package():
    check_package(make_form(filled_in(), TEMPLATE), "docx")


def test_template_with_a_misspelt_field_is_an_error():
    document = docx.Document(io.BytesIO(TEMPLATE))
    document.add_paragraph("{{ nmae }}")
    out = io.BytesIO()
    document.save(out)

    with pytest.raises(WrongTemplate, match="nmae"):
        make_form(filled_in(), out.getvalue())


def _media(data: bytes) -> list[str]:
    return [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if "/media/" in name]
