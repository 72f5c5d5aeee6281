"""Whether what ``[[rules]]`` of programme.toml says checks a rule is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from html import unescape
from typing import Any

from service.programmes.pack.columns import components_of
from service.programmes.pack.programme import Programme


def find_strange_places(
    programme: Programme, diagram: bytes, forms: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return the places that are to check or show a rule and are not there, or check nothing."""
    text = unescape(diagram.decode("utf-8", "replace"))
    fields = components_of(forms.get(programme.record_form) or {})
    is_there: Mapping[str, Callable[[str], bool]] = {
        "attachments": _one_of(programme.slots),
        "deadlines": _one_of(programme.deadlines),
        "switches": _one_of(programme.switches),
        "form": _one_of(fields),
        "shown": _one_of(fields),
        "diagram": lambda key: f'id="{key}"' in text,
    }
    holds = {
        "categories": True,
        "award": programme.is_bounded or bool(programme.award.at_least),
        "period": programme.award.period_from is not None,
        "quota": programme.quota.source != "none",
        "coverage": bool(programme.coverage),
    }
    file, form = f"{programme.key}/programme.toml", programme.record_form
    unseen = [
        f"{file}：rules 的 field “{source.field}”不是表单 {form} 的字段"
        for source in programme.rules
        if fields and source.field and source.field not in fields
    ]
    return unseen + [
        f"{file}：rules “{rule.rule}”的 by “{place}”不在活动里，或没有核对什么"
        for rule in programme.stated
        for place in rule.by
        for kind, _, key in [place.partition(".")]
        if not (is_there[kind](key) if kind in is_there else holds.get(kind, True))
    ]


def _one_of(names: Collection[str]) -> Callable[[str], bool]:
    return lambda key: key in names
