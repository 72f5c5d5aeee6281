"""One decision table held against everything that can be told before it is published, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from service.engine.expressions import KNOWN_FUNCTIONS
from service.engine.feel_sentences import say
from service.feel import dmn
from service.feel.dmn.cells import CellFault, Fault, check_cells
from service.feel.dmn.check import Kind
from service.feel.dmn.sheet import Column, mark_cells, place_of, read_sheet
from service.workflow.definition.decision_tables import SENTENCES

#: what FEEL's types are called
TYPES: Final[Mapping[str, str]] = {
    "number": "数字",
    "string": "文字",
    "boolean": "true 或 false",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "days and time duration": "天数时长",
    "years and months duration": "年月时长",
    "list": "列表",
    "context": "上下文",
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "number": "35",
    "string": '"文字"',
    "boolean": "true",
    "date": 'date("2026-01-01")',
    "time": 'time("09:00:00")',
    "date and time": 'date and time("2026-01-01T09:00:00")',
    "days and time duration": 'duration("P5D")',
    "years and months duration": 'duration("P1Y")',
}
QUOTE: Final = '文字要写在英文双引号里，例如 "未满18周岁"。'


@dataclass(frozen=True, kw_only=True)
class TableProblem:
    """What is wrong with a table, and in which rows and column it is to be seen."""

    message: str
    severity: Literal["error", "warning"] = "error"
    rows: tuple[int, ...] = ()  #: from 1; none where it is the table as a whole
    column: int | None = None  #: from 0, inputs before outputs; None where it is the row as a whole


def check_table(
    files: Mapping[str, bytes], file: str, decision: str, *, functions: Iterable[str] = KNOWN_FUNCTIONS
) -> list[TableProblem]:
    """Return the problems of one decision's table, errors first: of its cells, else gaps and overlaps."""
    columns = read_sheet(files[file], decision).columns
    marked = {**files, file: mark_cells(files[file], decision)}
    try:
        models = dict(
            zip(files, dmn.load_all(marked.values(), functions=functions, strict=False), strict=True)
        )
    except dmn.DmnError as wrong:
        return [TableProblem(message=f"{one.element_id}：{_sentence(one)}。") for one in wrong.problems]
    node = models[file].node(decision)
    table = getattr(node, "table", None)
    found = [_misread(problem, columns) for problem in models[file].problems]
    if table is not None:
        found += [_wrong_cell(fault, columns) for fault in check_cells(table)]
        if not any(one.severity == "error" for one in found):
            found += [_weak_spot(finding, table) for finding in dmn.check_table(table)]
    return sorted(found, key=lambda one: (one.severity, one.rows, one.column or 0))


def _misread(problem: dmn.Problem, columns: tuple[Column, ...]) -> TableProblem:
    """What loading could not read: in a cell, or somewhere else in the file."""
    place = place_of(problem.element_id)
    if place is None:
        return TableProblem(message=f"{problem.element_id}：{_sentence(problem)}。")
    row, number = place
    column = columns[number]
    hint = QUOTE if column.kind == "output" and column.type in ("string", "") else ""
    if problem.code == "unknown-name":
        sentence = f"没有名为“{problem.parameters['name']}”的变量或函数，也可能是少连了一项输入数据。"
    elif problem.error is not None and problem.error.line == 1:
        # a line is mistaken for a row of the table where the cell has only one
        sentence = f"{_sentence(problem).removeprefix('第 1 行')}。"
    else:
        sentence = f"{_sentence(problem)}。"
    return TableProblem(message=sentence + hint, rows=(row,), column=number)


def _wrong_cell(fault: CellFault, columns: tuple[Column, ...]) -> TableProblem:
    column = columns[fault.column]
    severity: Literal["error", "warning"] = "error"
    if fault.fault is Fault.EMPTY:
        message, severity = f"没有填写“{column.label}”，结论里这一项会是空的。", "warning"
    elif fault.fault is Fault.NO_VALUE:
        message = f"{fault.text} 不是有效的日期、时间或时长。"
    elif fault.fault is Fault.TYPE:
        example = _EXAMPLES.get(fault.wanted)
        written = f"，写作 {example}" if example else ""
        message = f"这一列应是{TYPES.get(fault.wanted, fault.wanted)}{written}；{fault.text} 不是。"
    else:
        values = "、".join(column.values)
        message = f"{fault.text} 不在这一列允许的值之内" + (f"（{values}）。" if values else "。")
    return TableProblem(message=message, severity=severity, rows=(fault.rule,), column=fault.column)


def _weak_spot(finding: dmn.Finding, table: dmn.Table) -> TableProblem:
    """A gap, an overlap, or what could not be held against either."""
    if finding.kind is Kind.UNCHECKED:
        return _unchecked(finding, table)
    place = "，".join(_range(label, text) for label, text in finding.where) or "任何输入"
    if finding.kind is Kind.GAP:
        message = f"有空档：{place}时没有一行适用。请补上一行，或交主办单位逐份裁定。"
        return TableProblem(message=message, severity="warning")
    rules = "、".join(map(str, finding.rules))
    message = f"第 {rules} 行重叠：{place}时同时适用，判不出结论。请改窄其中一行的条件。"
    return TableProblem(message=message, rows=finding.rules)


def _unchecked(finding: dmn.Finding, table: dmn.Table) -> TableProblem:
    if not finding.rules:
        return TableProblem(message="表太大，其余部分没有核对空档和重叠。", severity="warning")
    labels = [each.label for each in table.inputs]
    return TableProblem(
        message="这一格依赖别的值，没有核对空档和重叠，请自行核对。",
        severity="warning",
        rows=finding.rules,
        column=labels.index(finding.where[0][0]),
    )


def _range(label: str, text: str) -> str:
    return f"{label} 为 {text.replace('any other value', '其他值')} "


def _sentence(problem: dmn.Problem) -> str:
    if problem.error is not None:
        return say(problem.error)
    return SENTENCES[problem.code].format_map(problem.parameters)


def list_inputs(model: dmn.Model, decision: str) -> Iterator[tuple[str, str]]:
    """Yield the name and type of every input data a decision asks for, directly or through others."""
    seen: set[int] = set()
    waiting = [model.node(decision)]
    while waiting:
        node = waiting.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        needs = getattr(node, "needs", None)
        if needs is None:
            wanted = getattr(node, "type", None)
            yield node.name, wanted.kind if wanted is not None else "any"
        else:
            waiting += [need.node for need in needs]
