"""Making a form's marshmallow schema: a field for every component that takes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from service.programmes.form import fields as read
from service.programmes.form.checks import FormContext, find_mismatch, find_unmet
from service.programmes.form.expressions import evaluate
from service.programmes.form.fields import (
    CHOICE,
    CHOICES,
    GROUPS,
    LISTS,
    STATIC,
    Component,
    Reader,
    name_of,
)
from service.programmes.form.visibility import walk_level

MAX_ROWS = 100
NOTHING_KNOWN = FormContext()
_NO_SUCH_FIELD = "表单里没有这一项，请刷新页面后重新填写。"


class FormSchema(Schema):
    """Base of the derived schemas: unknown fields are refused, answers held against one another."""

    components: ClassVar[tuple[Component, ...]] = ()
    lenient: ClassVar[bool] = False
    known: ClassVar[FormContext] = NOTHING_KNOWN
    error_messages = {"unknown": _NO_SUCH_FIELD, "type": "表单内容格式不对，请刷新页面后重新填写。"}

    class Meta:
        unknown = RAISE

    @validates_schema(skip_on_field_errors=False)
    def hold_against_others(self, data: Mapping[str, Any], **_options: object) -> None:
        """Refuse answers that contradict the identity number or what the component requires."""
        if self.lenient:
            return
        wrong = {}
        for component in self.components:
            key = name_of(component)
            value = data.get(key)
            sentence = find_mismatch(component, value, data) or find_unmet(component, value, data, self.known)
            if sentence is not None:
                wrong[key] = [sentence]
        if wrong:
            raise ValidationError(wrong)


class Answer(fields.Field[Any]):
    """One answer, read by the component's reader; an empty one only counts as missing."""

    def __init__(self, reader: Reader, component: Component, *, needed: bool) -> None:
        message = _missing(component)
        super().__init__(
            required=needed, allow_none=not needed, error_messages={"required": message, "null": message}
        )
        self._reader = reader
        self._needed = needed
        self._ticks = component["type"] == "checkbox"

    def _deserialize(self, value: object, *_place: object, **_options: object) -> Any:
        clean = value if value in ("", []) else self._reader(value)
        if self._needed and (clean in ("", []) or (self._ticks and clean is not True)):
            raise self.make_error("required")
        return clean


def derive(
    schema: Mapping[str, Any],
    context: FormContext = NOTHING_KNOWN,
    *,
    hidden: frozenset[str] = frozenset(),
    lenient: bool = False,
) -> type[FormSchema]:
    """Make the marshmallow schema of a form; ``hidden`` are the ids of components that do not show."""
    return _derive(schema.get("components", []), context, hidden, lenient)


def _derive(
    components: list[Component], context: FormContext, hidden: frozenset[str], lenient: bool
) -> type[FormSchema]:
    shown = tuple(
        component
        for component in walk_level(components, hidden)
        if component["type"] not in STATIC and name_of(component) and not component.get("disabled")
    )
    members: dict[str, Any] = {name_of(c): _field(c, context, hidden, lenient) for c in shown}
    members |= {"components": shown, "lenient": lenient, "known": context}
    return type("DerivedFormSchema", (FormSchema,), members)


def _field(
    component: Component, context: FormContext, hidden: frozenset[str], lenient: bool
) -> fields.Field[Any]:
    if component["type"] in LISTS | GROUPS:
        nested = _derive(component.get("components", []), context, hidden, lenient)
        return Answer(_read_rows(component, nested), component, needed=False)
    needed = bool(component.get("validate", {}).get("required")) and not lenient
    return Answer(_reader(_lenient(component) if lenient else component, context), component, needed=needed)


def _reader(component: Component, context: FormContext) -> Reader:
    kind = component["type"]
    if kind in CHOICE:
        return read.read_choice(component, _options(component, context))
    if kind in CHOICES:
        return read.read_choices(component, _options(component, context))
    if kind == "number":
        return read.read_number(component)
    if kind == "checkbox":
        return read.read_checkbox(component)
    if kind == "datetime":
        return read.read_datetime(component, context.today)
    return read.read_text(component)


def _lenient(component: Component) -> Component:
    """Return the component without the rules that an unfinished form may still break."""
    kept = {k: v for k, v in component.get("validate", {}).items() if k == "maxLength"}
    return {**component, "validate": kept, "properties": {}, "disallowPassedDates": False}


def _read_rows(component: Component, nested: type[FormSchema]) -> Reader:
    many = component["type"] in LISTS

    def read_rows(value: object) -> object:
        if not many:
            return _present(nested().load(value))  # type: ignore[arg-type]
        if not isinstance(value, list) or len(value) > MAX_ROWS:
            raise ValidationError(f"{read.label(component)}最多 {MAX_ROWS} 行。")
        return [_present(row) for row in nested(many=True).load(value)]

    return read_rows


def _present(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def _options(component: Component, context: FormContext) -> list[object]:
    variables = context.variables or {}
    entries: object = component.get("values")
    if component.get("valuesKey"):
        entries = variables.get(component["valuesKey"])
    elif component.get("valuesExpression"):
        entries = evaluate(component["valuesExpression"], variables)
    if not isinstance(entries, list):
        return []
    return [entry.get("value") if isinstance(entry, Mapping) else entry for entry in entries]


def _missing(component: Component) -> str:
    name = read.label(component)
    if component["type"] == "checkbox":
        return f"须勾选：{name.rstrip('。')}。"
    verb = "选择" if component["type"] in CHOICE | CHOICES | {"datetime"} else "填写"
    return f"请{verb}{name}。"
