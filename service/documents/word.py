"""What every Word paper is set from: fonts, lines and tables.

Only names of fonts are written (方正小标宋简体, 仿宋_GB2312, 黑体): they are the office's to own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

TITLE_FONT, BODY_FONT, HEADING_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
SECOND_FONT, PAGE_FONT = "楷体_GB2312", "宋体"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, SMALL_SIZE = Pt(22), Pt(16), Pt(12), Pt(14)  # 2号 3号 小4号 4号
LINE = Pt(28.95)  # 225 mm over 22 lines
TITLE_LINE = Pt(36)
GREY = RGBColor(0x66, 0x66, 0x66)
NO_DATE = "年    月    日"
# what XML cannot hold; newlines and tabs stay
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class WordColumn:
    """A column of a table in a Word paper."""

    heading: str
    width: Length
    flush_left: bool = False  #: long texts; short ones stand in the middle


def clean_text(text: str) -> str:
    """Return text that a Word file can hold, lines ended by a newline."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def write_day(day: date | None) -> str:
    """Write a date as papers carry it; without one, the place to write it by hand."""
    return NO_DATE if day is None else f"{day.year}年{day.month}月{day.day}日"


def set_page(document: Any, *, landscape: bool = False) -> None:
    """Set A4 with the margins of GB/T 9704: 天头 37, 订口 28, 版心 156 by 225 mm."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.footer_distance = Mm(25)
    if landscape:
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Mm(297), Mm(210)
        page.top_margin, page.bottom_margin = Mm(28), Mm(26)
        page.left_margin, page.right_margin = Mm(25), Mm(25)
        page.footer_distance = Mm(15)
    set_font(document.styles["Normal"], BODY_FONT, BODY_SIZE)
    document.core_properties.author = ""
    document.core_properties.comments = ""


def add_line(
    document: Any,
    text: str,
    *,
    font: str = BODY_FONT,
    size: Length = BODY_SIZE,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: bool = False,
) -> Any:
    """Add a line of the grid: 28.95 points high, taller for a title."""
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = LINE if size <= BODY_SIZE else TITLE_LINE
    if indent:
        shape.first_line_indent = size * 2
    set_font(paragraph.add_run(clean_text(text)), font, size)
    return paragraph


def add_table(document: Any, columns: Sequence[WordColumn], rows: Sequence[Sequence[str]]) -> Any:
    """Add a ruled table whose headings are repeated on every page and whose rows stay whole."""
    table = document.add_table(rows=1, cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for place, column in zip(table.columns, columns, strict=True):
        place.width = column.width
    _fill_row(table.rows[0], columns, [column.heading for column in columns], heading=True)
    _mark_row(table.rows[0], "w:tblHeader")
    for texts in rows:
        _fill_row(table.add_row(), columns, texts)
    return table


def add_page_number(paragraph: Any) -> None:
    """Write — 1 — in 4号宋体 into a footer's paragraph."""
    set_font(paragraph.add_run("— "), PAGE_FONT, SMALL_SIZE)
    run = paragraph.add_run()
    set_font(run, PAGE_FONT, SMALL_SIZE)
    for kind in ("begin", None, "end"):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.text = "PAGE"
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._element.append(element)
    set_font(paragraph.add_run(" —"), PAGE_FONT, SMALL_SIZE)


def add_code(document: Any, code: str) -> None:
    """Write the code of the wording at the foot, by which a stamped scan finds what it is of."""
    if not code:
        return
    footer = document.sections[0].footer
    paragraph = footer.paragraphs[0] if not footer.paragraphs[0].text else footer.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    set_font(paragraph.add_run(f"打印版本 {code}"), PAGE_FONT, Pt(9))


def add_watermark(document: Any, words: str) -> None:
    """Write at the head of every page who took the paper, when and what for."""
    if not words:
        return
    section = document.sections[0]
    heads = [section.header]
    if section.different_first_page_header_footer:
        heads.append(section.first_page_header)
    if document.settings.odd_and_even_pages_header_footer:
        heads.append(section.even_page_header)
    for head in heads:
        paragraph = head.paragraphs[0] if not head.paragraphs[0].text else head.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(clean_text(words))
        set_font(run, PAGE_FONT, Pt(9))
        run.font.color.rgb = GREY


def set_font(run: Any, name: str, size: Length) -> None:
    """Name the font for Chinese text too: without eastAsia the office picks its own."""
    run.font.name = name
    run.font.size = size
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)


def save(document: Any) -> bytes:
    """Return the document's bytes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _fill_row(
    row: Any, columns: Sequence[WordColumn], texts: Sequence[str], *, heading: bool = False
) -> None:
    _mark_row(row, "w:cantSplit")
    for cell, text, column in zip(row.cells, texts, columns, strict=True):
        cell.width = column.width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        left = column.flush_left and not heading
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
        font = HEADING_FONT if heading else BODY_FONT
        set_font(paragraph.add_run(clean_text(text)), font, TABLE_SIZE)


def _mark_row(row: Any, mark: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(mark))
