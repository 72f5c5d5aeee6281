"""docs/rules.md names, for every rule and exception of the notices, the tests and scenarios that prove it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/rules.md"
ROW = re.compile(r"^\| ([NX][0-9]{2}) \| (.+?) \|(.*)\|$", re.MULTILINE)
PROOF = re.compile(r"`[^`]+`")
NUMBER = re.compile(r"(?<![a-z0-9])([nx][0-9]{2})(?![0-9])")

#: N42 to N68 leave out what belongs to other notices, as do X19 to X21 and X24 to X26
NUMBERS = [
    *(f"N{number:02d}" for number in (*range(1, 14), *range(41, 55), *range(61, 69))),
    *(f"X{number:02d}" for number in (*range(1, 19), 22, 23, *range(27, 32))),
]


def named_in(file: Path) -> Iterator[tuple[str, str]]:
    """Yield number and file for every test function named after a number."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for number in NUMBER.findall(node.name.replace("_", " ")):
                yield number.upper(), f"`{file.relative_to(ROOT / 'tests')}`"


def scenarios() -> Iterator[tuple[str, str]]:
    """Yield number and scenario for every scenario named after a number."""
    for file in sorted(ROOT.glob("processes/*/scenarios/*.yaml")):
        for number in NUMBER.findall(file.stem.replace("-", " ")):
            yield number.upper(), f"`{file.parent.parent.name} {file.stem}`"


@cache
def find_proofs() -> dict[str, list[str]]:
    """Return what is named after each number: scenarios first, then tests."""
    proofs: dict[str, list[str]] = {}
    named = [*scenarios()]
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        named += named_in(file)
    for number, proof in named:
        proofs.setdefault(number, []).append(proof)
    return {number: list(dict.fromkeys(found)) for number, found in proofs.items()}


@pytest.mark.parametrize("number", NUMBERS)
def test_number_has_a_test_named_after_it(number: str) -> None:
    assert find_proofs().get(number, []) != []


def test_page_lists_every_number_with_proofs_that_are_there(request: pytest.FixtureRequest) -> None:
    def row(found: re.Match[str]) -> str:
        return f"| {found[1]} | {found[2]} | {' '.join(find_proofs().get(found[1], []))} |"

    if request.config.getoption("--update-golden"):
        PAGE.write_text(ROW.sub(row, PAGE.read_text(encoding="utf-8")), encoding="utf-8")

    listed = {found[1]: PROOF.findall(found[3]) for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
    assert list(listed) == NUMBERS
    assert [number for number, proofs in listed.items() if not proofs] == []
    assert {n: gone for n, proofs in listed.items() if (gone := set(proofs) - set(find_proofs()[n]))} == {}
