"""Entries of the ledger that a process writes: what somebody reported or settled in a task's form.

The task's property ``follow-up`` names the track, or track and item (``report:年度报告``). The form's
fields ``item``, ``day``, ``ended_on`` and ``result`` fill the entry; without a ``result`` the outcome chosen
does. Its text is the field ``text``, and below it every other answer after its label. What the form calls
sensitive is kept out: the ledger is not encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from service.engine.records import Element
from service.models import UserTask
from service.programmes import task_forms, wiring
from service.programmes.award import awards, follow_ups
from service.programmes.form.fields import label, name_of
from service.workflow.context import Context
from service.workflow.definition import deployments

PROPERTY = "follow-up"
_OWN_FIELDS = frozenset({"item", "day", "ended_on", "result", "text"})


def keep(
    ctx: Context,
    task: UserTask,
    element: Element,
    outcome: str,
    answers: Mapping[str, Any],
    schema: Mapping[str, Any],
) -> None:
    """Write a submitted form into the ledger of the title its process is about, where the task says so."""
    track_key, item = track_of(element), element.properties.get(PROPERTY, "").partition(":")[2]
    award = awards.of_instance(ctx, task.instance) if track_key else None
    if award is None:
        return
    programme = wiring.get_pack(ctx, award.programme).programme
    named = task_forms.name_people(ctx, schema, answers)
    components = {name_of(c): c for c in named["components"] if name_of(c)} if named else {}
    said = {key: _in_words(components.get(key, {}), value) for key, value in answers.items()}
    chosen = said.get("result") or dict(deployments.outcomes_of(element.properties.get("outcomes", ""))).get(
        outcome, ""
    )
    track = programme.tracks[track_key]
    entry = follow_ups.Entry(
        track=track_key,
        item=item.strip() or said.get("item", "") or element.name[: follow_ups.MAX_ITEM],
        day=_day(answers.get("day")) or ctx.now.astimezone(programme.zone).date(),
        ended_on=_day(answers.get("ended_on")),
        text=_all_said(components, said) or element.name,
        result=chosen if chosen in track.results or not track.results else "",
    )
    follow_ups.write(ctx, award, entry, task_id=task.id)


def track_of(element: Element) -> str:
    """Return the key of the track that a step writes, or nothing."""
    return element.properties.get(PROPERTY, "").partition(":")[0]


def _all_said(components: Mapping[str, Mapping[str, Any]], said: Mapping[str, str]) -> str:
    parts = [said["text"]] if said.get("text") else []
    parts += [
        f"{label(component)}：{said[key]}"
        for key, component in components.items()
        if said.get(key) and key not in _OWN_FIELDS and not _is_sensitive(component)
    ]
    return "\n".join(_shorten(parts, follow_ups.MAX_TEXT - max(len(parts) - 1, 0)))


def _shorten(parts: Sequence[str], most: int) -> list[str]:
    """Return parts that together are no longer than ``most``: the longest lose their ends."""
    room: dict[int, int] = {}
    for done, index in enumerate(sorted(range(len(parts)), key=lambda index: len(parts[index]))):
        room[index] = min(len(parts[index]), (most - sum(room.values())) // (len(parts) - done))
    return [
        part if room[index] == len(part) else f"{part[: room[index] - 1]}…"
        for index, part in enumerate(parts)
    ]


def _is_sensitive(component: Mapping[str, Any]) -> bool:
    return (component.get("properties") or {}).get("class") == "SENSITIVE"


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def _in_words(component: Mapping[str, Any], value: object) -> str:
    """Return an answer as people read it: of choices, their labels."""
    labels = {option.get("value"): option.get("label") for option in component.get("values") or ()}
    if isinstance(value, list):
        return "、".join(str(labels.get(item) or item) for item in value if not isinstance(item, dict))
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(labels.get(value) or ("" if value is None else value)).strip()
