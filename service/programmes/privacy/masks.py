"""One mask for one value, on the pages and in the API: two that show different ends give it away together."""

from __future__ import annotations

import re
import unicodedata

from service.programmes.rule import identity_number

SHORT = 6  #: of which only the first character is shown
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_PHONE = re.compile(r"[0-9+() -]{7,}")


def mask(value: object) -> str:
    """Mask a sensitive value by its shape: 身份证号 keep 6 and 4, mobiles 3 and 4, other text its ends."""
    text = unicodedata.normalize("NFKC", str(value or "")).strip()
    number = identity_number.normalise(text)
    if _ID_NUMBER.fullmatch(number):
        return identity_number.mask(number)
    if _PHONE.fullmatch(text):
        return identity_number.mask_phone(text)
    if len(text) <= SHORT:
        return text[:1] + "*" * (len(text) - 1)
    return f"{text[:3]}****{text[-2:]}"
