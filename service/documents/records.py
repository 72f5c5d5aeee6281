"""What the papers are made of: plain records, filled by the programmes and free of any database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class OpinionRecord:
    """One opinion as it is printed back on the paper form."""

    text: str = ""  #: the opinion's own words
    reason: str = ""  #: 推荐理由, only asked of the recommending unit
    signer: str = ""
    day: date | None = None  #: None leaves the place for the date empty, to be written by hand


@dataclass(frozen=True, kw_only=True)
class RecommendationRecord:
    """附件2 推荐表: one nomination with all that the paper form asks for."""

    name: str
    sex: str
    ethnicity: str
    birth_month: str  #: as printed: 1995年3月
    education: str
    political_status: str
    phone: str
    id_number: str
    category: str
    workplace_and_post: str  #: 工作单位及职务
    honours: str
    deeds: str
    photo: bytes | None = None  #: JPEG
    league_opinion: OpinionRecord = OpinionRecord()  #: 所在单位团组织意见
    workplace_opinion: OpinionRecord = OpinionRecord()  #: 所在单位意见
    recommender_opinion: OpinionRecord = OpinionRecord()  #: 推荐单位团组织意见


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


@dataclass(frozen=True, kw_only=True)
class QuotaTableRecord:
    """附件1 名额分配表."""

    title: str
    categories: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]  #: unit and its places, in the order of the categories


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What the public may see of a candidate, and nothing else."""

    name: str
    sex: str
    workplace_and_post: str
    remark: str = ""  #: 破格 must be explained in the notice


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Where objections go. An empty field prints as a line to be filled in by hand."""

    department: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeRecord:
    """A 公示: candidates by category, the window, and where to object."""

    title: str  #: 关于常州市“产业振兴好青年”候选人的公示
    basis: str  #: what the selection rests on: 根据《…通知》（常团委发〔2024〕10号）安排
    candidates: Mapping[str, Sequence[Candidate]]
    starts: date
    last_day: date
    working_days: int
    contact: Contact
    issuer: str
    day: date  #: 成文日期


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
