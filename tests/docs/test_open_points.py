"""docs/rules.md says what is chosen where the notices leave something open, as the packs have it."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (A-[0-9]{2}) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
CHOICE = re.compile(r"`([a-z-]+) ([a-z_.]+) = ([^`]+)`")

#: A-20 to A-27 and A-50 to A-54 belong to notices of which no programme is shipped
NUMBERS = [f"A-{number:02d}" for number in (*range(1, 16), *range(30, 35), *range(40, 45))]


@cache
def read_settings(programme: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "processes" / programme / "programme.toml").read_text("utf-8"))


def look_up(programme: str, path: str) -> object:
    found: Any = read_settings(programme)
    for key in path.split("."):
        found = found[key]
    return found


def test_page_names_a_setting_for_every_open_point_and_its_value_as_shipped() -> None:
    rows = ROW.findall((ROOT / "docs/rules.md").read_text("utf-8"))
    chosen = {number: CHOICE.findall(shipped) for number, _what, shipped, _otherwise in rows}

    assert [number for number, *_rest in rows] == NUMBERS
    assert [number for number, choices in chosen.items() if not choices] == []
    assert [
        (number, path, look_up(programme, path))
        for number, choices in chosen.items()
        for programme, path, value in choices
        if look_up(programme, path) != json.loads(value)
    ] == []
