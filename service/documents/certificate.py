"""Certificates of titles (荣誉证书): a page each, framed, with what verifies it at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from service.documents.records import CertificateRecord
from service.documents.word import (
    BODY_FONT,
    SECOND_FONT,
    TITLE_FONT,
    clean_text,
    save,
    set_font,
    set_page,
    write_day,
)

RED, RED_HEX = RGBColor(0xC0, 0, 0), "C00000"
TEXT_WIDTH = Mm(247)  # A4 across, less the margins
#: of the four parts of a page, from the top: together a little less than the 156 mm between the margins
TITLE_HEIGHT, TEXT_HEIGHT, SIGN_HEIGHT, FOOT_HEIGHT = Mm(40), Mm(66), Mm(30), Mm(16)
TITLE_SIZE, TEXT_SIZE, FOOT_SIZE = Pt(48), Pt(22), Pt(12)
_CENTRE, _RIGHT, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT


def make_certificates(records: Sequence[CertificateRecord]) -> bytes:
    """Make certificates as one .docx, a page each, in the order given: ready for the office's printer."""
    document = Document()
    set_page(document, landscape=True)
    _frame(document.sections[0])
    for number, record in enumerate(records):
        if number:
            _break_page(document)
        _certificate(document, record)
    return save(document)


def _certificate(document: Any, record: CertificateRecord) -> None:
    table = document.add_table(rows=4, cols=1)
    table.autofit = False
    title, text, sign, foot = (row.cells[0] for row in table.rows)
    heights = (TITLE_HEIGHT, TEXT_HEIGHT, SIGN_HEIGHT, FOOT_HEIGHT)
    for row, height in zip(table.rows, heights, strict=True):
        row.height, row.height_rule = height, WD_ROW_HEIGHT_RULE.EXACTLY
        row.cells[0].width = TEXT_WIDTH
        row.cells[0].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    _line(title.paragraphs[0], record.title, font=TITLE_FONT, size=TITLE_SIZE, align=_CENTRE)
    title.paragraphs[0].runs[0].font.color.rgb = RED
    _line(text.paragraphs[0], f"{record.name}：", size=TEXT_SIZE)
    for sentence in record.body:
        _line(text.add_paragraph(), sentence, size=TEXT_SIZE, indent=True)
    for number, words in enumerate((record.issuer, write_day(record.day))):
        line = sign.paragraphs[0] if not number else sign.add_paragraph()
        _line(line, words, size=TEXT_SIZE, align=_RIGHT)
        line.paragraph_format.right_indent = TEXT_SIZE * 2
    proof = f"证书编号：{record.number}    验证码：{record.code}    查验：{record.verify_at}"
    _line(foot.paragraphs[0], proof, font=SECOND_FONT, size=FOOT_SIZE, align=_CENTRE)


def _line(
    paragraph: Any,
    text: str,
    *,
    size: Length,
    font: str = BODY_FONT,
    align: WD_ALIGN_PARAGRAPH = _LEFT,
    indent: bool = False,
) -> None:
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(size.pt * 1.6)
    if indent:
        shape.first_line_indent = size * 2
    set_font(paragraph.add_run(clean_text(text)), font, size)


def _break_page(document: Any) -> None:
    """Go on to the next page with a line of a point, which two tables need between them anyway."""
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(1)
    paragraph.add_run().add_break(WD_BREAK.PAGE)


def _frame(section: Any) -> None:
    """Frame every page with a thick and a thin line, 24 points from its edges."""
    borders = OxmlElement("w:pgBorders")
    borders.set(qn("w:offsetFrom"), "page")
    for side in ("top", "left", "bottom", "right"):
        border = OxmlElement(f"w:{side}")
        kind = "thickThinSmallGap" if side in ("bottom", "right") else "thinThickSmallGap"
        for name, value in (("val", kind), ("sz", "24"), ("space", "24"), ("color", RED_HEX)):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    # the schema wants the borders right after the margins
    section._sectPr.find(qn("w:pgMar")).addnext(borders)
