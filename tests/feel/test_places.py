"""An element of a table is told by its decision and row, as its editor shows them."""

from __future__ import annotations

import pytest

from service.feel import dmn
from service.feel.dmn import Place

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n">
  <!-- a comment is no element -->
  <decision id="age" name="年龄条件"><decisionTable id="table">
    <input id="in"><inputExpression id="asked"><text>years</text></inputExpression></input>
    <output id="out" name="result"/>
    <rule id="first"><inputEntry id="cell_1"><text>1</text></inputEntry></rule>
    <rule id="second"><inputEntry id="cell_2"><text>2</text></inputEntry></rule>
  </decisionTable></decision>
  <inputData id="years" name="years"/>
</definitions>""".encode()


@pytest.mark.parametrize(
    ("element_id", "place"),
    [
        ("cell_2", Place("年龄条件", 2)),
        ("first", Place("年龄条件", 1)),
        ("asked", Place("年龄条件")),
        ("age", Place("年龄条件")),
        ("years", None),
        ("nothing", None),
    ],
)
def test_an_element_is_told_by_its_decision_and_row(element_id: str, place: Place | None) -> None:
    assert dmn.locate(MODEL, element_id) == place


def test_what_is_no_file_has_no_places() -> None:
    assert dmn.locate(b"", "age") is None
