"""A decision table checked cell by cell, as whoever edits it is told."""

from __future__ import annotations

import pytest

from service.feel import dmn
from service.workflow.definition.table_check import TableProblem, check_table, list_inputs
from tests.feel.models import a_decision, a_literal, a_model, a_table, an_input

COLUMNS = [("born", "date"), ("days", "number")]


def told(*rules: tuple[str, ...], policy: str = "UNIQUE", extra: str = "") -> list[TableProblem]:
    """Check a table of two conditions and one answer, of the words YES and NO."""
    table = a_table(policy, COLUMNS, rules, values='"YES","NO"')
    table = table.replace('<output name="result">', '<output name="result" label="结论" typeRef="string">')
    body = an_input("born", "date") + an_input("days", "number")
    files = {"x.dmn": a_model(body + a_decision("d", table, needs=["born", "days"]) + extra)}
    return check_table(files, "x.dmn", "d")


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        (("< date(", "-", '"YES"'), 0, "第 8 个字符：这里应当是一个值或表达式，到这里就结束了。"),
        (
            ("-", "< 35 years", '"YES"'),
            1,
            "第 6 个字符：表达式已经写完，后面多了内容，写的是「years」。",
        ),
        (("< 35", "-", '"YES"'), 0, '这一列应是日期，写作 date("2026-01-01")；35 不是。'),
        (('< date("2026-02-30")', "-", '"YES"'), 0, '"2026-02-30" 不是有效的日期、时间或时长。'),
        (("-", '"35"', '"YES"'), 1, '这一列应是数字，写作 35；"35" 不是。'),
        (("-", "-", '"MAYBE"'), 2, '"MAYBE" 不在这一列允许的值之内（"YES"、"NO"）。'),
        (("-", "-", "1"), 2, '这一列应是文字，写作 "文字"；1 不是。'),
        (
            ("-", "-", "未满18周岁"),
            2,
            "没有名为“未满18周岁”的变量或函数，也可能是少连了一项输入数据。"
            '文字要写在英文双引号里，例如 "未满18周岁"。',
        ),
        (("-", "size > 3", '"YES"'), 1, "没有名为“size”的变量或函数，也可能是少连了一项输入数据。"),
    ],
    ids=["syntax", "left over", "type", "no such day", "number", "not allowed", "text", "no quotes", "name"],
)
def test_bad_cell_is_told_with_its_place(cells: tuple[str, ...], column: int, message: str) -> None:
    problems = told(("-", "-", '"NO"'), cells)

    assert problems == [TableProblem(message=message, rows=(2,), column=column)]


def test_overlap_is_an_error_of_both_rows() -> None:
    [problem] = told(("-", "< 3", '"YES"'), ("-", "<= 3", '"NO"'), ("-", "> 3", '"NO"'))

    assert (problem.severity, problem.rows, problem.column) == ("error", (1, 2), None)
    assert problem.message == "第 1、2 行重叠：days 为 < 3 时同时适用，判不出结论。请改窄其中一行的条件。"


def test_gap_and_empty_answer_are_warnings() -> None:
    problems = told(("-", "< 3", '"YES"'), ("-", "> 3", ""))

    assert [(p.severity, p.rows, p.column) for p in problems] == [("warning", (), None), ("warning", (2,), 2)]
    assert problems[0].message.startswith("有空档：days 为 3 时没有一行适用。")
    assert problems[1].message == "没有填写“结论”，结论里这一项会是空的。"


def test_cell_that_depends_on_another_is_said_to_be_unchecked() -> None:
    problems = told(("-", "? > days - 1", '"YES"'), policy="FIRST")

    assert ("warning", (1,), 1) in [(p.severity, p.rows, p.column) for p in problems]


def test_fault_elsewhere_in_the_file_belongs_to_no_cell() -> None:
    problems = told(("-", "-", '"YES"'), extra=a_decision("other", a_literal("1 +")))

    assert [(p.rows, p.column, p.severity) for p in problems] == [((), None, "error")]


def test_sound_table_has_no_problems() -> None:
    assert told(("-", "< 3", '"YES"'), ("-", ">= 3", '"NO"'), ("-", "null", '"NO"')) == []


def test_inputs_are_found_through_other_decisions() -> None:
    body = an_input("born", "date") + an_input("days", "number")
    body += a_decision("middle", a_literal("days + 1"), needs=["days"])
    model = dmn.load(a_model(body + a_decision("d", a_literal("middle"), needs=["born", "#middle"])))

    assert list(list_inputs(model, "d")) == [("born", "date"), ("days", "number")]
