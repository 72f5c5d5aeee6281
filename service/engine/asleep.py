"""Repetitions of a parallel multi-instance that nothing has touched: text until somebody asks for one.

A thousand reviewers wait at once and one of them answers: only that one becomes tokens. What sleeps is a
block of lines, a line a repetition with everything inside it; a line begins with what is open in it, so
that it is found without being read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

USER_TASK: Final = "u"
SERVICE_TASK: Final = "v"
TIMER: Final = "t"
SUBSCRIPTION: Final = "m"
CONDITION: Final = "c"  #: a wait for a condition; never listed as open

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
OPEN: Final = (USER_TASK, SERVICE_TASK, TIMER, SUBSCRIPTION)

_SOMETHING_OPEN: Final = re.compile(rb'^\["[^"]*","\|[^"]*?[uvtm]\d', re.MULTILINE)
_INDEX: Final = re.compile(rb'^\["([^"]*)","\|([^"]*)"', re.MULTILINE)


class Asleep:
    """The sleeping repetitions of an instance."""

    def __init__(self, block: bytes = b"", kinds: str = "") -> None:
        self.block = block  #: lines of JSON, each ended by a comma and a line break
        self.kinds = kinds if block else ""  #: nothing of another kind is open in here

    def __bool__(self) -> bool:
        return bool(self.block)

    def add(self, body: str, openings: list[tuple[str, str]], content: list[Any]) -> None:
        """Put a repetition to sleep: the key of its body, what is open in it by kind and key, the rest."""
        self.kinds = "".join(sorted({*self.kinds, *(kind for kind, _ in openings)}))
        index = "|" + "".join(f"{kind}{key}|" for kind, key in openings)
        self.block += (_encode([body, index, *content]) + ",\n").encode()

    def copy(self) -> Asleep:
        """Return the same, as it is now."""
        return Asleep(self.block, self.kinds)

    def is_open(self) -> bool:
        """Whether anything in here waits for somebody outside."""
        return _SOMETHING_OPEN.search(self.block) is not None

    def keys(self, kind: str) -> list[str]:
        """Return the keys of everything of a kind that is open in a sleeping repetition."""
        if kind not in self.kinds:
            return []
        letter = kind.encode()
        indexes = [line.split(b'"', 4)[3] for line in self.block.splitlines()]
        return [
            opening[1:].decode()
            for index in indexes
            for opening in index.split(b"|")
            if opening.startswith(letter)
        ]

    def take(self, kind: str, key: str) -> list[Any] | None:
        """Take out the repetition in which a key of a kind is open; None if none sleeps."""
        opening = f"|{kind}{key}|".encode()
        at = self.block.find(opening) if kind in self.kinds else -1
        while at >= 0:
            begin = self.block.rfind(b"\n", 0, at) + 1
            end = self.block.index(b"\n", at) + 1
            index = _INDEX.match(self.block, begin)
            if index is not None and at < index.end():  # not the same text in somebody's variables
                line = self.block[begin:end]
                self.block = self.block[:begin] + self.block[end:]
                return _read(line)
            at = self.block.find(opening, at + 1)
        return None

    def take_with(self, kind: str) -> Iterator[list[Any]]:
        """Take out every repetition in which something of a kind is open."""
        for key in self.keys(kind):
            found = self.take(kind, key)
            if found is not None:
                yield found

    def take_of(self, body: str) -> Iterator[list[Any]]:
        """Take out every repetition of a body."""
        mine = f'["{body}",'.encode()
        lines = self.block.splitlines(keepends=True)
        self.block = b"".join(line for line in lines if not line.startswith(mine))
        yield from (_read(line) for line in lines if line.startswith(mine))


def _read(line: bytes) -> list[Any]:
    content: list[Any] = json.loads(line.rstrip(b",\n"))
    return content
