"""The quota table of an annex: places by recommending unit and category, its printed sums checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.errors import Invalid

CODE, UNIT, TOTAL = "代码", "单位", "合计"
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


class WrongQuotas(Invalid):
    """The table cannot be right as it is written: every problem is named."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("名额分配表有误：" + "；".join(problems) + "。请对照通知附件改正。")
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How many more are nominated than awarded (差额)."""

    nominated: int
    awarded: int

    @property
    def places(self) -> int:
        """差额 in places."""
        return self.nominated - self.awarded

    @property
    def percent(self) -> float:
        """差额 as a share of those nominated, in percent to two places."""
        return round(100 * self.places / self.nominated, 2) if self.nominated else 0.0


@dataclass(frozen=True, kw_only=True)
class QuotaMatrix:
    """Places by unit and category, in the order of the annex."""

    units: Mapping[str, str]  #: code to the name printed in the annex
    categories: Mapping[str, str]  #: key to name
    places: Mapping[str, Mapping[str, int]]  #: unit's code to category's key to places

    def unit_total(self, unit: str) -> int:
        """Return the sum of a row."""
        return sum(self.places[unit].values())

    def category_total(self, category: str) -> int:
        """Return the sum of a column."""
        return sum(row[category] for row in self.places.values())

    @property
    def total(self) -> int:
        """All places."""
        return sum(self.unit_total(unit) for unit in self.places)

    def difference(self, category: str, awarded: int) -> Difference:
        """Return the 差额 of a category against the places of the award."""
        return Difference(nominated=self.category_total(category), awarded=awarded)


def read_quotas(text: str, categories: Mapping[str, str]) -> QuotaMatrix:
    """Read 代码,单位,<category>…[,合计] with a last row 合计, and check every printed sum.

    ``categories`` maps keys to names; the columns must be exactly these. Raises WrongQuotas.
    """
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if any(map(str.strip, row))]
    if not rows:
        raise WrongQuotas(["表是空的"])
    header = [cell.strip() for cell in rows[0]]
    _check_header(header, categories)
    keys = {name: key for key, name in categories.items()}
    problems: list[str] = []
    numbers: dict[str, dict[str, int]] = {}
    units: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(header, [*map(str.strip, row), *[""] * len(header)], strict=False))
        unit = cells[UNIT]
        if len(row) > len(header) or not unit or unit in numbers:
            problems.append(
                f"第 {number} 行{'列数过多' if len(row) > len(header) else f'单位“{unit}”为空或重复'}"
            )
            continue
        numbers[unit] = _read_row(unit, cells, header, problems)
        if unit != TOTAL:
            _name_unit(units, cells, problems)
    if not units and not problems:
        problems.append("没有单位")
    problems += _check_sums(numbers, header) if not problems else []
    if problems:
        raise WrongQuotas(problems)
    places = {
        code: {keys[name]: places for name, places in numbers[unit].items() if name in keys}
        for code, unit in units.items()
    }
    return QuotaMatrix(units=units, categories=dict(categories), places=places)


def _check_header(header: Sequence[str], categories: Mapping[str, str]) -> None:
    expected = [CODE, UNIT, *categories.values()]
    found = [name for name in header if name != TOTAL]
    if found != expected or header.count(TOTAL) > 1:
        raise WrongQuotas([f"表头应为“{'、'.join(expected)}”（可加“合计”列），现在是“{'、'.join(header)}”"])


def _read_row(
    unit: str, cells: Mapping[str, str], header: Sequence[str], problems: list[str]
) -> dict[str, int]:
    row = {}
    for name in header:
        if name in (CODE, UNIT):
            continue
        if _NUMBER.fullmatch(cells[name]) is None:
            problems.append(f"“{unit}”的“{name}”应为整数，现在是“{cells[name]}”")
            continue
        row[name] = int(cells[name])
    return row


def _name_unit(units: dict[str, str], cells: Mapping[str, str], problems: list[str]) -> None:
    code = cells[CODE]
    if not code or code in units:
        problems.append(f"单位“{cells[UNIT]}”的代码“{code}”为空或重复")
    units[code] = cells[UNIT]


def _check_sums(numbers: Mapping[str, Mapping[str, int]], header: Sequence[str]) -> list[str]:
    problems = []
    names = [name for name in header if name not in (CODE, UNIT, TOTAL)]
    if TOTAL not in numbers:
        return ["缺少“合计”行，无法核对各类别之和"]
    if TOTAL in header:
        for unit, row in numbers.items():
            summed = sum(row[name] for name in names)
            if row[TOTAL] != summed:
                problems.append(f"“{unit}”行各类别相加为 {summed}，合计列写的是 {row[TOTAL]}")
    for name in names:
        summed = sum(row[name] for unit, row in numbers.items() if unit != TOTAL)
        if numbers[TOTAL][name] != summed:
            problems.append(f"“{name}”列各单位相加为 {summed}，合计行写的是 {numbers[TOTAL][name]}")
    return problems
