"""XPath regular expressions on Python's, within bounds that keep matching quick.

Python's matcher backtracks, and cannot be stopped. Patterns come from a modeller, texts from anybody, so
the more repetition a pattern has, the shorter the text may be.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from service.feel.builtins.pattern_cost import max_text
from service.feel.frame import Run

_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": 0, "q": 0}
_MAX_PATTERN = 1_000
_CATEGORY = re.compile(r"\\[pP]\{([\w-]+)\}")
_BLANKS = re.compile(r"(\[(?:[^\]\\]|\\.)*\])|[ \t\r\n]+", re.DOTALL)  # a class keeps its blanks
_QUANTITY = re.compile(r"\{\d+(?:,\d*)?\}")
_BLOCKS = {
    "IsBasicLatin": ((0x00, 0x7F),),
    "IsLatin-1Supplement": ((0x80, 0xFF),),
    "IsGreek": ((0x370, 0x3FF),),
    "IsCyrillic": ((0x400, 0x4FF),),
    "IsCJKUnifiedIdeographs": ((0x4E00, 0x9FFF),),
    "IsHiragana": ((0x3040, 0x309F),),
    "IsKatakana": ((0x30A0, 0x30FF),),
}
_NAME_START = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x1FFF), (0x2C00, 0xD7FF), (0xF900, 0xFFFD),
)  # fmt: skip
_NAME_MORE = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7))
_LETTERS = {"i": _NAME_START, "c": tuple(sorted(_NAME_START + _NAME_MORE))}
_PLAIN_ESCAPES = frozenset("nrtdDsSwW\\|.-^?*+{}()[]$")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern ready for use, and how long a text it may be used on."""

    python: re.Pattern[str]
    max_text: int


def compile_pattern(run: Run, pattern: str, flags: str, text: str) -> re.Pattern[str] | None:
    """The Python pattern, or None with a warning."""
    compiled = _compiled(pattern, flags)
    if isinstance(compiled, str):
        run.warn(f"the pattern {pattern[:40]!r} cannot be used: {compiled}")
        return None
    if len(text) > compiled.max_text:
        run.warn(f"the pattern {pattern[:40]!r} takes texts of up to {compiled.max_text} characters")
        return None
    run.step(len(text) // 64)
    return compiled.python


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> Pattern | str:
    """The pattern, or the reason why there is none."""
    if len(pattern) > _MAX_PATTERN:
        return "it is too long"
    if set(flags) - _FLAGS.keys():
        return f"no such flag: {flags}"
    bits = 0
    for flag in flags:
        bits |= _FLAGS[flag]
    try:
        if "q" in flags:
            return Pattern(re.compile(re.escape(pattern), bits & re.IGNORECASE), max_text(""))
        reader = _Reader(pattern, flags)
        return Pattern(re.compile(reader.translate(), bits), max_text(reader.pattern))
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        return str(error)


@dataclass(frozen=True, slots=True)
class _Escape:
    """What an escape stands for in Python's syntax."""

    text: str
    is_set: bool = False  #: items of a class, which the flag i does not touch


class _Reader:
    """Translates one pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = _BLANKS.sub(lambda match: match.group(1) or "", pattern) if "x" in flags else pattern
        self.multiline = "m" in flags
        self.folds = "i" in flags
        self.at = 0
        self.groups = 0

    def translate(self) -> str:
        """The pattern in Python's syntax. ValueError where it is not XPath's."""
        out: list[str] = []
        while self.at < len(self.pattern):
            out.append(self._piece())
        return "".join(out)

    def _piece(self) -> str:
        char = self.pattern[self.at]
        if char == "\\":
            return self._outside_class(self._escape())
        if char == "[":
            return self._class()
        if char == "(":
            return self._group()
        if char == "{" and not _QUANTITY.match(self.pattern, self.at):
            raise ValueError("a brace that is no quantity")
        self.at += 1
        if char == "$":
            return "$" if self.multiline else r"\Z"
        return char

    def _group(self) -> str:
        if self.pattern.startswith("(?", self.at) and not self.pattern.startswith("(?:", self.at):
            raise ValueError("only (?: may follow an opening parenthesis")
        self.at += 1
        self.groups += not self.pattern.startswith("?:", self.at)
        return "("

    def _outside_class(self, escape: _Escape) -> str:
        """An escape on its own: a category is not folded by the flag i."""
        if not escape.is_set:
            return escape.text
        return f"(?-i:[{escape.text}])" if self.folds else f"[{escape.text}]"

    def _class(self) -> str:
        """``[...]``, with XPath's subtraction ``[a-z-[aeiou]]``."""
        self.at += 1
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        out: list[str] = []
        unfolded: list[str] = []  # categories, which the flag i does not touch
        minus = ""
        while not self.pattern.startswith("]", self.at):
            if self.at >= len(self.pattern):
                raise ValueError("a class is not closed")
            char = self.pattern[self.at]
            if char == "\\":
                escape = self._escape(in_class=True)
                (unfolded if escape.is_set and self.folds else out).append(escape.text)
            elif self.pattern.startswith("-[", self.at):
                self.at += 1
                minus = f"(?!{self._class()})"
            elif char == "[":
                raise ValueError("an opening bracket inside a class")
            else:
                out.append("\\" + char if char in "&|~#" else char)
                self.at += 1
        if not out and not unfolded:
            raise ValueError("a class is empty")
        self.at += 1
        return _join_class("".join(out), "".join(unfolded), minus, negated=negated)

    def _back_reference(self, group: int) -> str:
        """As many digits as there are groups for; what follows is text."""
        while self.pattern[self.at : self.at + 1].isdigit():
            longer = group * 10 + int(self.pattern[self.at])
            if longer > self.groups:
                break
            group = longer
            self.at += 1
        return f"(?:\\{group})"

    def _escape(self, *, in_class: bool = False) -> _Escape:
        """One escape: a set of characters, or text for the pattern as it stands."""
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in ("p", "P"):
            match = _CATEGORY.match(self.pattern, self.at)
            if match is None:
                raise ValueError("a category has no name")
            self.at = match.end()
            return _Escape(_items(_category(match.group(1)), negated=letter == "P"), is_set=True)
        self.at += 2
        if letter.lower() in _LETTERS and letter:
            return _Escape(_items(_LETTERS[letter.lower()], negated=letter.isupper()), is_set=True)
        if letter in _PLAIN_ESCAPES and letter:
            return _Escape("\\" + letter)
        if letter.isdigit() and letter != "0" and not in_class:
            return _Escape(self._back_reference(int(letter)))
        raise ValueError(f"no such escape: \\{letter}")


def _join_class(folded: str, unfolded: str, minus: str, *, negated: bool) -> str:
    """A class of what the flag i folds and what it does not."""
    plain = f"[{'^' if negated else ''}{folded}]" if folded else ""
    if not unfolded:
        made = plain
    elif negated:
        made = f"(?!(?-i:[{unfolded}])){plain}" if plain else f"(?-i:[^{unfolded}])"
    else:
        made = f"(?:(?-i:[{unfolded}]){'|' + plain if plain else ''})"
    return f"(?:{minus}{made})" if minus else made


_Ranges = tuple[tuple[int, int], ...]


@lru_cache(maxsize=64)
def _category(name: str) -> _Ranges:
    """The ranges of a Unicode category or block."""
    if name in _BLOCKS:
        return _BLOCKS[name]
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name)
        if inside and begin is None:
            begin = code
        elif not inside and begin is not None:
            found.append((begin, code - 1))
            begin = None
    if not found:
        raise ValueError(f"no such category: {name}")
    return tuple(found)


@lru_cache(maxsize=64)
def _items(ranges: _Ranges, *, negated: bool) -> str:
    """Ranges, or all that lies outside of them, as items of a class."""
    wanted = list(ranges)
    if negated:
        edges = [-1, *(edge for pair in ranges for edge in pair), sys.maxunicode + 1]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        wanted = [(low + 1, high - 1) for low, high in pairs if low + 1 <= high - 1]
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in wanted)


def replacement(template: str, groups: int) -> str | None:
    """An XPath replacement as Python's; None where ``$`` or a backslash is misused."""
    out: list[str] = []
    at = 0
    while at < len(template):
        char = template[at]
        following = template[at + 1 : at + 2]
        if char not in "$\\":
            out.append(char)
            at += 1
            continue
        if char == "$" and following.isdigit():
            out.append(f"\\g<{following}>" if int(following) <= groups else "")
        elif char == "\\" and following in ("\\", "$") and following:
            out.append("\\\\" if following == "\\" else "$")
        else:
            return None
        at += 2
    return "".join(out)
