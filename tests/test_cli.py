"""Commands end in one line and an exit code where somebody has to do something, never in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.config import PREFIX

ROOT = Path(__file__).resolve().parents[1]
#: nobody listens there
AWAY = "postgresql://nobody@127.0.0.1:1/nothing"
REFUSED, UNAVAILABLE = 2, 3


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("migrate",), ("audit", "verify")], ids=str)
def test_lost_field_key_stops_every_command(command: tuple[str, ...], tmp_path: Path) -> None:
    assert _run(tmp_path, "migrate").returncode == 0
    (tmp_path / "field_key").unlink()

    ended = _run(tmp_path, *command)

    assert ended.returncode == REFUSED
    assert ended.stderr == (
        f"the field key of this database is missing: {tmp_path / 'field_key'} is not there and "
        "XUANSHU_FIELD_KEY is not set. Nothing was changed. Restore the key from the backup of the keys; "
        "a new one could not read what is encrypted\n"
    )
    assert not (tmp_path / "field_key").exists()


def test_first_administrator_is_created_before_any_round(tmp_path: Path) -> None:
    assert _run(tmp_path, "migrate").returncode == 0

    loaded = _run(tmp_path, "load-units", "changzhou-good-youth")
    refused = _run(tmp_path, "open-round", "changzhou-good-youth", "--year", "2024")
    password = ("--password", "a-long-password")
    created = _run(tmp_path, "create-user", "li", "李某", "cz", "--role", "admin", *password)

    assert (loaded.returncode, loaded.stdout) == (0, "loaded 25 units of changzhou-good-youth\n")
    assert (refused.returncode, refused.stderr) == (
        REFUSED,
        "2024 年的截止日期已全部过去（最后一项是 2024年3月25日24:00），不能再开设这一届。"
        "请填写以后的年份。\n",
    )
    assert (created.returncode, created.stdout) == (0, "created li\n")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_tables_that_are_not_there_stop_the_start(command: str, tmp_path: Path) -> None:
    ended = _run(tmp_path, command)

    assert (ended.returncode, ended.stderr) == (
        REFUSED,
        "the database's tables are not up to date: run `xuanshu migrate` first\n",
    )


@pytest.mark.parametrize("command", [("migrate",), ("audit", "verify")], ids=str)
def test_database_that_is_away_ends_a_command_in_a_line(command: tuple[str, ...], tmp_path: Path) -> None:
    ended = _run(tmp_path, *command, DATABASE_URL=AWAY, LOG_LEVEL="error")

    assert ended.returncode == UNAVAILABLE
    assert ended.stderr.startswith("the database does not answer: connection failed:")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("DATABASE_URL", "nonsense", "XUANSHU_DATABASE_URL is not the URL of an SQLite or PostgreSQL"),
        ("DATA_DIR", "/dev/null/x", "XUANSHU_DATA_DIR must be a directory that can be written"),
        ("LOG_LEVEL", "loud", "XUANSHU_LOG_LEVEL must be one of debug, info, warning, error"),
    ],
)
def test_setting_that_cannot_be_meant_is_named(
    setting: str, value: str, sentence: str, tmp_path: Path
) -> None:
    ended = _run(tmp_path, "migrate", **{setting: value})

    assert ended.returncode == REFUSED
    assert ended.stderr.startswith(sentence)
    assert len(ended.stderr.splitlines()) == 1


def test_log_level_comes_from_a_file_like_every_setting(tmp_path: Path) -> None:
    level = tmp_path / "level"
    level.write_text("error\n")

    quiet = _run(tmp_path, "migrate", DATABASE_URL=AWAY, LOG_LEVEL_FILE=str(level))
    loud = _run(tmp_path, "migrate", DATABASE_URL=AWAY)

    assert "level=warning" in loud.stderr
    assert "level=warning" not in quiet.stderr


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {f"{PREFIX}{name}": value for name, value in {"DATA_DIR": str(folder), **settings}.items()}
    program = [sys.executable, "-c", "from service.cli import main; main()", *arguments]
    return subprocess.run(
        program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
