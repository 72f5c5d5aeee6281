"""The pack's form of an objection as plain inputs, for the public page and for what came by letter.

Nobody who objects has to run scripts: what form-js would draw, the page draws by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from service.errors import Invalid
from service.models import Notice
from service.programmes import wiring
from service.programmes.form.fields import label, name_of
from service.programmes.form.visibility import walk_level
from service.programmes.publication import objections
from service.workflow.context import Context

LONGEST = 5000  #: characters of an answer whose field sets no bound
_CHOICES = ("select", "radio")
_TYPES = {"textarea": "textarea", "number": "number", "checkbox": "checkbox"}


@dataclass(frozen=True, kw_only=True)
class Input:
    """One field of the form."""

    key: str
    label: str
    type: str  #: of an input; ``choice`` has options
    required: bool
    longest: int
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()


def list_inputs(ctx: Context, notice: Notice) -> list[Input]:
    """Return what the pack's form asks, in its order."""
    pack = wiring.pack_of(ctx, notice.round)
    schema = pack.forms[pack.programme.forms[objections.FORM]]
    return [_input(part) for part in walk_level(schema.get("components", [])) if name_of(part)]


def read_answers(inputs: Sequence[Input]) -> dict[str, Any]:
    """Return what was sent, as the form takes it; Invalid where something is too long."""
    given = {one.key: request.form.get(one.key, "").strip() for one in inputs}
    long = {
        one.key: _("最多 %(num)s 个字", num=one.longest)
        for one in inputs
        if len(given[one.key]) > one.longest
    }
    if long:
        raise Invalid(_("内容太长，请删减。"), fields=long)
    return {one.key: _convert(one, given[one.key]) for one in inputs if given[one.key]}


def _input(part: Mapping[str, Any]) -> Input:
    rules = part.get("validate") or {}
    return Input(
        key=name_of(part),
        label=label(part),
        type="choice" if part["type"] in _CHOICES else _TYPES.get(part["type"], "text"),
        required=bool(rules.get("required")),
        longest=int(rules.get("maxLength") or LONGEST),
        help=str(part.get("description") or ""),
        options=tuple((str(row["value"]), str(row["label"])) for row in part.get("values") or ()),
    )


def _convert(one: Input, text: str) -> Any:
    if one.type == "checkbox":
        return True
    if one.type != "number":
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
