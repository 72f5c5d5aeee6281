"""The variables of a process as they were saved: each is read when somebody asks for it, and no sooner.

A list of a thousand reviewers among the variables would otherwise be read and written again with every
one of their answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from service.engine.records import JSON, Variables

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
FEW: Final = 2_000  #: bytes of variables that are sooner read together than one by one
_NAME: Final = re.compile(rb'"((?:[^"\\]|\\.)*)":')


class Stored(Mapping[str, JSON]):
    """Variables, some of them still text. Never changed in place: ``replaced`` returns others."""

    __slots__ = ("_texts", "_values")

    def __init__(self, values: Mapping[str, JSON], texts: Mapping[str, bytes] | None = None) -> None:
        self._texts = dict(texts or {})  #: JSON as it was saved; a value that was read keeps its text
        self._values = dict(values)  #: what was read or written since; a name may be in either or both

    @classmethod
    def of(cls, values: Mapping[str, JSON]) -> Stored:
        """Return variables as they are."""
        return values if isinstance(values, cls) else cls(values)

    @classmethod
    def load(cls, lines: bytes) -> Stored:
        """Return variables from what ``dump`` wrote, unread if they are many, or raise ``ValueError``."""
        if len(lines) < FEW:
            return cls(json.loads(b"{" + lines + b"}"))
        texts: dict[str, bytes] = {}
        for line in lines.split(b"\n") if lines else ():
            found = _NAME.match(line)
            if found is None:
                raise ValueError("no line of a variable")
            texts[json.loads(line[: found.end() - 1])] = line[found.end() :].removesuffix(b",")
        return cls({}, texts)

    def __getitem__(self, name: str) -> JSON:
        if name not in self._values:
            self._values[name] = json.loads(self._texts[name])
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._texts
        yield from (name for name in self._values if name not in self._texts)

    def __len__(self) -> int:
        return len(self._texts.keys() | self._values.keys())

    def __contains__(self, name: object) -> bool:
        return name in self._texts or name in self._values

    def __repr__(self) -> str:
        return repr(dict(self))

    def replaced(self, values: Variables) -> Stored:
        """Return these variables with some set anew, in the places they had."""
        if not self._texts.keys() & values.keys():
            return Stored({**self._values, **values}, self._texts)
        texts = {
            name: _encode(values[name]).encode() if name in values else t for name, t in self._texts.items()
        }
        return Stored({**self._values, **values}, texts)

    def dump(self) -> bytes:
        """Return the inside of a JSON object: a line a variable, or one for all where they are few."""
        if not self._texts:
            text = _encode(self._values).encode()[1:-1]
            if len(text) < FEW:
                return text
        return b",\n".join(_encode(name).encode() + b":" + self._text_of(name) for name in self)

    def _text_of(self, name: str) -> bytes:
        text = self._texts.get(name)
        return _encode(self._values[name]).encode() if text is None else text


def replaced(data: Mapping[str, JSON], values: Variables) -> Mapping[str, JSON]:
    """Return variables with some set anew."""
    return data.replaced(values) if isinstance(data, Stored) else {**data, **values}
