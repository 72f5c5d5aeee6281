"""The fields of which a correction may be asked, and a new value as the form would keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from service.errors import Invalid
from service.models import Nomination
from service.programmes import wiring
from service.programmes.form import schemas
from service.programmes.form.checks import ID_CHECKS, FormContext
from service.programmes.form.fields import (
    CHOICE,
    CHOICES,
    LISTS,
    STATIC,
    Component,
    clean_text,
    label,
    name_of,
)
from service.programmes.form.visibility import find_hidden, walk_level
from service.programmes.nomination import facts, record, screening
from service.programmes.privacy import subject
from service.workflow.context import Context

#: the category a place was taken in
FIXED = frozenset({"category"})
MAX_WORDS = 1000


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the form that may be corrected."""

    component: Component
    is_list: bool  #: asked for in words; whoever makes the correction puts the list right on the form

    @property
    def key(self) -> str:
        """The name its answer has."""
        return name_of(self.component)

    @property
    def label(self) -> str:
        """What the form calls it."""
        return label(self.component)


def list_fields(ctx: Context, nomination: Nomination) -> Sequence[Field]:
    """Return the fields the form shows for a nomination that was handed in, empty ones too.

    A tick cannot be corrected, and a group of fields is corrected on paper.
    """
    if nomination.submitted_at is None or nomination.purged_at is not None:
        return []
    form, answers = subject.read_form(ctx, nomination), record.answers_of(ctx, nomination)
    hidden = find_hidden(form, answers, _context(ctx, nomination))
    kinds = {"checkbox", "group"} | STATIC
    return [
        Field(component=component, is_list=component["type"] in LISTS | CHOICES)
        for component in walk_level(form.get("components", []), hidden)
        if name_of(component) and component["type"] not in kinds and name_of(component) not in FIXED
        if not component.get("disabled")
    ]


def find(ctx: Context, nomination: Nomination, key: str) -> Field | None:
    """Return a field that may be corrected by its key."""
    return next((field for field in list_fields(ctx, nomination) if field.key == key), None)


def read(ctx: Context, nomination: Nomination, field: Field, text: str) -> Any:
    """Return a value typed in as the form would keep it; Invalid with the form's own sentence if not.

    None is nothing: an answer that is taken back where the form does not need it.
    """
    return hold(ctx, nomination, field, _type(field.component, text))


def read_words(field: Field, text: str) -> str:
    """Return in words what is to be put right in a list."""
    try:
        words = clean_text(text, field.label, lines=True)
    except ValidationError as wrong:
        raise Invalid("更正申请填写不完整。", fields={"value": str(wrong.messages[0])}) from wrong
    if not words or len(words) > MAX_WORDS:
        raise Invalid("更正申请填写不完整。", fields={"value": f"请写明如何更正，最多 {MAX_WORDS} 个字"})
    return words


def hold(ctx: Context, nomination: Nomination, field: Field, value: object) -> Any:
    """Hold a new value to the form; Invalid with its sentence under ``value``."""
    changed = {**record.answers_of(ctx, nomination), field.key: value}
    try:
        clean = schemas.validate(subject.read_form(ctx, nomination), changed, _context(ctx, nomination))
    except Invalid as wrong:
        said = [text for name, text in wrong.fields.items() if name.split(".")[0] == field.key]
        if said:
            raise Invalid("更正后的内容不符合要求。", fields={"value": said[0]}) from wrong
        # another field was let pass under an older form, or follows from this one: not this one's fault
        clean = _hold_alone(field, value)
    found = clean.get(field.key)
    return None if found == "" and field.component["type"] not in ("textfield", "textarea") else found


def follow(form: Mapping[str, Any], answers: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the answers that follow from a corrected identity number: sex and month of birth."""
    person = facts.find_person(answers.get(key))
    if person is None:
        return {}
    told = {"sex": person.sex, "birth_month": f"{person.birth_date:%Y-%m}"}
    found = {}
    for component in walk_level(form.get("components", [])):
        properties = component.get("properties") or {}
        check = properties.get("check", "")
        if check in ID_CHECKS & told.keys() and properties.get("with") == key:
            found[name_of(component)] = told[check]
    return found


def write(value: object) -> str:
    """Return a value as a request keeps it, to be read again when the correction is made."""
    return "" if value is None else str(value)


def _hold_alone(field: Field, value: object) -> dict[str, Any]:
    """Read a value by its own component, where the form as a whole would not be taken."""
    component = {**field.component, "conditional": {}}
    properties = dict(component.get("properties") or {})
    properties.pop("require", None)
    alone = {"components": [{**component, "properties": properties}]}
    try:
        return schemas.validate(alone, {field.key: value})
    except Invalid as wrong:
        raise Invalid(
            "更正后的内容不符合要求。", fields={"value": next(iter(wrong.fields.values()))}
        ) from wrong


def _type(component: Component, text: str) -> object:
    """Return what was typed as the page would send it: of a choice its value, by value or by label."""
    if component["type"] not in CHOICE:
        return text if component["type"] in ("textfield", "textarea") else text.strip() or None
    for option in component.get("values") or ():
        if text.strip() in (str(option.get("value")), str(option.get("label"))):
            return option.get("value")
    return text.strip() or None


def _context(ctx: Context, nomination: Nomination) -> FormContext:
    programme = wiring.pack_of(ctx, nomination.round).programme
    variables = {
        "settings": dict(programme.named),
        "eligibility": nomination.eligibility,
        "asks_reason": nomination.asks_reason,
        "open_rules": screening.list_open(ctx, nomination),
        "category": nomination.category,
        "source": nomination.source,
    }
    return FormContext(today=ctx.now.astimezone(programme.zone).date(), variables=variables)
