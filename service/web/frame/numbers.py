"""Numbers in addresses and forms: never larger than a database can compare."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter

MOST = 2**48 - 1  # of ids, and of pages, which are multiplied by their length
_DIGITS = len(str(MOST))


class NumberConverter(IntegerConverter):
    """``<int:...>`` of an address, with a bound: beyond it there is nothing, which is 404."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": MOST, **options})


def is_number(text: str) -> bool:
    """Say whether a text is a number that something may have."""
    return text.isdecimal() and len(text) <= _DIGITS and int(text) <= MOST


def number(text: str) -> int:
    """Read a number that was posted or asked for; for ``request.args.get(..., type=number)``."""
    if not is_number(text):
        raise ValueError("not a number of ours")
    return int(text)
