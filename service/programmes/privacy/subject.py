"""The fields of a nomination's record, with what the form calls them and who may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.models import Instance, Nomination
from service.programmes import wiring
from service.programmes.nomination import record
from service.programmes.rule import identity_number
from service.workflow.context import Context
from service.workflow.definition import deployments

HIDDEN = "****"


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the form the record is filled in with."""

    key: str
    label: str
    field_class: str  #: PUBLIC, INTERNAL or SENSITIVE; INTERNAL where neither form nor programme says
    check: str = ""  #: what the form holds an answer against: id18, phone, ...

    @property
    def is_sensitive(self) -> bool:
        """Say whether it is encrypted, masked and shown by a logged click only."""
        return self.field_class == "SENSITIVE"

    def mask(self, value: object) -> str:
        """Return an answer as those see it who may not read it in full; an empty one stays empty."""
        text = "" if value is None else str(value)
        if self.check == "id18":
            return identity_number.mask(text)
        return identity_number.mask_phone(text) if self.check == "phone" else text and HIDDEN


def list_fields(ctx: Context, nomination: Nomination) -> Sequence[Field]:
    """Return the fields of a nomination's form in its order; the stricter of form and programme holds."""
    classes = wiring.pack_of(ctx, nomination.round).programme.fields
    return [
        Field(
            key=str(component["key"]),
            label=str(component.get("label") or component["key"]),
            field_class=_stricter(
                (component.get("properties") or {}).get("class", ""), classes.get(component["key"], "")
            ),
            check=str((component.get("properties") or {}).get("check", "")),
        )
        for component in read_form(ctx, nomination).get("components", ())
        if component.get("key")
    ]


def read_form(ctx: Context, nomination: Nomination) -> Mapping[str, Any]:
    """Return the form of the nomination's own version; empty where its diagram has none."""
    steps = record.elements_of(ctx, nomination)
    if not steps:
        return {}
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    form_id = deployments.get_element(ctx, instance, steps[0]).form_id
    return deployments.get_form(ctx, instance, form_id) if form_id else {}


def _stricter(*classes: str) -> str:
    for strict in ("SENSITIVE", "INTERNAL"):
        if strict in classes:
            return strict
    return "PUBLIC" if "PUBLIC" in classes else "INTERNAL"
