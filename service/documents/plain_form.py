"""A nomination's form without a template of its own: a plain table of questions and answers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from service.documents.form_paper import PHOTO_SIZE
from service.documents.records import FormRecord, OpinionRecord
from service.documents.word import (
    BODY_FONT,
    HEADING_FONT,
    TABLE_SIZE,
    TITLE_FONT,
    TITLE_SIZE,
    add_code,
    add_line,
    add_watermark,
    clean_text,
    save,
    set_font,
    set_page,
    write_day,
)

WIDTHS = (Mm(40), Mm(116))


def make_plain_form(title: str, record: FormRecord, labels: Mapping[str, str]) -> bytes:
    """Make a form as .docx: a row a field that was answered, then the opinions with the place of the seal."""
    document = Document()
    set_page(document)
    add_line(document, title, font=TITLE_FONT, size=TITLE_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)
    add_line(document, "")
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width  # LibreOffice goes by the columns, Word by the cells
    if record.photo is not None:
        cells = _row(table, "照片", "")
        cells[1].paragraphs[0].add_run().add_picture(io.BytesIO(record.photo), *PHOTO_SIZE)
    for key, label in labels.items():
        if record.fields.get(key):
            _row(table, label, record.fields[key])
    for place in sorted(record.opinions):
        _opinion(table, record.opinions[place])
    add_code(document, record.code)
    add_watermark(document, record.watermark)
    return save(document)


def _opinion(table: Any, opinion: OpinionRecord) -> None:
    cell = _row(table, opinion.heading, opinion.text)[1]
    lines = (f"签字：{opinion.signer}" if opinion.signer else "", "（盖 章）", write_day(opinion.day))
    for text in lines:
        paragraph = cell.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        set_font(paragraph.add_run(clean_text(text)), BODY_FONT, TABLE_SIZE)


def _row(table: Any, label: str, text: str) -> Any:
    cells = table.add_row().cells
    for cell, words, font, width in zip(cells, (label, text), (HEADING_FONT, BODY_FONT), WIDTHS, strict=True):
        cell.width = width
        set_font(cell.paragraphs[0].add_run(clean_text(words)), font, TABLE_SIZE)
    return cells
