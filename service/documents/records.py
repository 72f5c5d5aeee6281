"""What the papers are made of: plain records, filled by the programmes and free of any database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class OpinionRecord:
    """One opinion as it is printed back on the paper form."""

    heading: str = ""  #: 所在单位意见
    text: str = ""
    signer: str = ""
    day: date | None = None  #: None leaves the place for the date empty, to be written by hand


@dataclass(frozen=True, kw_only=True)
class FormRecord:
    """A paper form of one nomination: what its template may name."""

    fields: Mapping[str, str]  #: by the form's keys
    opinions: Mapping[int, OpinionRecord]  #: by their place on the paper
    places: int  #: how many opinions the paper has room for
    photo: bytes | None = None  #: JPEG
    signed_on: date | None = None  #: when who it is about handed it in himself; None is written by hand
    code: str = ""  #: of the wording, printed at the foot of a paper that is to be stamped
    watermark: str = ""  #: who took it, when and what for, at the head; only where numbers stand in full


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a roster, as the annex names it and as the record knows it."""

    heading: str
    key: str  #: field of the record; ``number`` counts the rows
    width: float = 0  #: characters; 0 leaves it to the heading
    kind: Literal["number", "text", "month", "code"] = "text"  #: how an imported cell is read
    optional: bool = False  #: may be left empty when imported


@dataclass(frozen=True, kw_only=True)
class RosterRecord:
    """汇总表 of one unit, a sheet a category where the annex has no column for it (A-07)."""

    title: str  #: 常州市“产业振兴好青年”汇总表
    above: str  #: the line over the table, with the place of the seal: 推荐单位（盖章）：共青团溧阳市委
    columns: Sequence[Column]
    sheets: Mapping[str, Sequence[Sequence[str]]]  #: name to rows; a row has a cell a column
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)  #: name to the lines below its table
    code: str = ""  #: of the wording, printed at the foot
    watermark: str = ""  #: who took it, when and what for; only where numbers stand in full


@dataclass(frozen=True, kw_only=True)
class QuotaTableRecord:
    """附件1 名额分配表."""

    title: str
    categories: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]  #: unit and its places, in the order of the categories


@dataclass(frozen=True, kw_only=True)
class OfficialList:
    """An annex of an official paper: its title and a table a category."""

    title: str
    tables: Mapping[str, Sequence[Sequence[str]]]  #: category, or empty, to rows


@dataclass(frozen=True, kw_only=True)
class OfficialRecord:
    """An official paper in the parts of GB/T 9704. What is empty is left out."""

    title: str  #: 发文机关, 事由, 文种; a newline breaks it
    body: Sequence[str]
    issuer: str
    day: date  #: 成文日期
    mark: str = ""  #: 发文机关标志
    number: str = ""  #: 发文字号
    addressee: str = ""  #: 主送
    columns: Sequence[Column] = ()  #: of the lists
    lists: Sequence[OfficialList] = ()
    copies: str = ""  #: 抄送
    printer: str = ""  #: 印发机关; with it comes the 版记


@dataclass(frozen=True, kw_only=True)
class CertificateRecord:
    """荣誉证书 of one title."""

    title: str  #: 荣誉证书
    name: str  #: whom it addresses
    body: Sequence[str]
    issuer: str
    day: date
    number: str
    code: str  #: whoever has it may verify the certificate
    verify_at: str  #: address of the page that verifies it


@dataclass(frozen=True, kw_only=True)
class CellProblem:
    """One cell of an imported sheet that cannot be taken over."""

    sheet: str
    row: int  #: as Excel counts: the first row is 1
    column: str  #: heading of the column, empty when the whole row or sheet is meant
    message: str

    def __str__(self) -> str:
        place = f"“{self.sheet}”第 {self.row} 行" + (f"“{self.column}”" if self.column else "")
        return f"{place}：{self.message}"


@dataclass(frozen=True, kw_only=True)
class ImportedRow:
    """One person read from a roster, with the place where they stand."""

    sheet: str
    row: int
    category: str
    answers: Mapping[str, str]  #: by the column's key


@dataclass(frozen=True, kw_only=True)
class RosterImport:
    """A roster read: import ``rows`` only when there are no ``problems``."""

    rows: tuple[ImportedRow, ...]
    problems: tuple[CellProblem, ...]
