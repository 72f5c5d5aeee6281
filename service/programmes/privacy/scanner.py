"""Finding in a text what may not be published: identity numbers, telephones, words of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.programmes.rule import identity_number

#: words looked for in every programme (脱密, 002-C); a programme adds its own in programme.toml
WORDS = ("绝密", "机密", "涉密", "涉敏", "内部资料", "内部文件", "不宜公开", "仅供内部", "不得外传")
#: characters shown before and after a finding
AROUND = 6


class Kind(StrEnum):
    """What was found."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    WORD = "word"


NAMES = {Kind.ID_NUMBER: "身份证号", Kind.PHONE: "电话号码", Kind.WORD: "涉敏词"}


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One finding in a text."""

    kind: Kind
    excerpt: str  #: with what surrounds it; numbers masked


_NARROW = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
# digits may be parted by blanks or hyphens, as people write numbers they want to be readable
_ID_NUMBER = re.compile(r"(?<!\d)(?:\d[ -]?){17}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[ -]?[3-9](?:[ -]?\d){9}(?!\d)")
# run together it begins with an area code that is given out, and is no fraction of a number
_LANDLINE = re.compile(
    r"(?:(?<!\d)0\d{2,3}[ -]|[(（]0\d{2,3}[)）][ -]?)\d{7,8}(?!\d)"
    r"|(?<!\d)(?<!\d\.)0(?:10|2\d|[3-9]\d{2})\d{7,8}(?!\d)"
)


def scan(text: str, words: Sequence[str] = ()) -> list[Hit]:
    """Return everything in a text that should not be published, in its order.

    Full-width digits count as digits. An identity number needs no valid check digit: one with a slip
    of the pen names a person all the same.
    """
    plain = text.translate(_NARROW)
    found: list[tuple[int, Hit]] = []
    taken: list[range] = []
    for kind, pattern, mask in (
        (Kind.ID_NUMBER, _ID_NUMBER, identity_number.mask),
        (Kind.PHONE, _MOBILE, identity_number.mask_phone),
        (Kind.PHONE, _LANDLINE, identity_number.mask_phone),
    ):
        found += _find_numbers(plain, kind, pattern, mask, taken)
    for word in dict.fromkeys((*WORDS, *words)):
        found += [
            (match.start(), Hit(kind=Kind.WORD, excerpt=_around(plain, match, match[0])))
            for match in re.finditer(re.escape(word), plain, re.IGNORECASE)
        ]
    return [hit for _, hit in sorted(found, key=lambda entry: entry[0])]


def _find_numbers(
    text: str, kind: Kind, pattern: re.Pattern[str], mask: Callable[[str], str], taken: list[range]
) -> Iterator[tuple[int, Hit]]:
    for match in pattern.finditer(text):
        span = range(*match.span())
        if any(match.start() in other or other.start in span for other in taken):
            continue
        taken.append(span)
        shown = mask(re.sub(r"[ ()（）-]", "", match[0]))
        yield match.start(), Hit(kind=kind, excerpt=_around(text, match, shown))


def _around(text: str, match: re.Match[str], shown: str) -> str:
    """Return a finding with its neighbours, in which no other number is shown either."""
    before = re.sub(r"\d", "*", text[max(0, match.start() - AROUND) : match.start()])
    after = re.sub(r"\d", "*", text[match.end() : match.end() + AROUND])
    return f"{before}{shown}{after}".replace("\n", " ")
