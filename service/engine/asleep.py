"""Repetitions that nothing has touched, what is still to be repeated, and what came of those that are done.

A thousand reviewers wait at once and one of them answers: only that one becomes tokens. Everything else is
a block of lines, each of one body: a sleeping repetition of a parallel multi-instance with everything
inside it, an item a sequential one has not begun, or the result of a repetition. What is open in sleeping
repetitions is listed beside the block, by kind, so that it is found without reading a line.
"""

from __future__ import annotations

import json
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

USER_TASK: Final = "u"
SERVICE_TASK: Final = "v"
TIMER: Final = "t"
SUBSCRIPTION: Final = "m"
CONDITION: Final = "c"  #: a wait for a condition; never listed as open

OPEN: Final = (USER_TASK, SERVICE_TASK, TIMER, SUBSCRIPTION)
QUEUED: Final = "="  #: marks an item that is still to be repeated
RESULT: Final = "#"  #: marks a result, followed by the number of its repetition

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Asleep:
    """The lines of an instance, and an index of what is open in them."""

    def __init__(
        self, text: bytes = b"", begin: int = 0, end: int = 0, index: Mapping[str, str] | None = None
    ) -> None:
        self._text = text  #: what holds the lines, each of JSON and ended by a comma and a line break
        self._begin, self._end = begin, end  #: where they are in it: a whole state is not copied to be read
        self._pieces: list[memoryview | bytes] | None = None  #: the lines instead, cut and not yet joined
        self.index = dict(index or {})  #: kind: keys in order, each between two bars

    def __bool__(self) -> bool:
        return any(self.pieces())

    def pieces(self) -> list[memoryview | bytes]:
        """Return every line, in pieces to be joined."""
        if self._pieces is None:
            self._pieces = [memoryview(self._text)[self._begin : self._end]]
        return self._pieces

    def _gather(self) -> None:
        if self._pieces is not None and len(self._pieces) > 1:
            self._hold(b"".join(self._pieces))

    def _hold(self, text: bytes) -> None:
        self._text, self._begin, self._end, self._pieces = text, 0, len(text), None

    def add(self, body: str, openings: list[tuple[str, str]], content: list[Any]) -> None:
        """Put a repetition to sleep: the key of its body, what is open in it by kind and key, the rest."""
        for kind, key in openings:
            self._note(kind, key)
        self._write([body, "|" + "".join(f"{kind}{key}|" for kind, key in openings), *content])

    def queue(self, body: str, items: Iterable[Any]) -> None:
        """Keep items that a sequential multi-instance will come to."""
        for item in items:
            self._write([body, QUEUED, item])

    def keep_result(self, body: str, number: int, value: Any) -> None:
        """Keep what a repetition came to."""
        self._write([body, f"{RESULT}{number}", value])

    def take_queued(self, body: str) -> Any:
        """Take out the item that is next in a body's queue."""
        return _read(self._cut(self._find(f'["{body}","{QUEUED}",'.encode())))[2]

    def results(self, body: str) -> Iterator[tuple[int, Any]]:
        """Yield what the repetitions of a body came to so far, with their numbers."""
        mark = f'["{body}","{RESULT}'.encode()
        at = self._find(mark)
        while at >= 0:
            _, number, value = _read(self._text[at : self._text.index(b"\n", at) + 1])
            yield int(number[1:]), value
            at = self._find(mark, at + 1)

    def is_open(self) -> bool:
        """Whether anything in here waits for somebody outside."""
        return any(self.index.get(kind) for kind in OPEN)

    def keys(self, kind: str) -> list[str]:
        """Return the keys of everything of a kind that is open in a sleeping repetition, in order."""
        return keys_in(self.index, kind)

    def take(self, kind: str, key: str) -> list[Any] | None:
        """Take out the repetition in which a key of a kind is open; None if none sleeps."""
        if f"|{key}|" not in self.index.get(kind, ""):
            return None
        self._gather()
        opening, text = f"|{kind}{key}|".encode(), self._text
        at = text.find(opening, self._begin, self._end)
        while at >= 0:
            begin = max(text.rfind(b"\n", self._begin, at) + 1, self._begin)
            if at < _end_of_index(text, begin):  # not the same text in somebody's variables
                return self._forget(_read(self._cut(begin)))
            at = text.find(opening, at + 1, self._end)
        return None

    def take_with(self, kind: str) -> Iterator[list[Any]]:
        """Take out every repetition in which something of a kind is open."""
        for key in self.keys(kind):
            found = self.take(kind, key)
            if found is not None:
                yield found

    def take_of(self, body: str) -> Iterator[list[Any]]:
        """Take out every repetition of a body, and drop what else is kept for it."""
        mine = f'["{body}",'.encode()
        at = self._find(mine)
        if at < 0:
            return
        lines = b"".join(self.pieces()).splitlines(keepends=True)
        self._hold(b"".join(line for line in lines if not line.startswith(mine)))
        for line in lines:
            if line.startswith(mine + b'"|'):
                yield self._forget(_read(line))

    def take_all(self) -> list[list[Any]]:
        """Take out every repetition; items still to come and results stay."""
        lines = b"".join(self.pieces()).splitlines(keepends=True)
        sleeping = [line for line in lines if _end_of_index(line, 0) >= 0]
        self._hold(b"".join(line for line in lines if _end_of_index(line, 0) < 0))
        return [self._forget(_read(line)) for line in sleeping]

    def _write(self, line: list[Any]) -> None:
        self.pieces().append((_encode(line) + ",\n").encode())

    def _find(self, mark: bytes, start: int = 0) -> int:
        """Return where the next line begins that begins with a mark; -1 if none does."""
        self._gather()
        if start == 0 and self._text.startswith(mark, self._begin, self._end):
            return self._begin
        return self._text.find(b"\n" + mark, max(start, self._begin), self._end) + 1 or -1

    def _cut(self, begin: int) -> bytes:
        text, end = memoryview(self._text), self._text.index(b"\n", begin) + 1
        self._pieces = [text[self._begin : begin], text[end : self._end]]
        return bytes(text[begin:end])

    def _note(self, kind: str, key: str) -> None:
        text = self.index.get(kind) or "|"
        if len(text) > 1 and int(text[text.rindex("|", 0, -1) + 1 : -1]) > int(key):
            keys = text[1:-1].split("|")
            insort(keys, key, key=int)
            self.index[kind] = f"|{'|'.join(keys)}|"
        else:
            self.index[kind] = f"{text}{key}|"

    def _forget(self, content: list[Any]) -> list[Any]:
        for opening in content[1][1:-1].split("|") if len(content[1]) > 1 else ():
            kind, key = opening[0], opening[1:]
            self.index[kind] = self.index[kind].replace(f"|{key}|", "|", 1)
            if self.index[kind] == "|":
                del self.index[kind]
        return content


def keys_in(index: Mapping[str, str], kind: str) -> list[str]:
    """Return an index's keys of a kind, in order."""
    text = index.get(kind)
    return text[1:-1].split("|") if text else []


def _end_of_index(block: bytes, begin: int) -> int:
    """Return where the index ends of the line that begins there; -1 if it is no repetition."""
    index = block.index(b'"', begin + 2) + 3
    return block.index(b'"', index) if block.startswith(b'","|', index - 3) else -1


def _read(line: bytes) -> list[Any]:
    content: list[Any] = json.loads(line.rstrip(b",\n"))
    return content
