"""The keys of an installation: from the settings, or made once and kept in the data directory."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from service.config import BadSetting, Settings
from service.connectors.files import sync_directory, write_beside

_HEX_32_BYTES = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The secrets the service works with."""

    secret_key: str = field(repr=False)  #: signs session cookies
    field_key: bytes = field(repr=False)  #: 32 bytes; encrypts personal data. Lost means unreadable


def read_or_make_keys(settings: Settings) -> Keys:
    """Return the keys; those the settings do not give are read from ``data_dir`` or made there.

    Any number of processes may start at once: all get the same keys.
    """
    field_key = settings.field_key or _read_or_make(settings.data_dir / "field_key")
    return Keys(
        secret_key=settings.secret_key or _read_or_make(settings.data_dir / "secret_key"),
        field_key=bytes.fromhex(field_key),
    )


def _read_or_make(path: Path) -> str:
    if not path.exists():
        _make(path)
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
