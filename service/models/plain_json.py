"""What of JSON any database can hold: no NUL, no half character, no huge number, no endless nesting."""

from __future__ import annotations

import re

MAX_DEPTH = 32
_MAX_INTEGER = 2**63
_NOT_PLAIN = re.compile("[\0\ud800-\udfff]")  # NUL, or half of a surrogate pair


def is_plain(value: object, depth: int = 0) -> bool:
    """Say whether a value read from JSON can be kept in any database as it is."""
    if isinstance(value, str):
        return _NOT_PLAIN.search(value) is None
    if isinstance(value, dict):
        return depth < MAX_DEPTH and all(
            is_plain(key) and is_plain(item, depth + 1) for key, item in value.items()
        )
    if isinstance(value, list):
        return depth < MAX_DEPTH and all(is_plain(item, depth + 1) for item in value)
    return not isinstance(value, int | float) or abs(value) < _MAX_INTEGER


def clean(value: object) -> object:
    """Return a value without the characters that cannot be kept."""
    if isinstance(value, str):
        return _NOT_PLAIN.sub("", value)
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value
