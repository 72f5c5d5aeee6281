"""What the shipped packs' tests share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.packs.scenarios import prepare


@pytest.fixture(scope="module")
def prepared(
    request: pytest.FixtureRequest, _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database with the people of the module's PROGRAMME, in which nothing has happened yet."""
    database = tmp_path_factory.mktemp("prepared") / "prepared.db"
    shutil.copy(_sqlite_template, database)
    prepare(request.module.PROGRAMME, f"sqlite:///{database}", database.parent)
    return database
