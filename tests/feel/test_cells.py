"""Cells that can be read and are wrong all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.engine.expressions import KNOWN_FUNCTIONS
from service.feel import dmn
from service.feel.dmn.cells import CellFault, Fault, check_cells
from tests.feel.models import a_decision, a_model, a_table, an_input

ROOT = Path(__file__).parents[2]


def faults(kind: str, cell: str, output: str, values: str = "", of: str = "string") -> list[CellFault]:
    """What is wrong in a table of one row."""
    table = a_table("UNIQUE", [("x", kind)], [(cell, output)], values=values)
    table = table.replace('<output name="result">', f'<output name="result" typeRef="{of}">')
    model = dmn.load(a_model(an_input("x", kind) + a_decision("d", table, needs=["x"])), strict=False)
    return list(check_cells(model.tables[0]))


@pytest.mark.parametrize(
    ("kind", "cell", "text", "fault"),
    [
        ("date", "< 35", "35", Fault.TYPE),
        ("date", '> "2006-01-01"', '"2006-01-01"', Fault.TYPE),
        ("date", '> date("2006-02-30")', '"2006-02-30"', Fault.NO_VALUE),
        ("date", ']date("2006-13-01")..date("2007-01-01")[', '"2006-13-01"', Fault.NO_VALUE),
        ("number", '"35"', '"35"', Fault.TYPE),
        ("number", "[1..2], true", "true", Fault.TYPE),
        ("string", "1", "1", Fault.TYPE),
    ],
)
def test_condition_its_column_cannot_hold(kind: str, cell: str, text: str, fault: Fault) -> None:
    [found] = faults(kind, cell, '"a"')

    assert (found.fault, found.rule, found.column, found.text) == (fault, 1, 0, text)


@pytest.mark.parametrize(
    ("of", "output", "values", "fault"),
    [
        ("string", "1", "", Fault.TYPE),
        ("number", '"1"', "", Fault.TYPE),
        ("date", 'date("2026-00-01")', "", Fault.NO_VALUE),
        ("string", '"MAYBE"', '"PASS","FAIL"', Fault.NOT_ALLOWED),
        ("string", "", '"PASS","FAIL"', Fault.EMPTY),
    ],
)
def test_answer_its_column_cannot_hold(of: str, output: str, values: str, fault: Fault) -> None:
    [found] = faults("number", "-", output, values, of)

    assert (found.fault, found.rule, found.column) == (fault, 1, 1)


@pytest.mark.parametrize(
    ("kind", "cell", "output"),
    [
        ("date", "null", '"PASS"'),
        ("date", '< date("2006-01-01")', 'if x = null then "PASS" else "FAIL"'),
        ("number", "? > x - 1", '"FAIL"'),
        ("number", "not(1, 2)", "null"),
        ("string", "-", 'string(x) + "no"'),
        ("string", "", "("),
    ],
)
def test_what_only_evaluation_can_tell_is_taken_to_be_right(kind: str, cell: str, output: str) -> None:
    assert faults(kind, cell, output, '"PASS","FAIL"') == []


@pytest.mark.parametrize("file", sorted(ROOT.glob("processes/*/*.dmn")), ids=lambda file: file.parent.name)
def test_shipped_tables_have_no_wrong_cell(file: Path) -> None:
    model = dmn.load(file.read_bytes(), functions=KNOWN_FUNCTIONS)

    assert [fault for table in model.tables for fault in check_cells(table)] == []
