"""Rosters read: an .xlsx like 附件3 becomes rows, and every cell that cannot be taken over is named."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl import load_workbook

from service.documents.packages import DAMAGE, UnsafePackage, check_package
from service.documents.records import CellProblem, Column, ImportedRow, RosterImport
from service.documents.spreadsheets import make_sheet_name
from service.errors import Invalid

MAX_BYTES = 20_000_000
MAX_ROWS = 10_000  # people in one file
MAX_SHEETS = 50
MAX_TEXT = 500  # characters in a cell
HEADER_SEARCH = 10  # the headings stand within the first rows
BLANKS_AT_END = 200  # so many empty rows end a sheet
MAX_EXACT = 10**15  # whole numbers beyond this have lost digits in Excel

#: heading of a column to a check that returns a sentence when the text is wrong
Checks = Mapping[str, Callable[[str], str | None]]

_MONTH = re.compile(r"(\d{4})[-./年]?(\d{1,2})(?:月|[-./月]\d{1,2}日?)?", re.ASCII)


@dataclass
class _Reading:
    """What has been read so far."""

    columns: Sequence[Column]
    categories: Mapping[str, str]  # name of a sheet, or words of a remark, to the category
    checks: Checks
    otherwise: str = ""  # category of whom neither sheet nor remark tells it
    rows: list[ImportedRow] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    seen: dict[str, ImportedRow] = field(default_factory=dict)

    def complain(self, sheet: str, row: int, column: str, message: str) -> None:
        self.problems.append(CellProblem(sheet=sheet, row=row, column=column, message=message))


def read_roster(
    data: bytes,
    columns: Sequence[Column],
    categories: Sequence[str],
    checks: Checks | None = None,
    *,
    otherwise: str = "",
) -> RosterImport:
    """Read a roster. A sheet is named for its category, or 备注 says it, or there is but one.

    ``otherwise`` is the category of whom neither tells it; without it his row is a problem.

    ``checks`` adds what the programme knows of a column (an identity number's check digit, the list of
    political statuses). A file that is no roster at all is refused; problems in cells are returned, all
    of them, with row and column as Excel shows them.
    """
    if len(data) > MAX_BYTES:
        raise Invalid(
            f"文件有 {len(data) / 1e6:.1f} MB，超过上限 {MAX_BYTES / 1e6:.0f} MB。请分成几个文件导入。"
        )
    check_package(data, "xlsx")
    names = {_plain(make_sheet_name(category)): category for category in categories}
    reading = _Reading(columns=columns, categories=names, checks=checks or {}, otherwise=otherwise)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        if len(book.worksheets) > MAX_SHEETS:
            raise Invalid(f"文件里有 {len(book.worksheets)} 张工作表，超过上限 {MAX_SHEETS} 张。请分开导入。")
        for sheet in book.worksheets:
            _read_sheet(reading, sheet.title, sheet.iter_rows(max_col=len(columns)))
        book.close()
    except (*DAMAGE, KeyError, TypeError, AttributeError, IndexError) as broken:
        raise UnsafePackage("Excel 文件内部已损坏，读不出来。请用 Excel 打开另存后重新导入。") from broken
    if not reading.rows and not reading.problems:
        raise Invalid("文件里没有人员。请在汇总表表头以下逐行填写后再导入。")
    return RosterImport(rows=tuple(reading.rows), problems=tuple(reading.problems))


def _read_sheet(reading: _Reading, title: str, rows: Iterator[Sequence[Any]]) -> None:
    header = _find_header(reading, title, rows)
    if header is None:
        return
    blanks = 0
    for number, cells in enumerate(rows, start=header + 1):
        filled = zip(cells, reading.columns, strict=False)
        if all(
            cell.value is None or not str(cell.value).strip()
            for cell, column in filled
            if column.kind != "number"
        ):
            blanks += 1
            if blanks == BLANKS_AT_END:
                return
            continue
        blanks = 0
        if len(reading.rows) == MAX_ROWS:
            reading.complain(title, number, "", f"人数超过一次导入的上限 {MAX_ROWS} 人，请分成几个文件。")
            return
        _read_person(reading, title, number, cells)


def _find_header(reading: _Reading, title: str, rows: Iterator[Sequence[Any]]) -> int | None:
    """Return the number of the row with the headings; an empty sheet has none and is passed over."""
    headings = [_plain(column.heading) for column in reading.columns]
    best, best_row, filled = -1, 1, False
    closest: list[str] = []
    for number, cells in enumerate(rows, start=1):
        found = [_plain(cell.value) for cell in cells]
        filled = filled or any(found)
        hits = sum(a == b for a, b in zip(found, headings, strict=False))
        if hits == len(headings):
            return number
        if hits > best:
            best, best_row, closest = hits, number, found
        if number == HEADER_SEARCH:
            break
    if filled:
        wrong = _first_difference(closest, headings) if best > 1 else "找不到表头"
        reading.complain(title, best_row, "", f"{wrong}。表头须依次为：{'、'.join(headings)}。")
    return None


def _first_difference(found: Sequence[str], headings: Sequence[str]) -> str:
    padded = [*found, *[""] * len(headings)]
    for index, expected in enumerate(headings):
        if padded[index] != expected:
            return f"第 {index + 1} 列应为“{expected}”，现在是“{padded[index] or '空'}”"
    return "表头不对"


def _read_person(reading: _Reading, title: str, number: int, cells: Sequence[Any]) -> None:
    answers: dict[str, str] = {}
    padded = [*cells, *[None] * len(reading.columns)]
    for cell, column in zip(padded, reading.columns, strict=False):
        if column.kind == "number":
            continue
        text, problem = _read_cell(column, cell)
        if problem is None and not text and not column.optional:
            problem = f"{column.heading}没有填写。"
        if problem is None and text and column.heading in reading.checks:
            problem = reading.checks[column.heading](text)
        if problem is not None:
            reading.complain(title, number, column.heading, problem)
        answers[column.key] = text
    category = _category(reading, title, answers.get("remark", ""))
    if not category:
        _complain_of_category(reading, title, number)
    row = ImportedRow(sheet=title, row=number, category=category, answers=answers)
    _note_repetition(reading, row)
    reading.rows.append(row)


def _complain_of_category(reading: _Reading, title: str, number: int) -> None:
    remark = next((column.heading for column in reading.columns if column.key == "remark"), "")
    place = f"或在{remark}写明类别名称" if remark else "或在导入时选择类别"
    reading.complain(title, number, remark, f"看不出申报类别。请把工作表命名为类别名称，{place}。")


def _category(reading: _Reading, title: str, remark: str) -> str:
    if len(reading.categories) == 1:
        return next(iter(reading.categories.values()))
    named = reading.categories.get(_plain(title)) or reading.categories.get(_plain(remark))
    return named or reading.otherwise


def _note_repetition(reading: _Reading, row: ImportedRow) -> None:
    number = row.answers.get("id_number", "").upper()
    if not number:
        return
    first = reading.seen.setdefault(number, row)
    if first is not row:
        heading = next(column.heading for column in reading.columns if column.key == "id_number")
        reading.complain(
            row.sheet, row.row, heading, f"与“{first.sheet}”第 {first.row} 行重复，同一人只能申报一次。"
        )


def _read_cell(column: Column, cell: Any) -> tuple[str, str | None]:
    """Return a cell as clean text, or with a sentence that says why it cannot be."""
    value = None if cell is None else cell.value
    if value is None:
        return "", None
    if cell.data_type == "f":
        return "", "此格是公式。请复制后“选择性粘贴·数值”，再导入。"
    if cell.data_type == "e":
        return "", f"此格是错误值 {value}，请改正。"
    return _read_month(value) if column.kind == "month" else _read_value(column, value)


def _read_value(column: Column, value: object) -> tuple[str, str | None]:
    if isinstance(value, bool | date):
        return "", f"此格是{'逻辑值' if isinstance(value, bool) else '日期'}，请按文本填写。"
    if isinstance(value, int | float):
        return _read_number(column.heading, value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    if column.kind == "code":
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if len(text) > MAX_TEXT:
        return "", f"此格有 {len(text)} 个字符，超过上限 {MAX_TEXT}，请删减。"
    return text, None


def _read_number(heading: str, value: float) -> tuple[str, str | None]:
    if abs(value) >= MAX_EXACT:
        return "", f"{heading}被 Excel 存成了数字，末几位已丢失。请把该列设为“文本”格式后重新填写。"
    whole = int(value)
    return (str(whole) if whole == value else str(value)), None


def _read_month(value: object) -> tuple[str, str | None]:
    """Return YYYY-MM. 1995.1 may be January or, with its nought lost, October: it is sent back."""
    advice = "请按“1995-03”填写（文本格式）。"
    if isinstance(value, date):
        return f"{value.year:04d}-{value.month:02d}", None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if isinstance(value, float) and not value.is_integer() and len(text) == len("1995.1"):
        return "", f"“{text}”分不清是 1 月还是 10 月，{advice}"
    match = _MONTH.fullmatch(text.removesuffix(".0"))
    if match is None or not 1 <= int(match[2]) <= 12:
        return "", f"“{text[:20]}”不是年月，{advice}"
    return f"{match[1]}-{int(match[2]):02d}", None


def _plain(value: object) -> str:
    return "" if value is None else re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value)))
