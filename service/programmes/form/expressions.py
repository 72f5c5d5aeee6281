"""FEEL in a form: conditions, options and requirements over its answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from service import feel
from service.programmes.rule.calendar import CalendarMissing, WorkingDays
from service.programmes.rule.text_length import count_characters

#: what a form's expressions may call besides the built-ins
FUNCTIONS = frozenset({"character count", "working days between"})
#: what they may read of the nomination, or of the title, besides the form's answers
CONTEXT = frozenset(
    {"eligibility", "asks_reason", "open_rules", "category", "source", "settings", "has_account"}
)
_CONTEXT = re.compile(rf"\b(?:today|now|working|{'|'.join(sorted(CONTEXT))})\b")
_UTC = ZoneInfo("UTC")


def reads_context(text: str) -> bool:
    """Say whether an expression may read the clock or what a form knows besides its answers."""
    return _CONTEXT.search(text) is not None


def evaluate(
    text: str,
    variables: Mapping[str, Any],
    *,
    today: date | None = None,
    days: Callable[[], WorkingDays] | None = None,
) -> object:
    """Evaluate as the page does: what is not answered is null, and so is what cannot be computed.

    ``today()`` is the day given, whatever the zone; working days are null without a calendar.
    """
    compiled = feel.compile(text.removeprefix("="), names=FUNCTIONS)
    now = datetime.combine(today, time(), tzinfo=UTC) if today else None
    functions: dict[str, Callable[..., Any]] = {
        "character count": count_characters,
        "working days between": partial(_count_days, days),
    }
    try:
        scope = {name: feel.from_json(variables.get(name)) for name in compiled.names_used - FUNCTIONS}
        return feel.to_json(compiled.evaluate(scope, functions=functions, now=now, zone=_UTC))
    except (feel.EvaluationError, RecursionError):
        return None


def _count_days(days: Callable[[], WorkingDays] | None, start: object, end: object) -> int | None:
    """Count the working days after one day up to another, dates or answers of a date field."""
    try:
        first, last = (day if isinstance(day, date) else date.fromisoformat(str(day)) for day in (start, end))
        return days().between(first, last) if days else None
    except (ValueError, CalendarMissing):
        return None
