"""Official papers (公文) in the layout of GB/T 9704-2012: 公示, 公布, 取消资格.

A4, 天头 37 mm, 订口 28 mm, 版心 156 by 225 mm, 22 lines of 28 characters in 3号仿宋; 标题 2号小标宋; 版记 at
the foot of the last page; page numbers on the outer side (requirements §3.3).
"""

from __future__ import annotations

import math
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from service.documents.records import OfficialList, OfficialRecord
from service.documents.spreadsheets import width_of
from service.documents.word import (
    BODY_FONT,
    BODY_SIZE,
    HEADING_FONT,
    SECOND_FONT,
    SMALL_SIZE,
    TITLE_FONT,
    TITLE_SIZE,
    WordColumn,
    add_line,
    add_page_number,
    add_table,
    clean_text,
    save,
    set_font,
    set_page,
    write_day,
)

RED = RGBColor(0xFF, 0, 0)
TEXT_WIDTH = 156  # mm, 版心
MARK_SIZE = Pt(40)
MARK_FROM_TOP = Mm(35)  # 发文机关标志 stands 35 mm below the upper edge of the 版心
IMPRINT_LINE = Mm(8)
IMPRINT_CHARACTERS = 30  # of 4号 between the indents of the 版记
HAIRLINE = Pt(1)
THICK, THIN = "8", "6"  # eighths of a point: 0.35 mm and 0.25 mm
#: a text box of no colour and no edge
_BOX = (
    "<w:drawing"
    ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0"'
    ' locked="0" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>'
    '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
    '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
    '<wp:extent cx="{width}" cy="{height}"/><wp:wrapNone/><wp:docPr id="1" name="版记"/>'
    '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    "<a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent/></wps:txbx>"
    '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr></wps:wsp>'
    "</a:graphicData></a:graphic></wp:anchor></w:drawing>"
)
FIRST_LEVEL = "一二三四五六七八九十"
_LEFT_FROM = 20  # characters; wider columns are set flush left
_CENTRE, _RIGHT, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT


def make_official(record: OfficialRecord) -> bytes:
    """Make an official paper as .docx. It shows what the record has and nothing else."""
    document = Document()
    set_page(document)
    _number_pages(document)
    if record.mark:
        _head(document, record)
    elif record.number:
        add_line(document, record.number, align=_RIGHT)
        add_line(document, "")
    for line in record.title.split("\n"):
        add_line(document, line, font=TITLE_FONT, size=TITLE_SIZE, align=_CENTRE)
    add_line(document, "")
    if record.addressee:
        add_line(document, f"{record.addressee.rstrip('：:')}：", align=_LEFT)
    for text in record.body:
        last = _paragraph(document, text)
    if record.body:
        last.paragraph_format.keep_with_next = True  # 署名 never stands on a page without text
    _name_annexes(document, record)
    _sign(document, record)
    for number, annex in enumerate(record.lists, start=1):
        _annex(document, annex, number if len(record.lists) > 1 else 0, record)
    if record.printer:
        _imprint(document, record)
    return save(document)


def _head(document: Any, record: OfficialRecord) -> None:
    """Set 发文机关标志, 发文字号 and the red line (版头)."""
    mark = add_line(document, "", align=_CENTRE)
    mark.paragraph_format.space_before = MARK_FROM_TOP
    mark.paragraph_format.line_spacing = Pt(48)
    run = mark.add_run(clean_text(record.mark))
    set_font(run, TITLE_FONT, _fit(record.mark))
    run.font.color.rgb = RED
    for _ in range(2):
        add_line(document, "")
    number = add_line(document, record.number or "〔    〕  号", align=_CENTRE)
    _rule(number, "FF0000", THICK, space=11)  # 4 mm below
    for _ in range(2):
        add_line(document, "")


def _fit(mark: str) -> Length:
    """Return the size at which the mark stays on one line of the 版心, at most 40 points."""
    return min(MARK_SIZE, Pt(int(Mm(TEXT_WIDTH).pt / max(len(mark), 1))))


def _paragraph(document: Any, text: str) -> Any:
    """Set one paragraph; 一、 is 黑体 and （一） is 楷体, as the standard's first two levels."""
    font = BODY_FONT
    if text[:1] in FIRST_LEVEL and text[1:2] == "、":
        font = HEADING_FONT
    elif text[:1] == "（" and text[1:2] in FIRST_LEVEL and text[2:3] == "）":
        font = SECOND_FONT
    return add_line(document, text, font=font, indent=True, align=_LEFT)


def _name_annexes(document: Any, record: OfficialRecord) -> None:
    """Set 附件说明: one line below the text, two characters in, no mark at the end."""
    if not record.lists:
        return
    add_line(document, "").paragraph_format.keep_with_next = True
    several = len(record.lists) > 1
    for number, annex in enumerate(record.lists, start=1):
        words = f"{number}. {annex.title}" if several else annex.title
        line = add_line(document, f"附件：{words}" if number == 1 else words, align=_LEFT)
        line.paragraph_format.left_indent = BODY_SIZE * 5
        line.paragraph_format.first_line_indent = -BODY_SIZE * 3 if number == 1 else Pt(0)
        line.paragraph_format.keep_with_next = True


def _sign(document: Any, record: OfficialRecord) -> None:
    """Set 署名 and 成文日期; the date is four characters from the right, the name centred over it."""
    for _ in range(2):
        add_line(document, "").paragraph_format.keep_with_next = True
    day = write_day(record.day)
    half = (_characters(day) - _characters(record.issuer)) / 2
    for words, indent in ((record.issuer, 4 + half), (day, 4.0)):
        line = add_line(document, words, align=_RIGHT)
        line.paragraph_format.right_indent = Length(int(BODY_SIZE * max(indent, 2.0)))
        line.paragraph_format.keep_with_next = words != day


def _characters(text: str) -> float:
    return sum(0.5 if c.isascii() else 1.0 for c in text)


def _annex(document: Any, annex: OfficialList, number: int, record: OfficialRecord) -> None:
    """Set a list on a page of its own: 附件 in the corner, title, a table a category."""
    corner = add_line(document, f"附件{number or ''}", font=HEADING_FONT, align=_LEFT)
    corner.paragraph_format.page_break_before = True
    add_line(document, "")
    add_line(document, annex.title, font=TITLE_FONT, size=TITLE_SIZE, align=_CENTRE)
    add_line(document, "")
    columns = _columns(record)
    for index, (name, rows) in enumerate(annex.tables.items()):
        if name:
            heading = f"{write_numeral(index)}、{name}（{len(rows)}名）"
            line = add_line(document, heading, font=HEADING_FONT, indent=True)
            line.paragraph_format.keep_with_next = True
            line.paragraph_format.space_before = Pt(12)
        add_table(document, columns, rows)


def _columns(record: OfficialRecord) -> list[WordColumn]:
    widths = [width_of(column) for column in record.columns]
    return [
        WordColumn(
            heading=column.heading,
            width=Mm(TEXT_WIDTH * width / sum(widths)),
            flush_left=width > _LEFT_FROM,
        )
        for column, width in zip(record.columns, widths, strict=True)
    ]


def _imprint(document: Any, record: OfficialRecord) -> None:
    """Set 版记 at the foot of the last page: 抄送, 印发机关 and 印发日期 between its lines.

    In a text box that hangs on the last line: LibreOffice leaves a floating table, or a frame, where the
    text ends. The line is as high as the box, so that the box has a page with room for it.
    """
    texts = [f"抄送：{record.copies.rstrip('。')}。"] if record.copies else []
    texts.append(f"{record.printer}\t{write_day(record.day)}印发")
    high = [math.ceil(_characters(text) / IMPRINT_CHARACTERS) for text in texts]
    height = Length(IMPRINT_LINE * sum(high) + HAIRLINE * 2)
    anchor = _line_of(document, height)
    table = document.add_table(rows=len(texts), cols=1)
    table.autofit = False
    table.columns[0].width = Mm(TEXT_WIDTH)
    for index, (row, text, lines) in enumerate(zip(table.rows, texts, high, strict=True)):
        row.height, row.height_rule = IMPRINT_LINE * lines, WD_ROW_HEIGHT_RULE.EXACTLY
        row.cells[0].width = Mm(TEXT_WIDTH)
        _fill_imprint(row.cells[0], text)
        _rule_cell(row.cells[0], top=THIN if index else THICK, bottom=THICK if text == texts[-1] else "")
    box = _open_box(anchor, height)
    box.append(table._tbl)
    box.append(_line_of(document, HAIRLINE)._p)  # what holds a table ends with a paragraph


def _line_of(document: Any, height: Length) -> Any:
    line = add_line(document, "")
    line.paragraph_format.line_spacing = height
    return line


def _open_box(anchor: Any, height: Length) -> Any:
    """Hang an empty text box on a paragraph; it ends where the 版心 ends. Returns what takes its lines."""
    drawing = parse_xml(_BOX.format(width=Mm(TEXT_WIDTH), height=height))
    anchor.add_run()._r.append(drawing)
    return drawing.find(f".//{qn('w:txbxContent')}")


def _fill_imprint(cell: Any, text: str) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = SMALL_SIZE
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.tab_stops.add_tab_stop(
        Length(int(Mm(TEXT_WIDTH) - SMALL_SIZE * 2)), WD_TAB_ALIGNMENT.RIGHT
    )
    set_font(paragraph.add_run(clean_text(text)), BODY_FONT, SMALL_SIZE)


def _rule_cell(cell: Any, *, top: str, bottom: str) -> None:
    borders = OxmlElement("w:tcBorders")
    for side, size in (("top", top), ("bottom", bottom)):
        if size:
            borders.append(_line(side, "000000", size, 0))
    cell._tc.get_or_add_tcPr().insert_element_before(
        borders, "w:shd", "w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign"
    )


def _rule(paragraph: Any, colour: str, size: str, *, space: int) -> None:
    """Draw a line under a paragraph, as wide as the text."""
    borders = OxmlElement("w:pBdr")
    borders.append(_line("bottom", colour, size, space))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _line(side: str, colour: str, size: str, space: int) -> Any:
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", str(space)), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    return line


def _number_pages(document: Any) -> None:
    """Set page numbers one character from the outer edge: right on odd pages, left on even ones."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, align in ((section.footer, _RIGHT), (section.even_page_footer, _LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = SMALL_SIZE
        add_page_number(paragraph)


def write_numeral(index: int) -> str:
    """Return the number of a heading, counted from nought: 一, 二, … 十一."""
    tens, ones = divmod(index + 1, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else FIRST_LEVEL[tens - 1] + "十")
    return head + (FIRST_LEVEL[ones - 1] if ones else "")
