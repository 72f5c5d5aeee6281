"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

#: how the names of files begin that are not whole yet
UNFINISHED = ".new-"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, readable by its owner only, and replace what was there in one move.

    The bytes and the directory entry are on the disk when this returns: a power cut leaves the old
    file or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = write_beside(path, data)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_beside(path: Path, data: bytes) -> Path:
    """Write bytes to a fresh file next to ``path``, synced and readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def sync_directory(path: Path) -> None:
    """Make a rename in a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
