"""The keys of an installation: from the settings, or made once and kept in the data directory."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from service.config import BadSetting, Settings
from service.connectors.files import sync_directory, write_beside

_HEX_32_BYTES = re.compile(r"[0-9a-fA-F]{64}")


def read_or_make_secret_key(settings: Settings) -> str:
    """Return what signs session cookies; one the settings do not give is read from ``data_dir`` or made.

    Any number of processes may start at once: all get the same.
    """
    return settings.secret_key or _read_or_make(settings.data_dir / "secret_key")


def find_field_key(settings: Settings) -> bytes | None:
    """Return what encrypts personal data, 32 bytes; None where neither settings nor ``data_dir`` has it."""
    if settings.field_key:
        return bytes.fromhex(settings.field_key)
    path = field_key_path(settings)
    return bytes.fromhex(_read(path)) if path.exists() else None


def make_field_key(settings: Settings) -> bytes:
    """Make the key that encrypts personal data and return it, or the one another process just made.

    Only for a database that holds nothing encrypted: what was encrypted with another is lost to this one.
    """
    return bytes.fromhex(_read_or_make(field_key_path(settings)))


def field_key_path(settings: Settings) -> Path:
    """Return where the key is kept that the settings do not give."""
    return settings.data_dir / "field_key"


def _read_or_make(path: Path) -> str:
    if not path.exists():
        _make(path)
    return _read(path)


def _read(path: Path) -> str:
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if not _HEX_32_BYTES.fullmatch(key):
        raise BadSetting(f"{path} must hold 64 hexadecimal digits: restore it from the backup")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = write_beside(path, secrets.token_hex(32).encode() + b"\n")
    try:
        # a link never overwrites: of two processes that start at once the second reads the first's key
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    sync_directory(path.parent)
