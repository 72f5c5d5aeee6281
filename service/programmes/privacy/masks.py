"""One mask for one value, on the pages and in the API: two that show different ends give it away together."""

from __future__ import annotations

import re
import unicodedata

from service.programmes.rule import identity_number

HIDDEN = "****"
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_PHONE = re.compile(r"[0-9+() -]{7,}")


def mask(value: object) -> str:
    """Mask a sensitive value by its shape.

    A 身份证号 keeps six and four digits, a mobile three and four, a landline its last four. Other text keeps
    nothing: a word of a few (政治面貌) tells itself by its first character, a name nearly so.
    """
    text = unicodedata.normalize("NFKC", str(value or "")).strip()
    number = identity_number.normalise(text)
    if _ID_NUMBER.fullmatch(number):
        return identity_number.mask(number)
    if _PHONE.fullmatch(text):
        return identity_number.mask_phone(text)
    return text and HIDDEN
