"""What is held about a person, as a document for him to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from service.documents.word import (
    BODY_SIZE,
    HEADING_FONT,
    TITLE_FONT,
    TITLE_SIZE,
    WordColumn,
    add_line,
    add_table,
    add_watermark,
    save,
    set_page,
)

COLUMNS = (
    WordColumn(heading="项目", width=Mm(45)),
    WordColumn(heading="内容", width=Mm(111), flush_left=True),
)


def make_copy(title: str, sections: Mapping[str, Sequence[tuple[str, str]]], watermark: str = "") -> bytes:
    """Make a .docx with a table of items and contents under each heading; an empty one says so.

    The watermark says who took it; it belongs where numbers stand in full.
    """
    document = Document()
    set_page(document)
    add_line(document, title, font=TITLE_FONT, size=TITLE_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)
    for heading, rows in sections.items():
        add_line(document, heading, font=HEADING_FONT, size=BODY_SIZE)
        add_table(document, COLUMNS, rows or [("无", "")])
    add_watermark(document, watermark)
    return save(document)
