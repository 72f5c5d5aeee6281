"""The Changzhou decision table gives the notice's nine boundary dates their results."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

PACK = Path(__file__).parents[2] / "processes" / "changzhou-good-youth"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
PROGRAMME = tomllib.loads((PACK / "programme.toml").read_text("utf-8"))

NINE_VECTORS = [
    ("2005-12-31", "PASS"),
    ("2006-01-01", "REVIEW"),
    ("2006-01-02", "FAIL"),
    ("1989-01-02", "PASS"),
    ("1989-01-01", "REVIEW"),
    ("1988-12-31", "EXCEPTION"),
    ("1984-01-02", "EXCEPTION"),
    ("1984-01-01", "REVIEW"),
    ("1983-12-31", "FAIL"),
]


def decide_age(birth: date) -> list[str]:
    """Return the results of all rules of the age table that match, read by hand from its cells."""
    root = etree.fromstring((PACK / "eligibility.dmn").read_bytes())
    table = root.find(f"{DMN}decision[@id='age']/{DMN}decisionTable")
    assert table.get("hitPolicy") == "UNIQUE"
    results = []
    for rule in table.iterfind(f"{DMN}rule"):
        cell = rule.findtext(f"{DMN}inputEntry/{DMN}text")
        days = [date.fromisoformat(day) for day in re.findall(r'date\("([0-9-]+)"\)', cell)]
        if cell.startswith("]"):
            matches = days[0] < birth < days[1]
        elif cell.startswith(("<", ">")):
            matches = birth < days[0] if cell.startswith("<") else birth > days[0]
        else:
            matches = birth == days[0]
        if matches:
            results.append(rule.findtext(f"{DMN}outputEntry/{DMN}text").strip('"'))
    return results


@pytest.mark.parametrize(("birth", "result"), NINE_VECTORS)
def test_age_table_at_the_bounds(birth: str, result: str) -> None:
    assert decide_age(date.fromisoformat(birth)) == [result]


def test_age_table_uses_the_programmes_dates() -> None:
    text = (PACK / "eligibility.dmn").read_text("utf-8")
    bounds = PROGRAMME["eligibility_bounds"].values()

    assert set(re.findall(r'date\("([0-9-]+)"\)', text)) == {bound["date"].isoformat() for bound in bounds}
