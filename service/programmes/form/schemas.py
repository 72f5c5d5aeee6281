"""Holding answers to a form-js schema: the page's own verdict, so a crafted request gets no further.

Fields hidden by their condition are dropped, unknown ones refused. ``derivation`` says what each is held to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError

from service.errors import Invalid
from service.programmes.form.checks import FormContext, find_warning
from service.programmes.form.derivation import FormSchema, derive
from service.programmes.form.expressions import reads_context
from service.programmes.form.fields import Component, name_of
from service.programmes.form.visibility import drop_hidden, find_hidden, walk_level


def validate(
    schema: Mapping[str, Any],
    answers: Mapping[str, Any],
    context: FormContext | Mapping[str, Any] | None = None,
    *,
    lenient: bool = False,
) -> dict[str, Any]:
    """Return the clean answers, or raise Invalid with a sentence for each field.

    ``context`` is what conditions and options may read besides the answers. ``lenient`` accepts a form
    that is not complete or not right yet (a withdrawal, a draft); types, lengths and unknown fields are
    held to even then. Fields of rows are named ``honours.0.title``.
    """
    known = _as_context(context)
    if not isinstance(answers, Mapping):
        raise Invalid("表单内容格式不对，请刷新页面后重新填写。")
    hidden = find_hidden(schema, answers, known)
    kept = drop_hidden(schema.get("components", []), answers, hidden)
    try:
        loaded = _ready(schema, known, hidden, lenient).load(kept)
    except ValidationError as wrong:
        sentences = dict(_flatten(_by_field(wrong)))
        raise Invalid(f"表单有 {len(sentences)} 处需要改正，请看各项的提示。", fields=sentences) from None
    return {key: value for key, value in loaded.items() if value is not None}


def find_warnings(
    schema: Mapping[str, Any],
    answers: Mapping[str, Any],
    context: FormContext | Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Return a sentence for each field that deserves a second look; call it with clean answers."""
    known = _as_context(context)
    warnings = {}
    for component in walk_level(schema.get("components", [])):
        key = name_of(component)
        sentence = find_warning(component, answers.get(key), answers, known) if key else None
        if sentence is not None:
            warnings[key] = sentence
    return warnings


def _as_context(context: FormContext | Mapping[str, Any] | None) -> FormContext:
    """Take plain variables for a context."""
    if isinstance(context, FormContext):
        return context
    return FormContext(variables=dict(context or {}))


class _Form:
    """A form told apart from others by identity: it does not change once it is loaded."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Form) and self.schema is other.schema

    def __hash__(self) -> int:
        return id(self.schema)


def _ready(
    schema: Mapping[str, Any], context: FormContext, hidden: frozenset[str], lenient: bool
) -> FormSchema:
    return (
        _derive_once(_Form(schema), hidden, lenient)
        or derive(schema, context, hidden=hidden, lenient=lenient)()
    )


@lru_cache(maxsize=256)
def _derive_once(form: _Form, hidden: frozenset[str], lenient: bool) -> FormSchema | None:
    """Return the schema of a form that asks nothing of its context, or None. Making one takes long."""
    if _asks(form.schema.get("components", [])):
        return None
    return derive(form.schema, hidden=hidden, lenient=lenient)()


def _asks(components: list[Component]) -> bool:
    """Say whether a field's options, dates or requirement depend on what is known besides the answers."""
    return any(
        any(component.get(name) for name in ("valuesKey", "valuesExpression", "disallowPassedDates"))
        or (component.get("properties") or {}).get("people")  # filled in anew for every task
        or reads_context(str((component.get("properties") or {}).get("require", "")))
        or _asks(component.get("components", []))
        for component in components
    )


def _by_field(wrong: ValidationError) -> Mapping[Any, Any]:
    return wrong.messages if isinstance(wrong.messages, Mapping) else {"_schema": wrong.messages}


def _flatten(messages: Mapping[Any, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, below in messages.items():
        # what marshmallow says of a schema as a whole belongs to the field that holds it
        name = path if key == "_schema" else f"{path}.{key}".lstrip(".")
        if isinstance(below, Mapping):
            yield from _flatten(below, name)
        else:
            yield name or "_", str(below[0])
