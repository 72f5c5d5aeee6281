"""How long a text is in 字, and whether that is what the notice asked for (A-03)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# 汉字 (with extensions and 〇); each run of letters or digits, such as 5G or 12.5%, counts as one 字
_HAN = r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
_COUNTED = re.compile(rf"{_HAN}|(?:(?!{_HAN})[^\W_])+(?:[.,'’-](?:(?!{_HAN})[^\W_])+)*")


@dataclass(frozen=True, kw_only=True)
class TextLength:
    """The length a text should have. ``hard`` refuses beyond ``most``; else everything only warns."""

    about: int  #: the number the notice prints, for the message
    least: int = 0
    most: int
    hard: bool = False

    @classmethod
    def around(cls, about: int, tolerance: float = 0.2) -> TextLength:
        """300字 read as about 300: a warning outside the tolerance, never a refusal."""
        slack = round(about * tolerance)
        return cls(about=about, least=about - slack, most=about + slack)

    @classmethod
    def within(cls, most: int) -> TextLength:
        """500字内 read as at most 500."""
        return cls(about=most, most=most, hard=True)


def count_characters(text: str) -> int:
    """Count 字: each Han character, and each run of letters or digits, once; punctuation not at all."""
    return sum(1 for _ in _COUNTED.finditer(text))


def describe_length(rule: TextLength, text: str) -> str | None:
    """Return a sentence when the length is not what was asked for, None when it is."""
    length = count_characters(text)
    if length > rule.most:
        limit = f"{rule.about}字以内" if rule.hard else f"约{rule.about}字（不超过{rule.most}字）"
        advice = "请删减" if rule.hard else "建议删减，详细内容可另附页"
        return f"现有{length}字，要求{limit}，{advice}。"
    if length < rule.least:
        return f"现有{length}字，要求约{rule.about}字（不少于{rule.least}字），建议补充具体事例。"
    return None
