"""From characters to tokens, one at a time, because what is one name depends on the names in scope.

``working days after`` is one name when somebody defined it, three words otherwise; ``a-b`` likewise.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from service.feel.errors import FeelError

KEYWORDS = frozenset(
    (
        *("and", "or", "for", "return", "if", "then", "else", "some", "every", "satisfies", "in"),
        *("between", "instance", "function", "true", "false", "null"),
    )
)
_START = (
    r"?A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_WORD = re.compile(rf"[{_START}][{_START}0-9\u00B7\u0300-\u036F\u203F-\u2040]*")
_PART = re.compile(rf"[{_START}0-9\u00B7\u0300-\u036F\u203F-\u2040]")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SPACE = re.compile(
    r"(?:[\s\u0009\u0020\u0085\u00A0\u1680\u180E\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]"
    r"|//[^\n]*|/\*.*?\*/)+",
    re.DOTALL,
)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"', re.DOTALL)
_OPERATOR = re.compile(r"\*\*|\.\.\.|\.\.|->|!=|<=|>=|[-+*/=<>(){}\[\],:.@]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{6})|\\(.)", re.DOTALL)
_PIECE = re.compile(r"[^\s./'+*-]+|[./'+*-]")
_DECLARED = rf"([{_START}](?:[{_START}0-9\u00B7\u0300-\u036F\u203F-\u2040./'+*\s-]*?))\s*"
_BEFORE = {
    ":": re.compile(_DECLARED + ":"),
    "in": re.compile(_DECLARED + r"(?<=\s)in\b"),
    ",": re.compile(_DECLARED + "(?=[,:)])"),
}
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of source: ``kind`` is number, string, name, keyword, operator or end."""

    kind: str
    text: str
    start: int
    end: int


class NameIndex:
    """Names of several pieces, found by their first piece, longest first.

    Blanks around a sign do not count: ``a-b`` and ``a - b`` are one name.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._names: set[str] = set()
        for name in names:
            self.add(name)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Make ``name`` known. A name of one word costs nothing when scanning."""
        name = normalise(name)
        if name in self._names:
            return
        self._names.add(name)
        pieces = _PIECE.findall(name)
        first = _WORD.match(name)
        if len(pieces) < 2 or first is None:
            return
        entries = self._by_first.setdefault(first.group(), [])
        entries.append((name, re.compile(_pattern_of(pieces), re.DOTALL)))
        entries.sort(key=lambda entry: -len(entry[0]))

    def longest(self, source: str, start: int, word: str) -> tuple[str, int] | None:
        """The longest known name of several pieces that begins at ``start`` with ``word``."""
        for name, pattern in self._by_first.get(word, ()):
            match = pattern.match(source, start)
            if match and not _continues(source, match.end(), name):
                return name, match.end()
        return None


def _pattern_of(pieces: list[str]) -> str:
    """Blanks must stand between two words, and may stand around a sign."""
    pattern = re.escape(pieces[0])
    for before, piece in pairwise(pieces):
        words = _PART.match(before[-1]) and _PART.match(piece)
        pattern += (_SPACE.pattern if words else f"(?:{_SPACE.pattern})?") + re.escape(piece)
    return pattern


def _continues(source: str, end: int, name: str) -> bool:
    """Whether the match stops in the middle of a word."""
    return bool(_PART.match(name[-1]) and _PART.match(source, end))


def normalise(name: str) -> str:
    """The name with runs of white space made one space."""
    return " ".join(name.split())


class Scanner:
    """Reads tokens from ``source`` at a given offset."""

    def __init__(self, source: str) -> None:
        self.source = source

    def token(self, offset: int, scopes: Iterable[NameIndex]) -> Token:
        """The token at or after ``offset``, with the names of ``scopes`` known (innermost first)."""
        start = self.skip(offset)
        source = self.source
        if start >= len(source):
            return Token("end", "", start, start)
        char = source[start]
        if char.isdigit() or (char == "." and source[start + 1 : start + 2].isdigit()):
            number = _NUMBER.match(source, start)
            if number:
                return Token("number", number.group(), start, number.end())
        word = _WORD.match(source, start)
        if word:
            return self._name(word, scopes)
        if char == '"':
            string = _STRING.match(source, start)
            if not string:
                raise self.error("string-not-closed", start, source[start : start + 20])
            return Token("string", unescape(string.group(1)), start, string.end())
        operator = _OPERATOR.match(source, start)
        if not operator:
            raise self.error("unexpected-character", start, char)
        return Token("operator", operator.group(), start, operator.end())

    def _name(self, word: re.Match[str], scopes: Iterable[NameIndex]) -> Token:
        best: tuple[str, int] | None = None
        for scope in scopes:
            found = scope.longest(self.source, word.start(), word.group())
            if found and (best is None or found[1] > best[1]):
                best = found
        if best:
            return Token("name", best[0], word.start(), best[1])
        kind = "keyword" if word.group() in KEYWORDS else "name"
        return Token(kind, word.group(), word.start(), word.end())

    def skip(self, offset: int) -> int:
        """The offset past white space and comments."""
        space = _SPACE.match(self.source, offset)
        return space.end() if space else offset

    def name_before(self, ending: str, offset: int) -> int | None:
        """Where the name that starts at ``offset`` ends, if ``ending`` (``:`` or ``in``) follows it."""
        match = _BEFORE[ending].match(self.source, offset)
        return match.end(1) if match else None

    def error(self, code: str, offset: int, text: str, **parameters: object) -> FeelError:
        """A ``FeelError`` at ``offset``."""
        line = self.source.count("\n", 0, offset) + 1
        column = offset - (self.source.rfind("\n", 0, offset) + 1) + 1
        return FeelError(code, line=line, column=column, text=text, **parameters)


def unescape(text: str) -> str:
    """The string a literal stands for. Escaped surrogate pairs become one character."""
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        short, long, char = match.groups()
        if short or long:
            code = int(short or long, 16)
            return chr(code) if code <= sys.maxunicode else match.group()
        return _ESCAPED.get(char, "\\" + char)

    plain = _ESCAPE.sub(replace, text)
    if any("\ud800" <= char <= "\udfff" for char in plain):
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain
