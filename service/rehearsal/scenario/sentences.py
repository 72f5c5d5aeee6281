"""How what is wanted and what is found are worded in a sentence."""

from __future__ import annotations

from typing import Any


def say(value: Any) -> str:
    """Return a value in words: quoted, a number bare, of several names for one thing the first."""
    if isinstance(value, list):
        return f"“{'、'.join(value)}”" if value else "空"
    if isinstance(value, tuple):
        return f"“{value[0]}”"
    return f"“{value}”" if isinstance(value, str) else f" {value} "
