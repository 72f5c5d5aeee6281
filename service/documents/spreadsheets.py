"""Excel files made: the roster of 附件3 and the quota table of 附件1, in the annexes' exact columns."""

from __future__ import annotations

import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from typing import cast

from lxml import etree
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from service.documents.records import Column, QuotaTableRecord, RosterRecord

TITLE_ROW, UNIT_ROW, HEADER_ROW = 1, 2, 3

_TITLE_FONT = Font(name="方正小标宋简体", size=20)
_HEADER_FONT = Font(name="黑体", size=12)
_BODY_FONT = Font(name="仿宋_GB2312", size=12)
_THIN = Side(style="thin")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)

# what a spreadsheet may take for a formula, in half and full width
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_MAX_SHEET_NAME = 31
_LEAST_WIDTH = 6
_LONGEST_HEAD = 200  # characters: Excel refuses a file with more than 255 at the head of a sheet
_LONG_TEXT = 14  # longer cells are set flush left
_ROW_HEIGHT, _LINE_HEIGHT = 26, 17  # points; Excel does not grow rows of files it did not write
_WIDER = 1.15  # 12 point against the 11 point that column widths count in
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def make_roster(record: RosterRecord) -> bytes:
    """Make a roster as .xlsx: a sheet a category, the annex's columns, every value typed as text."""
    book = Workbook()
    book.remove(book["Sheet"])
    headings = [column.heading for column in record.columns]
    widths = [width_of(column) for column in record.columns]
    for name, rows in record.sheets.items():
        sheet = book.create_sheet(make_sheet_name(name))
        _head(sheet, record.title, headings, widths)
        unit = _cell(sheet, UNIT_ROW, 1)
        write_text(unit, record.above)
        unit.font, unit.alignment = _BODY_FONT, Alignment(vertical="center")
        sheet.merge_cells(start_row=UNIT_ROW, end_row=UNIT_ROW, start_column=1, end_column=len(headings))
        if record.code:
            sheet.oddFooter.right = _HeaderFooterPart(f"打印版本 {record.code}")
        if record.watermark:
            head = record.watermark[:_LONGEST_HEAD].replace("&", "&&")
            sheet.oddHeader = HeaderFooterItem(right=_HeaderFooterPart(head))
        for number, row in enumerate(rows, start=HEADER_ROW + 1):
            _write_person(sheet, number, row, record.columns, widths)
        for number, note in enumerate(record.notes.get(name, ()), start=HEADER_ROW + len(rows) + 1):
            _write_note(sheet, number, note, widths)
        if record.watermark:  # a head is seen on paper alone; a blank row keeps this one out of the table
            last = HEADER_ROW + len(rows) + len(record.notes.get(name, ()))
            _write_note(sheet, last + 2, record.watermark, widths)
    return _save(book)


def width_of(column: Column) -> float:
    """Return a column's width in characters: as declared, or what its heading needs."""
    return column.width or max(_LEAST_WIDTH, display_width(column.heading) + 4)


def make_quota_table(record: QuotaTableRecord) -> bytes:
    """Make 附件1 as .xlsx: the sums are live formulas that also carry their values.

    openpyxl writes formulas without values, so a viewer that does not calculate would show blanks: the
    values are put into the sheet afterwards.
    """
    book = Workbook()
    sheet = book["Sheet"]
    sheet.title = "名额分配表"
    columns = ("序号", "单位", *record.categories)
    _head(sheet, record.title, columns, (6, 16, *(14 for _ in record.categories)))
    for number, (unit, places) in enumerate(record.rows, start=1):
        _write_cells(sheet, HEADER_ROW + number, [number, unit, *places])
        sheet.row_dimensions[HEADER_ROW + number].height = _ROW_HEIGHT
    total = HEADER_ROW + len(record.rows) + 1
    sums = {}
    for index in range(len(record.categories)):
        letter = get_column_letter(index + 3)
        sheet[f"{letter}{total}"] = f"=SUM({letter}{HEADER_ROW + 1}:{letter}{total - 1})"
        sums[f"{letter}{total}"] = sum(places[index] for _, places in record.rows)
    _write_cells(sheet, total, ["合计", None])
    sheet.merge_cells(start_row=total, end_row=total, start_column=1, end_column=2)
    sheet.row_dimensions[total].height = _ROW_HEIGHT
    for cell in sheet[total]:
        cell.font, cell.alignment, cell.border = _BODY_FONT, _CENTRE, _GRID
    return _with_values(_save(book), sums)


def write_text(cell: Cell, text: str) -> None:
    """Write text so that no spreadsheet ever takes it for a formula, a number or a date."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format = "@"
    if text.startswith(FORMULA_START):
        cell.quotePrefix = True


def make_sheet_name(text: str) -> str:
    """Return a name Excel accepts for a sheet."""
    return _NO_SHEET_NAME.sub(" ", text).strip("' ")[:_MAX_SHEET_NAME] or "名单"


def _head(sheet: Worksheet, title: str, columns: Sequence[str], widths: Sequence[float]) -> None:
    """Write title and headings, and set the sheet up for printing on A4."""
    heading = _cell(sheet, TITLE_ROW, 1)
    write_text(heading, title)
    heading.font, heading.alignment = _TITLE_FONT, _CENTRE
    sheet.merge_cells(start_row=TITLE_ROW, end_row=TITLE_ROW, start_column=1, end_column=len(columns))
    sheet.row_dimensions[TITLE_ROW].height = 40
    sheet.row_dimensions[UNIT_ROW].height = 24
    sheet.row_dimensions[HEADER_ROW].height = 26
    for index, (name, width) in enumerate(zip(columns, widths, strict=True), start=1):
        cell = _cell(sheet, HEADER_ROW, index)
        write_text(cell, name)
        cell.font, cell.alignment, cell.border = _HEADER_FONT, _CENTRE, _GRID
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{TITLE_ROW}:{HEADER_ROW}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("第 &P 页 共 &N 页"))


def _write_person(
    sheet: Worksheet, number: int, row: Sequence[str], columns: Sequence[Column], widths: Sequence[float]
) -> None:
    cells: list[str | int | None] = [
        int(text) if column.key == "number" and text.isdigit() else text
        for text, column in zip(row, columns, strict=True)
    ]
    _write_cells(sheet, number, cells)
    lines = max(
        math.ceil(display_width(text) * _WIDER / width) for text, width in zip(row, widths, strict=True)
    )
    sheet.row_dimensions[number].height = max(_ROW_HEIGHT, lines * _LINE_HEIGHT + 6)


def _write_note(sheet: Worksheet, number: int, note: str, widths: Sequence[float]) -> None:
    """Write a line below the table, over its whole width, in the column an import takes for the count."""
    cell = _cell(sheet, number, 1)
    write_text(cell, note)
    cell.font, cell.alignment = _BODY_FONT, _LEFT
    sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(widths))
    lines = math.ceil(display_width(note) * _WIDER / sum(widths))
    sheet.row_dimensions[number].height = max(_ROW_HEIGHT, lines * _LINE_HEIGHT + 6)


def display_width(text: str) -> int:
    """Return how many half-width characters a text is wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


def _write_cells(sheet: Worksheet, row: int, values: Sequence[str | int | None]) -> None:
    for column, value in enumerate(values, start=1):
        cell = _cell(sheet, row, column)
        if isinstance(value, str):
            write_text(cell, value)
        else:
            cell.value = value
        long = isinstance(value, str) and len(value) > _LONG_TEXT and not value.isascii()
        cell.font, cell.border = _BODY_FONT, _GRID
        cell.alignment = _LEFT if long else _CENTRE


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """Return a cell that is written before any merging, and so is no merged one."""
    return cast(Cell, sheet.cell(row, column))


def _save(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with_values(data: bytes, values: Mapping[str, int]) -> bytes:
    """Give the first sheet's formulas the values they will calculate to."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = _fill_values(content, values)
            new.writestr(entry, content)
    return out.getvalue()


def _fill_values(markup: bytes, values: Mapping[str, int]) -> bytes:
    root = etree.fromstring(markup, etree.XMLParser(resolve_entities=False, no_network=True))
    for cell in root.iter(f"{_MAIN}c"):
        if cell.find(f"{_MAIN}f") is None:
            continue
        value = cell.find(f"{_MAIN}v")
        if value is None:
            value = etree.SubElement(cell, f"{_MAIN}v")
        value.text = str(values[cell.get("r", "")])
    markup = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return bytes(markup)
