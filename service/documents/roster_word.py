"""A roster as a Word paper, for offices that hand in .docx: the annex's columns on A4 across."""

from __future__ import annotations

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from service.documents.records import RosterRecord
from service.documents.spreadsheets import width_of
from service.documents.word import (
    HEADING_FONT,
    SMALL_SIZE,
    TITLE_FONT,
    TITLE_SIZE,
    WordColumn,
    add_code,
    add_line,
    add_page_number,
    add_table,
    add_watermark,
    save,
    set_page,
)

TABLE_WIDTH = 247  # mm between the margins of A4 across
_LONG = 20  # characters; wider columns are set flush left


def make_roster_docx(record: RosterRecord) -> bytes:
    """Make a roster as .docx: a page a category, an empty one as an empty table."""
    document = Document()
    set_page(document, landscape=True)
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_page_number(footer)
    columns = _columns(record)
    for index, (name, rows) in enumerate(record.sheets.items()):
        title = add_line(
            document, record.title, font=TITLE_FONT, size=TITLE_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER
        )
        if index:
            title.paragraph_format.page_break_before = True
        if len(record.sheets) > 1:
            add_line(document, name, font=HEADING_FONT, size=SMALL_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)
        add_line(document, record.above, size=SMALL_SIZE)
        add_table(document, columns, rows or [[""] * len(columns)])
        for note in record.notes.get(name, ()):
            add_line(document, note, size=SMALL_SIZE)
    add_code(document, record.code)
    add_watermark(document, record.watermark)
    return save(document)


def _columns(record: RosterRecord) -> list[WordColumn]:
    widths = [width_of(column) for column in record.columns]
    return [
        WordColumn(
            heading=column.heading,
            width=Mm(TABLE_WIDTH * width / sum(widths)),
            flush_left=width > _LONG and column.kind == "text",
        )
        for column, width in zip(record.columns, widths, strict=True)
    ]
