"""What a decision table answers and asks is held against the programme, before anybody is judged by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.programmes.diagram import completeness
from service.programmes.pack.packs import Pack

FILE = "eligibility.dmn"


def problems(packs: Mapping[str, Pack], before: bytes, after: bytes) -> list[tuple[str, str, str]]:
    """Rewrite the tables and return (rule, severity, message) of what is found."""
    pack = packs["changzhou-good-youth"]
    written = pack.decisions[FILE]
    assert before in written
    spoilt = replace(pack, decisions={FILE: written.replace(before, after)})
    return [(p.rule, p.severity, p.message) for p in completeness.check(spoilt)]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            b'<text>"EXCEPTION"</text>',
            '<text>"破格"</text>'.encode(),
            "eligibility.dmn 的决策表“年龄条件”第 5 行的结论“破格”不是条件的结论。",
        ),
        (
            b'name="message"',
            b'name="words"',
            "eligibility.dmn 的决策表“年龄条件”是 [[rules]] 里的条件，却没有输出列 message，判不出结论。",
        ),
    ],
)
def test_a_rule_whose_table_cannot_be_read_as_one_is_refused(
    packs: Mapping[str, Pack], before: bytes, after: bytes, message: str
) -> None:
    assert problems(packs, before, after)[0] == ("rule-table", "error", message)


def test_input_data_that_nothing_fills_is_warned_of(packs: Mapping[str, Pack]) -> None:
    message = "决策表要问的输入数据 date_of_birth 不是申报表的项，也没有哪一步给出，它的值总是空的。"

    found = problems(packs, b"birth_date", b"date_of_birth")

    assert found == [("unknown-input", "warning", message)]
