"""What a new version asks of open tasks in another way: fields it requires, and fields it no longer has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.engine import migration
from service.engine.records import Element, Remark
from service.models import Deployment
from service.workflow.context import Context
from service.workflow.definition import deployments

Fields = dict[str, tuple[str, bool]]  #: label and whether it is required, by key


def find_changes(
    ctx: Context, source: Deployment, target: Deployment, redraw: migration.Redraw
) -> dict[str, Remark]:
    """Return what to know of the forms of the old version's steps, by their ids, where they differ."""
    old_forms, new_forms = deployments.forms_of(ctx, source), deployments.forms_of(ctx, target)
    old = _elements(redraw.source.processes)
    new = _elements(redraw.target.processes)
    found = {}
    for name, element in old.items():
        there = new.get(redraw.names.get(name, ""))
        if there is None or element.form_id is None or there.form_id is None:
            continue
        said = "；".join(_compare(old_forms.get(element.form_id, {}), new_forms.get(there.form_id, {})))
        if said:
            message = f"「{element.called}」的表单变了：{said}"
            found[name] = Remark(level="warn", rule="form-fields", element_id=name, message=message)
    return found


def _elements(processes: Mapping[str, Any]) -> dict[str, Element]:
    return {name: element for process in processes.values() for name, element in process.elements.items()}


def _compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = dict(_fields(old)), dict(_fields(new))
    required = [label for key, (label, must) in after.items() if must and not before.get(key, ("", False))[1]]
    gone = [label for key, (label, _) in before.items() if key not in after]
    if required:
        yield f"新要求必填：{'、'.join(required)}"
    if gone:
        yield f"不再有（已填的保留、不显示）：{'、'.join(gone)}"


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, bool]]]:
    for component in schema.get("components", ()):
        if component.get("key"):
            required = bool((component.get("validate") or {}).get("required"))
            yield component["key"], (str(component.get("label") or component["key"]), required)
        yield from _fields(component)
