"""Checking the decision tables against the programme: what they answer, and what they ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from service.engine.records import Problem
from service.feel.dmn.sheet import Sheet, list_tables, read_sheet
from service.programmes.nomination.facts import DERIVED
from service.programmes.pack.columns import components_of
from service.programmes.pack.packs import Pack
from service.programmes.rule.eligibility import WARN, Result
from service.workflow.definition.decision_tables import read_tables

#: output columns without which no row of a rule can be read
COLUMNS = ("rule", "result", "message")
RESULTS = (*Result, WARN)
_LITERAL = re.compile(r'"([^"]*)"')


def check(pack: Pack, variables: Collection[str]) -> Iterator[Problem]:
    """Yield the rules whose tables cannot be read as rules, and the input data that nothing fills."""
    asked = {source.decision for source in pack.programme.rules}
    for file, xml in pack.decisions.items():
        for decision in list_tables(xml):
            if decision in asked:
                yield from _check_rule(file, read_sheet(xml, decision))
    form = pack.forms.get(pack.programme.record_form) or {}
    known = {*components_of(form), *DERIVED, *variables}
    for name in sorted(read_tables(pack.decisions).inputs - known):
        yield Problem(
            element_id=None,
            message=f"决策表要问的输入数据 {name} 不是申报表的项，也没有哪一步给出，它的值总是空的。",
            fix=f"核对拼写。可以问申报表每一项的 key、{'、'.join(DERIVED)} 和流程变量。",
            severity="warning",
            rule="unknown-input",
        )


def _check_rule(file: str, sheet: Sheet) -> Iterator[Problem]:
    place = {column.text: index for index, column in enumerate(sheet.columns) if column.kind == "output"}
    missing = [name for name in COLUMNS if name not in place]
    where = f"{file} 的决策表“{sheet.name}”"
    if missing:
        yield _wrong(f"{where}是 [[rules]] 里的条件，却没有输出列 {'、'.join(missing)}，判不出结论。")
        return
    for number, row in enumerate(sheet.rows, start=1):
        literal = _LITERAL.fullmatch(row.cells[place["result"]].strip())
        if literal and literal[1] not in RESULTS:
            yield _wrong(f"{where}第 {number} 行的结论“{literal[1]}”不是条件的结论。")


def _wrong(message: str) -> Problem:
    fix = f"输出列写 {'、'.join(COLUMNS)}（可加 measured），结论写 {'、'.join(RESULTS)} 之一。"
    return Problem(element_id=None, message=message, fix=fix, rule="rule-table")
