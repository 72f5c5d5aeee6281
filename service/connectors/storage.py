"""Uploaded files, kept by the hash of their content outside the web root."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from service.connectors.files import write_whole
from service.errors import NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Storage:
    """Files under ``<data_dir>/files/ab/cdef…``, named by their SHA-256: equal files are one file."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "files"

    def write(self, data: bytes) -> str:
        """Keep a file and return its SHA-256. It is on the disk when this returns."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            write_whole(path, data)
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

    def remove(self, sha256: str) -> None:
        """Delete a file; one that is not there is deleted already."""
        self.path(sha256).unlink(missing_ok=True)

    def exists(self, sha256: str) -> bool:
        """Say whether a file is kept."""
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Return where a file is kept. Anything but 64 hexadecimal digits names no file."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound("没有这个文件。")
        return self._root / sha256[:2] / sha256[2:]
