"""The examples in docs/modelling can be published as they are, and each has its picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.engine import check_diagram
from service.programmes.topics import TOPICS

MODELLING = Path(__file__).resolve().parents[2] / "docs/modelling"
EXAMPLES = sorted((MODELLING / "examples").glob("*.bpmn"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_no_problem(example: Path) -> None:
    source = example.read_bytes()
    topics = set(re.findall(r'taskDefinition type="([^"]+)"', source.decode()))

    assert check_diagram(source) == []
    assert topics <= set(TOPICS)


def test_every_example_is_drawn_and_shown() -> None:
    shown = set(
        re.findall(r"pictures/([a-z-]+)\.png", (MODELLING / "elements.md").read_text(encoding="utf-8"))
    )
    names = {example.stem for example in EXAMPLES}

    assert names <= shown
    assert {name for name in shown if not (MODELLING / f"pictures/{name}.png").exists()} == set()
