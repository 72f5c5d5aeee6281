"""The commands of the READMEs and of docs/api.md do in a fresh demonstration what the pages say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.clock import MovableClock
from service.wire import wire
from tests.e2e.stage import serve
from tests.web.conftest import set_up_in, settings_of

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = "changzhou-good-youth"
NOW = datetime(2024, 3, 15, 1, tzinfo=UTC)
BLOCK = re.compile(r"```sh\n(.*?/api/v1.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demonstration in it, never changed."""
    return set_up_in(tmp_path_factory.mktemp("seeded"), PROGRAMME, NOW)


@pytest.fixture
def address(seeded: Path, tmp_path: Path) -> Iterator[str]:
    """A fresh demonstration, served."""
    folder = tmp_path / "data"
    shutil.copytree(seeded, folder)
    runtime = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(NOW), durable=False)
    with serve(runtime) as address:
        yield address
    runtime.engine.dispose()


def commands(page: str) -> str:
    """Return the block of a page that calls the API."""
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))[0]


def replies(page: str, address: str) -> list[Any]:
    """Run a page's commands in the folder of the project and return the replies they print."""
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine: the commands of the pages were not run")
    script = commands(page).replace("http://127.0.0.1:8000", address)
    ended = subprocess.run(
        ["sh", "-eu"], input=script, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    found, rest, read = [], ended.stdout, json.JSONDecoder().raw_decode
    while rest := rest.lstrip():
        body, end = read(rest)
        found.append(body)
        rest = rest[end:]
    return found


def test_the_readme_publishes_starts_lists_and_completes(address: str) -> None:
    published, started, waiting, done = replies("README.md", address)

    assert (published["programme"], published["version"]) == (PROGRAMME, 2)
    assert (started["name"], started["status"]) == ("演示-周一一", "drafting")
    assert waiting["items"][0]["id"] == done["id"] == 5
    assert (done["element_id"], done["status"]) == ("workplace_league_opinion", "completed")


def test_both_readmes_have_the_same_commands() -> None:
    assert commands("README.zh-CN.md") == commands("README.md")


def test_the_quickstart_lists_shows_and_completes(address: str) -> None:
    waiting, work, done = replies("docs/api.md", address)

    assert waiting["items"][0]["id"] == done["id"] == 5
    assert "approve" in [outcome["value"] for outcome in work["outcomes"]]
    assert done["status"] == "completed"
