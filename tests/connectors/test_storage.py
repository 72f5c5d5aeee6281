from __future__ import annotations

import hashlib
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.connectors.storage import Storage
from service.errors import NotFound

NOW = datetime(2024, 3, 15, 1, tzinfo=UTC)


def test_file_is_found_by_the_hash_of_its_content(tmp_path: Path) -> None:
    storage = Storage(tmp_path)

    sha256 = storage.write(b"photo", NOW)

    assert sha256 == hashlib.sha256(b"photo").hexdigest()
    assert storage.read(sha256) == b"photo"
    assert storage.path(sha256) == tmp_path / "files" / sha256[:2] / sha256[2:]
    assert storage.exists(sha256)


def test_equal_files_are_one_file(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    writers = [threading.Thread(target=storage.write, args=(b"photo", NOW)) for _ in range(8)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [path.read_bytes() for path in (tmp_path / "files").glob("*/*")] == [b"photo"]


def test_file_is_readable_by_the_service_only(tmp_path: Path) -> None:
    storage = Storage(tmp_path)

    path = storage.path(storage.write(b"photo", NOW))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name", ["../secret_key", "", "a" * 63, "A" * 64, "/etc/passwd", "a" * 62 + "/.", "a" * 64 + "\n"]
)
def test_anything_but_a_hash_names_no_file(tmp_path: Path, name: str) -> None:
    storage = Storage(tmp_path)

    for use in (storage.read, storage.exists, storage.path):
        with pytest.raises(NotFound):
            use(name)


def test_file_that_is_not_there_or_was_changed_is_not_given_out(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    sha256 = storage.write(b"photo", NOW)

    with pytest.raises(NotFound, match="不在服务器上"):
        storage.read(hashlib.sha256(b"other").hexdigest())
    storage.path(sha256).write_bytes(b"phish")
    with pytest.raises(NotFound, match="已损坏"):
        storage.read(sha256)


def test_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    storage = Storage(tmp_path)

    with pytest.raises(OSError, match="No space left"):
        storage.write(b"photo", NOW)

    assert list((tmp_path / "files").glob("*/*")) == []


def test_file_handed_in_again_is_new_again(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    old, again = storage.write(b"old", NOW), storage.write(b"again", NOW)
    later = NOW + timedelta(days=2)

    storage.write(b"again", later)

    assert list(storage.list_old(later)) == [[old]]
    assert (storage.remove(old, later), storage.remove(again, later)) == (True, False)
    assert (storage.exists(old), storage.read(again)) == (False, b"again")


def test_file_handed_in_while_it_is_deleted_is_there_afterwards(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    later = NOW + timedelta(days=2)

    for number in range(200):
        data = f"photo {number}".encode()
        sha256 = storage.write(data, NOW)
        threads = [
            threading.Thread(target=storage.write, args=(data, later)),
            threading.Thread(target=storage.remove, args=(sha256, later)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert storage.read(sha256) == data


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    kept = storage.path(storage.write(b"photo", NOW))
    left = kept.parent / ".new-abc"
    left.write_bytes(b"ha")
    os.utime(left, (NOW.timestamp(), NOW.timestamp()))

    assert (storage.clear_unfinished(NOW), left.exists()) == (0, True)
    assert (storage.clear_unfinished(NOW + timedelta(days=1)), left.exists()) == (1, False)
    assert storage.read(kept.parent.name + kept.name) == b"photo"
