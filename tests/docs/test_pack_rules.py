"""Every rule of a notice lives somewhere in its pack, and the pack's README lists where, as generated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.programmes.pack.rule_list import list_rules, write_table
from tests.docs.test_rules_proven import NUMBERS
from tests.packs.judging import the_pack

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"(?<=<!-- rules -->\n).*?(?=\n## )", re.DOTALL)

PACKS = ("changzhou-good-youth", "longcheng-craftsmen", "thousand-good-youth")


def test_every_number_of_the_notices_is_held_by_one_pack() -> None:
    held = [sorted({line.number for line in list_rules(the_pack(key))}) for key in PACKS]

    assert [number for numbers in held for number in numbers if number.startswith("N")] == [
        number for number in NUMBERS if number.startswith("N")
    ]


@pytest.mark.parametrize("key", PACKS)
def test_every_rule_has_words_and_says_what_it_does(key: str) -> None:
    silent = [line for line in list_rules(the_pack(key)) if not (line.words.strip("… ") and line.effect)]

    assert silent == []


@pytest.mark.parametrize("key", PACKS)
def test_readme_lists_the_rules_as_the_pack_has_them(key: str, request: pytest.FixtureRequest) -> None:
    page = ROOT / "processes" / key / "README.md"
    text, table = page.read_text("utf-8"), write_table(the_pack(key))
    if request.config.getoption("--update-golden"):
        text = TABLE.sub(f"{table}\n".replace("\\", r"\\"), text)
        page.write_text(text, "utf-8")

    assert [found.strip("\n") for found in TABLE.findall(text)] == [table]
