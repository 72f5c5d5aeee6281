"""A demo.toml that names what its programme does not have is told of by the check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from service.programmes.demo.strange_words import find_strange_words
from service.programmes.pack.packs import Pack

KEY = "changzhou-good-youth"


def told(packs: Mapping[str, Pack], section: str, row: Mapping[str, Any]) -> list[str]:
    """Return what is said of the shipped demo.toml with one row more."""
    pack = packs[KEY]
    return find_strange_words(replace(pack, demo={**pack.demo, section: [*pack.demo.get(section, ()), row]}))


def test_the_shipped_ones_name_what_is_there(packs: Mapping[str, Pack]) -> None:
    assert {key: find_strange_words(pack) for key, pack in packs.items()} == {key: [] for key in packs}
    assert find_strange_words(replace(packs[KEY], demo={})) == []


@pytest.mark.parametrize(
    ("section", "row", "sentence"),
    [
        (
            "contacts",
            {"unit": "nowhere", "phone": "", "email": "", "address": ""},
            "contacts 的单位 nowhere 不在 units.csv 中",
        ),
        (
            "accounts",
            {"login": "a", "name": "甲", "role": "mayor", "unit": "cz"},
            "accounts 的角色 mayor 不在 [roles] 中",
        ),
        (
            "staff",
            {"level": "街道", "role": "league", "login": "{code}", "name": "{name}"},
            "staff 的级别 街道 不在 units.csv 中",
        ),
        (
            "nominations",
            {"count": 1, "unit": "liyang-qingfeng", "waits_at": "recommend"},
            "nominations 的 waits_at recommend 不是流程图里的任务",
        ),
        ("nominations", {"count": 1}, "demo.toml 有误："),
    ],
)
def test_a_word_the_programme_does_not_know_is_named(
    packs: Mapping[str, Pack], section: str, row: Mapping[str, Any], sentence: str
) -> None:
    [found] = told(packs, section, row)

    assert found.startswith(sentence)


def test_an_answer_no_form_asks_for_and_a_role_nobody_holds_are_named(packs: Mapping[str, Pack]) -> None:
    pack = packs[KEY]
    accounts = [row for row in pack.demo["accounts"] if row["role"] != "police"]

    found = find_strange_words(
        replace(pack, demo={**pack.demo, "answers": {"medal": "否"}, "accounts": accounts})
    )

    assert found == [
        "角色 police（公安协查）没有账号，演示和演练到了他那一步没有人办",
        "answers 的 medal 不是哪张表单的项",
    ]
