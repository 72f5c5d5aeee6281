"""What an administrator is told of a form: where it is filled in, and its fields with their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.programmes.form import fields
from service.programmes.pack.packs import Pack
from service.workflow.definition import deployments

KINDS = {
    "textfield": "单行文字",
    "textarea": "多行文字",
    "number": "数字",
    "checkbox": "勾选",
    "datetime": "日期",
    "select": "单选",
    "radio": "单选",
    "checklist": "多选",
    "taglist": "多选",
    "dynamiclist": "可增加的行",
}


@dataclass(frozen=True, kw_only=True)
class FieldOutline:
    """One field: its name and the rules it is read by."""

    key: str
    label: str
    kind: str
    required: bool
    length: str  #: "10–500", "≤ 500"; empty where the form sets no bound
    hidden_when: str  #: a FEEL condition, empty where it always shows
    sensitivity: str  #: PUBLIC, INTERNAL, SENSITIVE; empty where the programme does not class it
    within: str = ""  #: label of the list or group around it


def name_forms(pack: Pack) -> dict[str, str]:
    """Return what each form is called: its own heading, else the steps that show it, else its id."""
    steps: dict[str, list[str]] = {}
    for process in deployments.compile_processes(pack.diagram).values():
        for element in process.elements.values():
            if element.form_id:
                steps.setdefault(element.form_id, []).append(element.name)
    named = {key: "、".join(dict.fromkeys(names)) for key, names in steps.items()}
    return {key: _heading(schema) or named.get(key) or key for key, schema in pack.forms.items()}


def outline(pack: Pack, schema: Mapping[str, Any]) -> list[FieldOutline]:
    """Return the fields of a form in their order, those of a list after it."""
    return list(_outline(pack, schema, ""))


def _outline(pack: Pack, holder: Mapping[str, Any], within: str) -> Iterator[FieldOutline]:
    for component in holder.get("components", ()):
        kind, name = str(component.get("type")), fields.label(component)
        key = str(component.get("key") or component.get("path") or "")
        if kind in KINDS and key:
            rules = component.get("validate") or {}
            yield FieldOutline(
                key=key,
                label=name,
                kind=KINDS[kind],
                required=bool(rules.get("required")),
                length=_bounds(rules),
                hidden_when=str((component.get("conditional") or {}).get("hide", "")).lstrip("="),
                sensitivity=pack.programme.fields.get(key)
                or str((component.get("properties") or {}).get("class", "")),
                within=within,
            )
        yield from _outline(pack, component, name if kind in fields.LISTS else within)


def _bounds(rules: Mapping[str, Any]) -> str:
    least, most = rules.get("minLength", rules.get("min")), rules.get("maxLength", rules.get("max"))
    if least is not None and most is not None:
        return f"{least}–{most}"
    return f"≥ {least}" if least is not None else (f"≤ {most}" if most is not None else "")


def _heading(schema: Mapping[str, Any]) -> str:
    for component in schema.get("components", ()):
        text = str(component.get("text", ""))
        if component.get("type") == "text" and text.startswith("#"):
            return text.splitlines()[0].lstrip("# ")
    return ""
