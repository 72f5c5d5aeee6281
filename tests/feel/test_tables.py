"""Decision tables: hit policies, the rules that matched, and what the checker finds."""

from __future__ import annotations

import pytest

from service import feel
from service.feel import dmn
from tests.feel.models import a_table_model

NUMBER = [("x", "number")]
THREE = [("> 0", '"low"'), ("> 5", '"high"'), ("> 0", '"low"')]
AMOUNTS = [("> 0", "10"), ("> 0", "20"), ("> 0", "10"), ("> 5", "1")]
ORDER = '"high", "low"'


@pytest.mark.parametrize(
    ("policy", "rules", "values", "x", "expected"),
    [
        ("UNIQUE", THREE, "", 9, None),
        ("UNIQUE", [("<= 5", '"a"'), ("> 5", '"b"')], "", 5, "a"),
        ("ANY", THREE, "", 3, "low"),
        ("ANY", THREE, "", 9, None),
        ("FIRST", THREE, "", 9, "low"),
        ("PRIORITY", THREE, ORDER, 9, "high"),
        ("RULE ORDER", THREE, "", 9, ["low", "high", "low"]),
        ("OUTPUT ORDER", THREE, ORDER, 9, ["high", "low", "low"]),
        ("COLLECT", THREE, "", 9, ["low", "high", "low"]),
        ("COLLECT+SUM", AMOUNTS, "", 3, 40),
        ("COLLECT+COUNT", AMOUNTS, "", 9, 4),
        ("COLLECT+MIN", AMOUNTS, "", 9, 1),
        ("COLLECT+MAX", AMOUNTS, "", 9, 20),
        ("UNIQUE", [("> 5", '"b"')], "", 5, None),
    ],
)
def test_table_by_hit_policy(
    policy: str, rules: list[tuple[str, str]], values: str, x: int, expected: object
) -> None:
    model = dmn.load(a_table_model(policy, NUMBER, rules, values=values))

    assert feel.to_json(model.evaluate("D", {"x": x}).value) == expected


def test_table_with_default_answers_where_no_rule_does() -> None:
    model = dmn.load(a_table_model("FIRST", NUMBER, [("> 5", '"b"')], default='"none"'))

    assert model.evaluate("D", {"x": 1}).value == "none"


def test_table_tells_which_rules_counted_with_their_words() -> None:
    rules = [
        ('< date("1989-01-01")', '"FAIL"', '"age"', "年龄须在35周岁以下"),
        ('>= date("1989-01-01")', '"PASS"', '""', "符合年龄条件"),
    ]
    model = dmn.load(
        a_table_model("UNIQUE", [("born", "date")], rules, outputs=("result", "reason"), notes=("依据",))
    )

    result = model.evaluate("D", {"born": "1980-05-01"})

    assert result.value == {"result": "FAIL", "reason": "age"}
    assert result.matches == (
        dmn.RuleMatch(
            "t", "D", 1, "r1", "", (("依据", "年龄须在35周岁以下"),), {"result": "FAIL", "reason": "age"}
        ),
    )


def test_violated_policy_tells_every_rule_that_matched() -> None:
    result = dmn.load(a_table_model("UNIQUE", NUMBER, THREE)).evaluate("D", {"x": 9})

    assert [match.index for match in result.matches] == [1, 2, 3]
    assert result.warnings == ("3 rules match a table with the hit policy UNIQUE",)


def findings(
    policy: str, inputs: list[tuple[str, str]], rules: list[tuple[str, ...]], **more: object
) -> list[tuple[str, tuple[int, ...], dict[str, str]]]:
    """What the checker finds, in short."""
    model = dmn.load(a_table_model(policy, inputs, rules, **more))
    return [(found.kind.value, found.rules, dict(found.where)) for found in dmn.check(model)]


def test_complete_table_has_no_findings() -> None:
    rules = [("< 35", "true", '"a"'), (">= 35", "true", '"b"'), ("-", "false", '"c"')]

    assert findings("UNIQUE", [("age", "number"), ("member", "boolean")], rules) == []


@pytest.mark.parametrize(
    ("inputs", "rules", "expected"),
    [
        (NUMBER, [("< 35", "1"), ("> 45", "2")], [("gap", (), {"x": "[35..45]"})]),
        (NUMBER, [("<= 35", "1"), (">= 35", "2")], [("overlap", (1, 2), {"x": "35"})]),
        (
            [("x", "number"), ("y", "string")],
            [("< 3", '"a"', "1"), (">= 3", '"a", "b"', "2"), ("< 3", 'not("a")', "3")],
            [("gap", (), {"x": ">= 3", "y": "any other value"})],
        ),
        (
            [("d", "date")],
            [('<= date("2024-12-30")', "1"), ('>= @"2025-01-01"', "2")],
            [("gap", (), {"d": "(2024-12-30..2025-01-01)"})],
        ),
        ([("d", "date")], [('<= @"2024-12-31"', "1"), ('>= @"2025-01-01"', "2")], []),
        ([("ok", "boolean")], [("true", "1")], [("gap", (), {"ok": "false"})]),
        (NUMBER, [("? > 1", "1"), ("-", "2")], [("unchecked", (1,), {"x": "the cell of this rule"})]),
    ],
)
def test_checker_names_the_missing_or_doubled_range(
    inputs: list[tuple[str, str]], rules: list[tuple[str, ...]], expected: list[object]
) -> None:
    assert findings("UNIQUE", inputs, rules) == expected


def test_overlap_under_any_is_found_only_where_outputs_differ() -> None:
    rules = [("> 1", '"a"'), ("> 2", '"a"'), ("<= 1", '"b"'), ("1", '"c"')]

    assert findings("ANY", NUMBER, rules) == [("overlap", (3, 4), {"x": "1"})]


def test_collecting_table_may_have_gaps_and_overlaps() -> None:
    assert findings("COLLECT", NUMBER, THREE) == []


def test_gap_is_no_finding_where_there_is_a_default() -> None:
    assert findings("UNIQUE", NUMBER, [("> 1", "1")], default="0") == []


def test_checker_keeps_within_its_bounds_on_a_large_table() -> None:
    inputs = [(f"x{i}", "number") for i in range(8)]
    rules = [(*(f"[{r}..{r + i}]" for i in range(1, 9)), "1") for r in range(60)]

    found = findings("UNIQUE", inputs, rules)

    assert len(found) <= 21
