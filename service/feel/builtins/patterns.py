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
_BLOCKS = {
    "IsBasicLatin": r"\x00-\x7f",
    "IsLatin-1Supplement": r"\x80-\xff",
    "IsGreek": r"\u0370-\u03ff",
    "IsCyrillic": r"\u0400-\u04ff",
    "IsCJKUnifiedIdeographs": r"\u4e00-\u9fff",
    "IsHiragana": r"\u3040-\u309f",
    "IsKatakana": r"\u30a0-\u30ff",
}
_NAME_START = r"A-Z_:a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufffd"
_LETTERS = {"i": _NAME_START, "c": _NAME_START + r"\-.0-9\xb7\u0300-\u036f"}
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


class _Reader:
    """Translates one pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = _BLANKS.sub(lambda match: match.group(1) or "", pattern) if "x" in flags else pattern
        self.multiline = "m" in flags
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
            return self._escape(in_class=False)
        if char == "[":
            return self._class()
        if char == "(":
            return self._group()
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

    def _class(self) -> str:
        """``[...]``, with XPath's subtraction ``[a-z-[aeiou]]``."""
        self.at += 1
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        out: list[str] = []
        minus = ""
        while not self.pattern.startswith("]", self.at):
            if self.at >= len(self.pattern):
                raise ValueError("a class is not closed")
            char = self.pattern[self.at]
            if char == "\\":
                out.append(self._escape(in_class=True))
            elif self.pattern.startswith("-[", self.at):
                self.at += 1
                minus = f"(?!{self._class()})"
            elif char == "[":
                raise ValueError("an opening bracket inside a class")
            else:
                out.append("\\" + char if char in "&|~#" else char)
                self.at += 1
        if not out:
            raise ValueError("a class is empty")
        self.at += 1
        made = f"[{'^' if negated else ''}{''.join(out)}]"
        return f"(?:{minus}{made})" if minus else made

    def _back_reference(self, group: int) -> str:
        """As many digits as there are groups for; what follows is text."""
        while self.pattern[self.at : self.at + 1].isdigit():
            longer = group * 10 + int(self.pattern[self.at])
            if longer > self.groups:
                break
            group = longer
            self.at += 1
        return f"(?:\\{group})"

    def _escape(self, *, in_class: bool) -> str:
        """One escape, as an item of a class or as a class of its own."""
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in ("p", "P"):
            match = _CATEGORY.match(self.pattern, self.at)
            if match is None:
                raise ValueError("a category has no name")
            self.at = match.end()
            return _wrap(_category(match.group(1)), letter == "P", in_class)
        self.at += 2
        if letter.lower() in _LETTERS and letter:
            return _wrap(_LETTERS[letter.lower()], letter.isupper(), in_class)
        if letter in _PLAIN_ESCAPES and letter:
            return "\\" + letter
        if letter.isdigit() and letter != "0" and not in_class:
            return self._back_reference(int(letter))
        raise ValueError(f"no such escape: \\{letter}")


def _wrap(items: str, negated: bool, in_class: bool) -> str:
    if not in_class:
        return f"[{'^' if negated else ''}{items}]"
    if negated:
        raise ValueError("a negated category inside a class")
    return items


@lru_cache(maxsize=64)
def _category(name: str) -> str:
    """The ranges of a Unicode category or block, as items of a class."""
    if name in _BLOCKS:
        return _BLOCKS[name]
    found: list[str] = []
    begin: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name)
        if inside and begin is None:
            begin = code
        elif not inside and begin is not None:
            found.append(f"\\U{begin:08x}-\\U{code - 1:08x}")
            begin = None
    if not found:
        raise ValueError(f"no such category: {name}")
    return "".join(found)


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
