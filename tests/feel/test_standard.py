"""Chapter 10 of the standard, expression by expression, beyond what the public kit asks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service import feel

LINES = [
    line.split("  =>  ")
    for line in Path(__file__).with_name("standard.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=ZONE)


@pytest.mark.parametrize(("text", "expected"), LINES, ids=[text for text, _ in LINES])
def test_expression_has_the_value_of_the_standard(text: str, expected: str) -> None:
    value = feel.compile(text).evaluate(now=NOW, zone=ZONE)

    wanted = feel.compile(expected).evaluate()
    assert (type(value), value) == (type(wanted), wanted)


@pytest.mark.parametrize(
    "text",
    ["1 +", "[1", "{a 1}", "1 in", "if true then 1", "for in [1] return 1", '"a', "(1, 2", "a..b", "@1"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(feel.FeelError):
        feel.compile(text)
