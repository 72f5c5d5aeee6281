from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.config import BadSetting, Settings
from service.connectors.keys import find_field_key, make_field_key, read_or_make_secret_key


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")

    secret_key, field_key = read_or_make_secret_key(settings), make_field_key(settings)

    assert (read_or_make_secret_key(settings), find_field_key(settings)) == (secret_key, field_key)
    assert len(field_key) == 32
    made = sorted((tmp_path / "var").iterdir())
    assert [path.name for path in made] == ["field_key", "secret_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}


def test_field_key_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    assert find_field_key(Settings(data_dir=tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: make_field_key(settings), range(8)))

    assert len(set(keys)) == 1


def test_keys_of_the_settings_come_first(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key="s", field_key="ab" * 32)

    assert (read_or_make_secret_key(settings), find_field_key(settings)) == ("s", b"\xab" * 32)
    assert list(tmp_path.iterdir()) == []


def test_damaged_key_stops_the_start_instead_of_making_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "field_key").write_text("oops")

    with pytest.raises(BadSetting, match="field_key must hold 64 hexadecimal digits"):
        find_field_key(Settings(data_dir=tmp_path))
