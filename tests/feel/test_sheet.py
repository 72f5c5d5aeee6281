"""A decision table read as rows and written back: what nobody touched stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from service.feel import dmn
from service.feel.dmn.sheet import Row, mark_cells, place_of, read_sheet, write_rows

ROOT = Path(__file__).parents[2]
SHIPPED = sorted([*ROOT.glob("processes/*/*.dmn"), *(ROOT / "tests/packs").rglob("*.dmn")])
TABLES = [
    pytest.param(
        file, str(table.getparent().get("id")), id=f"{file.parent.name}-{table.getparent().get('id')}"
    )
    for file in SHIPPED
    for table in etree.fromstring(file.read_bytes()).iter("{*}decisionTable")
]
FULL = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- of the office -->
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:o="urn:other"
    id="m" name="m" namespace="n">
  <decision id="d" name="D" o:kept="yes">
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i" label="X">
        <inputExpression id="e" typeRef="number"><text>x</text></inputExpression>
      </input>
      <output id="u" name="y" typeRef="string"><outputValues><text>"a","b"</text></outputValues></output>
      <annotation name="why"/>
      <!-- the first -->
      <rule id="r1" o:colour="red">
        <description>one</description>
        <inputEntry id="c1" expressionLanguage="feel"><text><![CDATA[< 1]]></text></inputEntry>
        <outputEntry id="c2"><text>"a"</text></outputEntry>
        <annotationEntry><text>note</text></annotationEntry>
      </rule>
      <!-- the second -->
      <rule id="r2">
        <inputEntry id="c3"><text>-</text></inputEntry>
        <outputEntry id="c4"><text>"b"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="other" name="Other"><literalExpression><text>1 &lt; 2</text></literalExpression></decision>
</definitions>
"""
ONE, TWO = Row(1, ("< 1", '"a"', "note", "one")), Row(2, ("-", '"b"', "", ""))


def canonical(xml: bytes) -> str:
    return etree.canonicalize(xml.decode(), with_comments=True)


@pytest.mark.parametrize(("file", "decision"), TABLES)
def test_unchanged_rows_are_the_same_bytes(file: Path, decision: str) -> None:
    xml = file.read_bytes()

    assert write_rows(xml, decision, read_sheet(xml, decision).rows) == xml


@pytest.mark.parametrize(("file", "decision"), TABLES)
def test_changed_cell_is_the_only_line_that_differs(file: Path, decision: str) -> None:
    xml = file.read_bytes()
    first, *rest = read_sheet(xml, decision).rows

    written = write_rows(xml, decision, [Row(1, ("changed", *first.cells[1:])), *rest])

    pairs = zip(xml.splitlines(), written.splitlines(), strict=True)
    assert len([1 for before, after in pairs if before != after]) == 1
    assert canonical(write_rows(written, decision, [first, *rest])) == canonical(xml)


def test_sheet_has_columns_as_written() -> None:
    sheet = read_sheet(FULL, "d")

    assert [(c.kind, c.label, c.text, c.type, c.values) for c in sheet.columns] == [
        ("input", "X", "x", "number", ()),
        ("output", "y", "y", "string", ('"a"', '"b"')),
        ("annotation", "why", "", "", ()),
        ("description", "", "", "", ()),
    ]
    assert (sheet.policy, sheet.rows) == ("FIRST", (ONE, TWO))


def test_everything_beside_the_cells_survives_a_new_order() -> None:
    moved = write_rows(FULL, "d", [TWO, ONE])

    assert read_sheet(moved, "d").rows == (Row(1, TWO.cells), Row(2, ONE.cells))
    assert canonical(write_rows(moved, "d", [Row(2, ONE.cells), Row(1, TWO.cells)])) == canonical(FULL)
    for kept in (b"of the office", b'o:kept="yes"', b'o:colour="red"', b"<![CDATA[< 1]]>", b'id="other"'):
        assert kept in moved
    assert (
        moved.index(b"the second")
        < moved.index(b'id="r2"')
        < moved.index(b"the first")
        < moved.index(b'"r1"')
    )


def test_new_rows_get_ids_of_their_own_and_removed_ones_go_with_their_comment() -> None:
    written = write_rows(
        FULL, "d", [Row(None, ("5", '"a"', "new", "")), TWO, Row(None, ("6", "", "", "why"))]
    )

    ids = [each.get("id") for each in etree.fromstring(written).iter() if each.get("id")]
    assert len(set(ids)) == len(ids)
    assert [(row.id, row.cells) for row in read_sheet(written, "d").rows] == [
        ("t_row_1", ("5", '"a"', "new", "")),
        ("r2", TWO.cells),
        ("t_row_2", ("6", "", "", "why")),
    ]
    assert (b"the first" in written, b"the second" in written) == (False, True)
    assert dmn.load(written.replace(b"<text>x</text>", b"<text>1</text>")).problems == ()


def test_notes_and_descriptions_are_added_where_a_row_has_none() -> None:
    written = write_rows(FULL, "d", [ONE, Row(2, ("-", '"b"', "noted", "told"))])

    assert read_sheet(written, "d").rows[1].cells == ("-", '"b"', "noted", "told")
    assert canonical(write_rows(FULL, "d", [ONE, TWO])) == canonical(FULL)


def test_all_rows_may_go_and_come_back() -> None:
    empty = write_rows(FULL, "d", [])

    assert read_sheet(empty, "d").rows == ()
    [row] = read_sheet(write_rows(empty, "d", [Row(None, ("1", '"a"', "why"))]), "d").rows
    assert row.cells == ("1", '"a"', "why")


@pytest.mark.parametrize(
    "rows",
    [
        [ONE, ONE],
        [Row(3, ONE.cells)],
        [Row(0, ONE.cells)],
        [Row(1, ("1",))],
        [Row(1, ("\x00", *ONE.cells[1:]))],
    ],
    ids=["twice", "beyond", "before", "too few cells", "control character"],
)
def test_rows_of_another_table_are_refused(rows: list[Row]) -> None:
    with pytest.raises(ValueError, match=r"rows|XML"):
        write_rows(FULL, "d", rows)


@pytest.mark.parametrize("decision", ["nothing", "other"])
def test_decision_without_a_table_is_not_found(decision: str) -> None:
    with pytest.raises(LookupError):
        read_sheet(FULL, decision)


def test_hostile_file_is_refused() -> None:
    with pytest.raises(dmn.DmnError, match="document type"):
        read_sheet(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "d")


def test_fault_in_a_marked_file_tells_its_cell() -> None:
    marked = mark_cells(FULL.replace(b'"b"</text></outputEntry>', b'"b</text></outputEntry>'), "d")

    problems = dmn.load(marked.replace(b"<text>x</text>", b"<text>1</text>"), strict=False).problems

    assert [place_of(problem.element_id) for problem in problems] == [(2, 1)]
    assert [place_of(text) for text in ("t", "cell:", "cell:1:x")] == [None, None, None]
