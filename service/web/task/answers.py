"""A filled-in form read back: labels and values in the form's order, sensitive ones told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

Component = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field of a form and what was answered."""

    key: str
    label: str
    value: str
    long: bool = False  #: wants the page's whole width
    sensitive: bool = False
    headings: tuple[str, ...] = ()  #: of a list's columns
    lines: tuple[tuple[str, ...], ...] = ()  #: of a list


def read(schema: Component, answers: Mapping[str, Any], classes: Mapping[str, str]) -> list[Row]:
    """Return the rows of a form. ``classes`` is the programme's word on fields; the form's own counts too."""
    return [_row(component, answers, classes) for component in _fields(schema)]


def _fields(parent: Component) -> Iterator[Component]:
    for component in parent.get("components", ()):
        if component["type"] == "group":
            yield from _fields(component)
        elif component.get("key") or component["type"] == "dynamiclist":
            yield component


def _row(component: Component, answers: Mapping[str, Any], classes: Mapping[str, str]) -> Row:
    key = str(component.get("key") or component.get("path"))
    value = answers.get(key)
    own = component.get("properties", {}).get("class", "")
    label = str(component.get("label") or key)
    if component["type"] == "dynamiclist":
        columns = list(_fields(component))
        entries = value if isinstance(value, list) else []
        return Row(
            key=key,
            label=label,
            value="",
            long=True,
            headings=tuple(str(column.get("label") or column["key"]) for column in columns),
            lines=tuple(
                tuple(_text(column, entry.get(column["key"])) for column in columns) for entry in entries
            ),
        )
    return Row(
        key=key,
        label=label,
        value=_text(component, value),
        long=component["type"] in ("textarea", "checkbox"),
        sensitive="SENSITIVE" in (own, classes.get(key)),
    )


def _text(component: Component, value: object) -> str:
    if value is None or value == "":
        return ""
    words: dict[object, str] = {
        option["value"]: str(option["label"]) for option in component.get("values", ())
    }
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        return "、".join(words.get(item, str(item)) for item in value)
    return words.get(value, str(value)) if isinstance(value, str | int | float) else str(value)
