"""Every key of programme.toml is read by something that acts on it; a key that does nothing deceives."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

import pytest

from service.programmes.pack import programme as schema

SERVICE = Path(__file__).parents[3] / "service"
#: reads the file or compares it with others of the pack: that is not acting on it
READERS = {
    SERVICE / "programmes" / "pack" / name
    for name in (
        "programme_file.py",
        "award_file.py",
        "dates_file.py",
        "quota_file.py",
        "rules_file.py",
        "rule_places.py",
        "agreement.py",
        "new_pack.py",
        "print_templates.py",
    )
}
RECORDS = {
    schema.Programme: "programme",
    schema.Award: "programme.award",
    schema.NoticeRule: "programme.notice",
    schema.Choices: "choices",
    schema.Reminders: "reminders",
    schema.Start: "start",
    schema.Category: "category",
    schema.Role: "role",
    schema.Slot: "slot",
}
_INDEX = re.compile(r"\[[^\]]*\]$")
_WRITTEN = re.compile(r"[\w.]+")


@pytest.fixture(scope="module")
def read() -> dict[str, set[str]]:
    """Return what is read of whom, as written: ``pack.programme.award`` -> ``{"title", …}``."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in SERVICE.rglob("*.py"):
        if file not in READERS:
            tree = ast.parse(file.read_text("utf-8"))
            for scope in ast.walk(tree):
                if isinstance(scope, ast.ClassDef):
                    _note(found, scope, own=scope.name)
            _note(found, tree, own="")
    for page in SERVICE.rglob("*.html"):
        for word in _WRITTEN.findall(page.read_text("utf-8")):
            owner, _, key = word.rpartition(".")
            found[owner].add(key)
    return found


def _note(found: dict[str, set[str]], tree: ast.AST, *, own: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            written = _INDEX.sub("", ast.unparse(node.value)).replace("categories", "category")
            if written.split(".")[0].split("(")[0] != "self":
                found[written].add(node.attr)
            elif own:
                found[own + written.removeprefix("self")].add(node.attr)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_key_is_acted_on(record: type, read: dict[str, set[str]]) -> None:
    called = RECORDS[record]
    owners = [o for o in read if o in (record.__name__, called) or o.endswith(f".{called}")]
    if called.startswith("programme."):
        owners.append(f"Programme.{called.removeprefix('programme.')}")

    idle = {field.name for field in fields(record)} - set().union(*(read.get(o, set()) for o in owners))

    assert idle == set()
