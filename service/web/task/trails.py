"""The history of an instance as people read it: what they did and what the clock did, not every gateway."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from service.engine.records import Element
from service.models import HistoryEvent, Instance
from service.programmes.review import experts
from service.web.frame import labels, words
from service.workflow.context import Context
from service.workflow.definition import deployments

REASONS = ("reason", "message")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the history."""

    at: datetime
    actor: str
    what: str
    note: str


def read(ctx: Context, instance: Instance, events: Iterable[HistoryEvent]) -> list[Line]:
    """Return the lines of an instance's history, newest first; events without a word are left out."""
    elements = deployments.elements_of(ctx, instance)
    hidden = experts.hidden_steps(ctx, instance)
    lines = [
        Line(
            at=event.at, actor=_actor(event, hidden), what=_what(event, elements), note=_note(event, elements)
        )
        for event in events
        if event.kind in labels.HISTORY
    ]
    return lines[::-1]


def _actor(event: HistoryEvent, hidden: Collection[str]) -> str:
    """Who scores is known to the organiser alone."""
    return str(_("评审专家")) if event.element_id in hidden else event.actor_name


def _what(event: HistoryEvent, elements: Mapping[str, Element]) -> str:
    word = str(labels.HISTORY[event.kind])
    element = elements.get(event.element_id or "")
    if element is None:
        return word
    outcome = event.details.get("outcome")
    told = dict(words.outcomes(element)).get(outcome, outcome) if outcome else None
    return f"{word}“{element.name}”" + (f"：{told}" if told else "")


def _note(event: HistoryEvent, elements: Mapping[str, Element]) -> str:
    to = event.details.get("to")
    if event.kind == "instance.migrated":
        to = _("第 %(num)s 版", num=to)
    names = "、".join(to) if isinstance(to, list) else str(to or "")
    if names in elements:
        names = elements[names].name
    reason = next((str(event.details[key]) for key in REASONS if event.details.get(key)), "")
    return " · ".join(part for part in (names and f"→ {names}", reason, _rules(event)) if part)


def _rules(event: HistoryEvent) -> str:
    """Return which rules decided, in their own words: those that were not simply met, or all of a table."""
    rules = event.details.get("rules") or ()
    if event.kind == "rules.checked":
        told = [rule for rule in rules if rule["result"] != "PASS"] or rules
        return "；".join(f"{rule['rule']} {rule['message']}" for rule in told)
    return "；".join(
        f"{rule['table']} 第 {rule['row']} 行：{rule['words'] or _outputs(rule)}" for rule in rules
    )


def _outputs(rule: Mapping[str, Any]) -> str:
    return "、".join(str(value) for value in rule["outputs"].values())
