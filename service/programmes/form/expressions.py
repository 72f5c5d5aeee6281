"""FEEL in a form: conditions, options and requirements over its answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from service import feel
from service.programmes.rule.text_length import count_characters

#: what a form's expressions may call besides the built-ins
FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType({"character count": count_characters})
_CONTEXT = re.compile(r"\b(?:today|now|eligibility|asks_reason|category|source)\b")
_UTC = ZoneInfo("UTC")


def reads_context(text: str) -> bool:
    """Say whether an expression may read the clock or what a form knows besides its answers."""
    return _CONTEXT.search(text) is not None


def evaluate(text: str, variables: Mapping[str, Any], *, today: date | None = None) -> object:
    """Evaluate as the page does: what is not answered is null, and so is what cannot be computed.

    ``today()`` is the day given, whatever the zone.
    """
    compiled = feel.compile(text.removeprefix("="), names=FUNCTIONS)
    now = datetime.combine(today, time(), tzinfo=UTC) if today else None
    try:
        scope = {name: feel.from_json(variables.get(name)) for name in compiled.names_used - FUNCTIONS.keys()}
        return feel.to_json(compiled.evaluate(scope, functions=FUNCTIONS, now=now, zone=_UTC))
    except (feel.EvaluationError, RecursionError):
        return None
