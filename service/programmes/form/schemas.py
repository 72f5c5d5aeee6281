"""form-js schemas on the server: the same verdict the page gives, so a crafted request gets no further.

A form becomes a marshmallow schema. Fields hidden by their condition are dropped, unknown ones refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from service.engine.records import JSON
from service.errors import Invalid
from service.programmes.form import fields as read
from service.programmes.form.checks import FormContext, find_mismatch, find_unmet, find_warning
from service.programmes.form.expressions import evaluate, reads_context
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

MAX_ROWS = 100
HIDING_ROUNDS = 10  # a field's condition may read a field that is itself hidden
_NO_SUCH_FIELD = "表单里没有这一项，请刷新页面后重新填写。"


class FormSchema(Schema):
    """Base of the derived schemas: unknown fields are refused, answers held against one another."""

    components: ClassVar[tuple[Component, ...]] = ()
    lenient: ClassVar[bool] = False
    known: ClassVar[FormContext] = FormContext()
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
    known = as_context(context)
    if not isinstance(answers, Mapping):
        raise Invalid("表单内容格式不对，请刷新页面后重新填写。")
    hidden = find_hidden(schema, answers, known)
    kept = _without(schema.get("components", []), answers, hidden)
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
    known = as_context(context)
    warnings = {}
    for component in _inline(schema.get("components", [])):
        key = name_of(component)
        sentence = find_warning(component, answers.get(key), answers, known) if key else None
        if sentence is not None:
            warnings[key] = sentence
    return warnings


def derive(
    schema: Mapping[str, Any],
    context: FormContext | Mapping[str, Any] | None = None,
    *,
    hidden: frozenset[str] = frozenset(),
    lenient: bool = False,
) -> type[FormSchema]:
    """Make the marshmallow schema of a form; ``hidden`` are the ids of components that do not show."""
    return _derive(schema.get("components", []), as_context(context), hidden, lenient)


def find_hidden(
    schema: Mapping[str, Any], answers: Mapping[str, Any], context: FormContext
) -> frozenset[str]:
    """Return the ids of the components whose condition hides them, fields inside hidden groups included."""
    components = list(_everything(schema.get("components", [])))
    hidden: frozenset[str] = frozenset()
    for _ in range(HIDING_ROUNDS):
        scope = {**(context.variables or {}), **_without(schema.get("components", []), answers, hidden)}
        found = frozenset(str(c.get("id")) for c in components if _is_hidden(c, scope))
        if found == hidden:
            break
        hidden = found
    return hidden


def as_context(context: FormContext | Mapping[str, Any] | None) -> FormContext:
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
        or reads_context(str((component.get("properties") or {}).get("require", "")))
        or _asks(component.get("components", []))
        for component in components
    )


def _derive(
    components: list[Component], context: FormContext, hidden: frozenset[str], lenient: bool
) -> type[FormSchema]:
    shown = tuple(
        component
        for component in _inline(components, hidden)
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


def _is_hidden(component: Component, scope: Mapping[str, Any]) -> bool:
    hide = (component.get("conditional") or {}).get("hide")
    return hide is not None and evaluate(str(hide), scope) is True


def _inline(components: list[Component], hidden: frozenset[str] = frozenset()) -> Iterator[Component]:
    """Yield the components of one level of answers: groups without a path are only a frame."""
    for component in components:
        if str(component.get("id")) in hidden:
            continue
        if component["type"] in GROUPS and not component.get("path"):
            yield from _inline(component.get("components", []), hidden)
        else:
            yield component


def _everything(components: list[Component]) -> Iterator[Component]:
    for component in components:
        yield component
        if component["type"] in GROUPS:
            yield from _everything(component.get("components", []))


def _without(
    components: list[Component], answers: Mapping[str, Any], hidden: frozenset[str]
) -> dict[str, JSON]:
    """Return the answers without those of hidden or disabled fields."""
    shown = {name_of(c) for c in _inline(components, hidden) if not c.get("disabled")}
    dropped = {name_of(c) for c in _inline(components)} - shown
    return {str(key): value for key, value in answers.items() if key not in dropped}


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


def _missing(component: Component) -> str:
    name = read.label(component)
    if component["type"] == "checkbox":
        return f"须勾选：{name.rstrip('。')}。"
    verb = "选择" if component["type"] in CHOICE | CHOICES | {"datetime"} else "填写"
    return f"请{verb}{name}。"
