from __future__ import annotations

import pytest

from service.models.plain_json import clean, is_plain

NESTED: list[object] = []
for _ in range(40):
    NESTED = [NESTED]


@pytest.mark.parametrize("value", ["a\0", "\ud83c", ["\ud83c"], {"\0": 1}, 2**63, 1e300, NESTED])
def test_is_plain_refuses_what_a_database_cannot_hold(value: object) -> None:
    assert not is_plain(value)


@pytest.mark.parametrize("value", ["𬭎·🎓", {"a": [1, 2.5, None, True]}, -(2**62)])
def test_is_plain_takes_ordinary_json(value: object) -> None:
    assert is_plain(value)


def test_clean_drops_only_what_cannot_be_kept() -> None:
    cut = {"name\0": ["何\ud83c以宁", 1, None]}

    assert clean(cut) == {"name": ["何以宁", 1, None]}
