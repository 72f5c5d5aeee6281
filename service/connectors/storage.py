"""Uploaded files, kept by the hash of their content outside the web root."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from service.connectors.files import UNFINISHED, write_whole
from service.errors import NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Storage:
    """Files under ``<data_dir>/files/ab/cdef…``, named by their SHA-256: equal files are one file.

    A file's time is when it was last handed in. Whoever hands it in holds a shared lock, whoever deletes it
    the only one: between looking at the time and deleting nobody hands it in again.
    """

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "files"

    def write(self, data: bytes, now: datetime) -> str:
        """Keep a file and return its SHA-256. It is on the disk when this returns."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        with self._lock(fcntl.LOCK_SH):
            if not path.exists():
                write_whole(path, data)
            os.utime(path, (now.timestamp(), now.timestamp()))
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return a file; NotFound if it is missing or its bytes are not what was kept."""
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("文件不在服务器上，请联系管理员从备份恢复。") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NotFound("文件内容已损坏，请联系管理员从备份恢复。")
        return data

    def remove(self, sha256: str, before: datetime) -> bool:
        """Delete a file last handed in before a moment; False if it was handed in since, or is not there."""
        path = self.path(sha256)
        with self._lock(fcntl.LOCK_EX):
            is_old = path.is_file() and _is_older(path, before)
            if is_old:
                path.unlink()
        return is_old

    def list_old(self, before: datetime) -> Iterator[list[str]]:
        """Yield the files last handed in before a moment, a directory at a time."""
        for folder in self._folders():
            found = [
                folder.name + path.name
                for path in folder.iterdir()
                if _SHA256.fullmatch(folder.name + path.name) and _is_older(path, before)
            ]
            if found:
                yield sorted(found)

    def clear_unfinished(self, before: datetime) -> int:
        """Delete what writers that were killed before a moment left half written; return how many."""
        left = [
            path for folder in self._folders() for path in folder.glob(f"{UNFINISHED}*")
            if _is_older(path, before)
        ]  # fmt: skip
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def exists(self, sha256: str) -> bool:
        """Say whether a file is kept."""
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Return where a file is kept. Anything but 64 hexadecimal digits names no file."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound("没有这个文件。")
        return self._root / sha256[:2] / sha256[2:]

    def _folders(self) -> list[Path]:
        return sorted(path for path in self._root.glob("[0-9a-f][0-9a-f]") if path.is_dir())

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, kind)
            yield
        finally:
            os.close(handle)


def _is_older(path: Path, before: datetime) -> bool:
    """Say whether a file's time lies before a moment; one that is gone by now is not there to be old."""
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False
