"""公示 as a Word document, in the manner of GB/T 9704: A4, 版心 156×225 mm, 22 lines of 28 characters.

Only names of fonts are written (方正小标宋简体, 仿宋_GB2312, 黑体): they are the office's to own.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from service.documents.recommendation import clean_text, write_day
from service.documents.records import Candidate, Contact, NoticeRecord

TITLE_FONT, BODY_FONT, HEADING_FONT, PAGE_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, PAGE_SIZE = Pt(22), Pt(16), Pt(12), Pt(14)
LINE = Pt(28.95)  # 225 mm over 22 lines
BLANK = "＿＿＿＿＿＿＿＿"
COLUMNS = ("序号", "姓名", "性别", "工作单位及职务", "备注")
WIDTHS = (Mm(13), Mm(24), Mm(13), Mm(76), Mm(30))
_LEFT_COLUMNS = ("工作单位及职务", "备注")
_NUMERALS = "一二三四五六七八九十"


def make_notice(record: NoticeRecord) -> bytes:
    """Make the notice with its lists, a table a category. It shows what the record has and nothing else."""
    document = Document()
    _set_up(document)
    _line(document, record.title, font=TITLE_FONT, size=TITLE_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "")
    for sentence in _opening(record):
        _line(document, sentence, indent=True, align=WD_ALIGN_PARAGRAPH.LEFT)
    _close(document, record.issuer, record.day)
    for index, (category, people) in enumerate(record.candidates.items()):
        _list(document, f"{write_numeral(index)}、{category}（{len(people)}名）", people)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _opening(record: NoticeRecord) -> list[str]:
    total = sum(len(people) for people in record.candidates.values())
    window = f"{write_day(record.starts)}至{write_day(record.last_day)}24:00（{record.working_days}个工作日）"
    return [
        f"{record.basis}，经推荐申报、资格审查及初审、联合会审，拟确定{total}名同志为候选人，现将名单予以公示。",
        f"公示时间：{window}。",
        "公示期间，如对公示对象有异议，请以书面、电话或电子邮件方式反映。以单位名义反映的，须加盖单位公章；"
        "以个人名义反映的，须署真实姓名并留联系方式。反映情况应当客观真实，信函以到达日邮戳为准。",
        *_contact(record.contact),
    ]


def _contact(contact: Contact) -> list[str]:
    return [
        f"受理部门：{contact.department or BLANK}",
        f"联系电话：{contact.phone or BLANK}",
        f"电子邮箱：{contact.email or BLANK}",
        f"通信地址：{contact.address or BLANK}",
    ]


def _close(document: Any, issuer: str, day: date) -> None:
    _line(document, "")
    for words in (issuer, "（盖 章）", write_day(day)):
        line = _line(document, words, align=WD_ALIGN_PARAGRAPH.RIGHT)
        line.paragraph_format.right_indent = BODY_SIZE * 2
        line.paragraph_format.keep_with_next = words != write_day(day)


def _list(document: Any, heading: str, people: Sequence[Candidate]) -> None:
    line = _line(document, heading, font=HEADING_FONT, indent=True)
    line.paragraph_format.keep_with_next = True
    line.paragraph_format.space_before = Pt(12)
    table = document.add_table(rows=1, cols=len(COLUMNS))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    _fill_row(table.rows[0], COLUMNS, font=HEADING_FONT)
    _mark_row(table.rows[0], "w:tblHeader")
    for number, person in enumerate(people, start=1):
        row = table.add_row()
        _fill_row(row, (str(number), person.name, person.sex, person.workplace_and_post, person.remark))


def _fill_row(row: Any, texts: Sequence[str], *, font: str = BODY_FONT) -> None:
    _mark_row(row, "w:cantSplit")
    for cell, text, width, column in zip(row.cells, texts, WIDTHS, COLUMNS, strict=True):
        cell.width = width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        left = column in _LEFT_COLUMNS and text != column
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
        set_font(paragraph.add_run(clean_text(text)), font, TABLE_SIZE)


def _mark_row(row: Any, mark: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(mark))


def _line(
    document: Any,
    text: str,
    *,
    font: str = BODY_FONT,
    size: Length = BODY_SIZE,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = LINE if size <= BODY_SIZE else Pt(36)
    if indent:
        shape.first_line_indent = size * 2
    set_font(paragraph.add_run(clean_text(text)), font, size)
    return paragraph


def set_font(run: Any, name: str, size: Length) -> None:
    """Name the font for Chinese text too: without eastAsia the office picks its own."""
    run.font.name = name
    run.font.size = size
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)


def _set_up(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.footer_distance = Mm(25)
    normal = document.styles["Normal"]
    set_font(normal, BODY_FONT, BODY_SIZE)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    set_font(footer.add_run("— "), PAGE_FONT, PAGE_SIZE)
    _add_page_number(footer)
    set_font(footer.add_run(" —"), PAGE_FONT, PAGE_SIZE)


def _add_page_number(paragraph: Any) -> None:
    run = paragraph.add_run()
    set_font(run, PAGE_FONT, PAGE_SIZE)
    for kind in ("begin", None, "end"):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.text = "PAGE"
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._element.append(element)


def write_numeral(index: int) -> str:
    """Return the number of a heading, counted from nought: 一, 二, … 十一."""
    tens, ones = divmod(index + 1, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _NUMERALS[tens - 1] + "十")
    return head + (_NUMERALS[ones - 1] if ones else "")
