"""docs/modelling/problems.md explains every rule that a diagram can be refused or warned for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    *sorted((ROOT / "service/engine").rglob("*.py")),
    ROOT / "service/workflow/definition/deployments.py",
    ROOT / "service/workflow/definition/decision_tables.py",
    ROOT / "service/programmes/diagram/completeness.py",
    ROOT / "service/programmes/diagram/expression_words.py",
    ROOT / "service/programmes/diagram/file_steps.py",
    ROOT / "service/programmes/diagram/review_steps.py",
    ROOT / "service/programmes/diagram/notice_steps.py",
    ROOT / "service/programmes/diagram/notice_lengths.py",
    ROOT / "service/programmes/diagram/step_words.py",
    ROOT / "service/programmes/diagram/table_words.py",
)
RULE = re.compile(r"[a-z]+(-[a-z]+)*")
#: what an f-string that names a rule is filled with
KINDS = ("message", "signal")


def test_every_rule_is_explained_and_nothing_else() -> None:
    explained = re.findall(
        r"^### `([a-z-]+)`", (ROOT / "docs/modelling/problems.md").read_text(), re.MULTILINE
    )

    assert sorted(explained) == sorted(set(_find_rules()))


def _find_rules() -> Iterator[str]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call):
                yield from _rules_of(node)


def _rules_of(call: ast.Call) -> Iterator[str]:
    """Yield the rules a call names: ``findings.error(element, rule, …)``, ``_problem(…)``, ``rule=…``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("error", "warning"):
        yield from _texts(call.args[1:2])
    if name == "_problem":
        yield from _texts(call.args)
    if name == "Problem":
        yield from _texts([keyword.value for keyword in call.keywords if keyword.arg == "rule"])


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        texts = [node.value] if isinstance(node, ast.Constant) else []
        if isinstance(node, ast.JoinedStr):
            texts = ["".join(_part(part, kind) for part in node.values) for kind in KINDS]
        yield from (text for text in texts if isinstance(text, str) and RULE.fullmatch(text))


def _part(part: ast.expr, kind: str) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else kind
