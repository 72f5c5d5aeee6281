"""Masks over sensitive answers: the API never shows one, and takes its own mask back for the kept value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from service.programmes.privacy.masks import mask

#: answers masked in whatever form they appear, beside those whose field is marked SENSITIVE
ALWAYS = frozenset({"id_number", "phone"})


def mask_value(value: object) -> object:
    """Return a sensitive value masked; what is no text, and not blank, is a mask alone."""
    if value is None or value in ("", [], {}):
        return value
    if not isinstance(value, str):
        return "***"
    return mask(value)


def mask_answers(
    form: Mapping[str, Any] | None, answers: Mapping[str, Any], *, also: Collection[str] = ()
) -> dict[str, Any]:
    """Return answers with every sensitive one masked: by the form, or because it is among ``also``."""
    hidden = sensitive_keys(form).union(also)
    return {key: mask_value(value) if key in hidden else value for key, value in answers.items()}


def unmask_answers(
    form: Mapping[str, Any] | None, answers: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """Return answers in which a mask that came back unchanged stands for the value kept under it."""
    whole = dict(answers)
    for key in sensitive_keys(form) & answers.keys() & kept.keys():
        if isinstance(answers[key], str) and "*" in answers[key] and answers[key] == mask_value(kept[key]):
            whole[key] = kept[key]
    return whole


def may_hold_mask(answers: Mapping[str, Any]) -> bool:
    """Say whether an answer may be a mask."""
    return any(isinstance(value, str) and "*" in value for value in answers.values())


def sensitive_keys(form: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the keys of a form's sensitive fields."""
    return ALWAYS | frozenset(_marked((form or {}).get("components", [])))


def _marked(components: list[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if component.get("properties", {}).get("class") == "SENSITIVE" and "key" in component:
            yield component["key"]
        yield from _marked(component.get("components", []))
