"""Which parts of a form show, by their conditions, and the answers that count with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.engine.records import JSON
from service.programmes.form.checks import FormContext
from service.programmes.form.expressions import evaluate
from service.programmes.form.fields import GROUPS, Component, name_of

HIDING_ROUNDS = 10  # a field's condition may read a field that is itself hidden


def find_hidden(
    schema: Mapping[str, Any], answers: Mapping[str, Any], context: FormContext
) -> frozenset[str]:
    """Return the ids of the components whose condition hides them, fields inside hidden groups included."""
    components = list(_walk_all(schema.get("components", [])))
    hidden: frozenset[str] = frozenset()
    for _ in range(HIDING_ROUNDS):
        scope = {**(context.variables or {}), **drop_hidden(schema.get("components", []), answers, hidden)}
        found = frozenset(str(c.get("id")) for c in components if _is_hidden(c, scope))
        if found == hidden:
            break
        hidden = found
    return hidden


def drop_hidden(
    components: list[Component], answers: Mapping[str, Any], hidden: frozenset[str]
) -> dict[str, JSON]:
    """Return the answers without those of hidden or disabled fields."""
    shown = {name_of(c) for c in walk_level(components, hidden) if not c.get("disabled")}
    dropped = {name_of(c) for c in walk_level(components)} - shown
    return {str(key): value for key, value in answers.items() if key not in dropped}


def walk_level(components: list[Component], hidden: frozenset[str] = frozenset()) -> Iterator[Component]:
    """Yield the components of one level of answers: groups without a path are only a frame."""
    for component in components:
        if str(component.get("id")) in hidden:
            continue
        if component["type"] in GROUPS and not component.get("path"):
            yield from walk_level(component.get("components", []), hidden)
        else:
            yield component


def _is_hidden(component: Component, scope: Mapping[str, Any]) -> bool:
    hide = (component.get("conditional") or {}).get("hide")
    return hide is not None and evaluate(str(hide), scope) is True


def _walk_all(components: list[Component]) -> Iterator[Component]:
    for component in components:
        yield component
        if component["type"] in GROUPS:
            yield from _walk_all(component.get("components", []))
