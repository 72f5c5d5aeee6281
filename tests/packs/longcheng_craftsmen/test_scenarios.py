"""The good way and every exception of the requirements that applies, as the pack's scenarios tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packs.scenarios import names_of, play_shipped

PROGRAMME = "longcheng-craftsmen"


@pytest.mark.parametrize("name", names_of(PROGRAMME))
def test_scenario(name: str, prepared: Path, tmp_path: Path) -> None:
    assert play_shipped(PROGRAMME, name, prepared, tmp_path).problems == []
