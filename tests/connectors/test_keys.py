from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.config import BadSetting, Settings
from service.connectors.keys import read_or_make_keys


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")

    keys = read_or_make_keys(settings)

    assert read_or_make_keys(settings) == keys
    assert len(keys.field_key) == 32
    made = sorted((tmp_path / "var").iterdir())
    assert [path.name for path in made] == ["field_key", "secret_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}


def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: read_or_make_keys(settings), range(8)))

    assert len({(key.secret_key, key.field_key) for key in keys}) == 1


def test_keys_of_the_settings_come_first(tmp_path: Path) -> None:
    keys = read_or_make_keys(Settings(data_dir=tmp_path, secret_key="s", field_key="ab" * 32))

    assert (keys.secret_key, keys.field_key) == ("s", b"\xab" * 32)
    assert list(tmp_path.iterdir()) == []


def test_damaged_key_stops_the_start_instead_of_making_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "field_key").write_text("oops")

    with pytest.raises(BadSetting, match="field_key must hold 64 hexadecimal digits"):
        read_or_make_keys(Settings(data_dir=tmp_path))


def test_keys_do_not_show_in_a_traceback(tmp_path: Path) -> None:
    assert repr(read_or_make_keys(Settings(data_dir=tmp_path))) == "Keys()"
