"""What of JSON any database can hold: no NUL, no half character, no huge number, no endless nesting."""

from __future__ import annotations

MAX_DEPTH = 32
_MAX_INTEGER = 2**63


def is_plain(value: object, depth: int = 0) -> bool:
    """Say whether a value read from JSON can be kept in any database as it is."""
    if isinstance(value, str):
        return all(map(is_plain_character, value))
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
        return value if is_plain(value) else "".join(filter(is_plain_character, value))
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value


def is_plain_character(char: str) -> bool:
    """Say whether a character can be kept: neither NUL nor half of a surrogate pair."""
    return char != "\0" and not "\ud800" <= char <= "\udfff"
