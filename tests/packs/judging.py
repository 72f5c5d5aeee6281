"""Asking a shipped pack's rules about made-up facts, without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from service import feel
from service.programmes.pack.packs import Pack, load_pack
from service.programmes.rule import calendar, eligibility
from service.programmes.rule.eligibility import Finding
from service.programmes.rule.text_length import count_characters
from service.workflow.definition.decision_tables import DecisionTables, read_tables

ROOT = Path(__file__).parents[2]


@cache
def the_pack(key: str) -> Pack:
    """Return a pack as it is shipped."""
    return load_pack(ROOT / "processes", ROOT / "forms", key)


@cache
def _tables(files: tuple[tuple[str, bytes], ...]) -> DecisionTables:
    return read_tables(dict(files))


def judge(pack: Pack, **facts: Any) -> dict[str, Finding]:
    """Return what each rule of a pack says about a nomination's facts, by the rule's name."""
    tables = _tables(tuple(pack.decisions.items()))
    programme = pack.programme
    functions: dict[str, Callable[..., Any]] = {
        "character count": count_characters,
        "switch": programme.switches.__getitem__,
        "deadline": lambda day: calendar.deadline(day, programme.year, programme.zone),
    }

    def ask(decision: str, known: Mapping[str, Any]) -> object:
        result = tables.decisions[decision].evaluate(
            decision, known, functions=functions, now=datetime(2024, 3, 20, tzinfo=UTC), zone=programme.zone
        )
        return feel.to_json(result.value)

    found = eligibility.check(
        programme.rules, {"year": programme.year, "settings": dict(programme.named), **facts}, ask
    )
    return {finding.rule: finding for finding in found.findings}
