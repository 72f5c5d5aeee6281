"""The good way and every exception of the requirements that applies, as the pack's scenarios tell them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.packs.scenarios import names_of, play_shipped, prepare

PROGRAMME = "thousand-good-youth"


@pytest.fixture(scope="module")
def prepared(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the programme's people, in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copy(_sqlite_template, folder / "prepared.db")
    prepare(PROGRAMME, f"sqlite:///{folder / 'prepared.db'}", folder)
    return folder / "prepared.db"


@pytest.mark.parametrize("name", names_of(PROGRAMME))
def test_scenario(name: str, prepared: Path, tmp_path: Path) -> None:
    assert play_shipped(PROGRAMME, name, prepared, tmp_path).problems == []
