"""Moments as notices write them: a day, a day with an hour, or 24:00 of a day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_WRITTEN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: +([0-9]{1,2}):([0-9]{2}))?")


def parse_moment(text: str) -> datetime | None:
    """Return a moment without zone, or None where it is none; a day alone is its 00:00."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes = int(found[2] or 0), int(found[3] or 0)
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    try:
        day = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    return day + timedelta(hours=hours, minutes=minutes)
