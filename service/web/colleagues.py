"""Choosing colleagues in a form: found by name, login or unit, and whom a form that was sent names.

The field is ``ui.colleagues`` of the macros. Its text is searched while one writes; without scripts the
text itself says who is meant.
"""

from __future__ import annotations

import re

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from service.errors import Invalid
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.person import people

pages = Blueprint("colleagues", __name__, url_prefix="/colleagues")

MOST_FOUND = 20
LONGEST = 80  #: characters of a text that is searched
MOST_NAMED = 20  #: people in a text that names several
_BETWEEN_NAMES = re.compile(r"[、，,；;\n]")


@pages.get("")
def find() -> str:
    """Find whom the actor may hand work to: a part of a page. Several to choose stay while one goes on."""
    ctx: Context = g.ctx
    field, many = request.args.get("field", ""), "many" in request.args
    text = request.args.get(text_of(field), "").strip()[:LONGEST]
    kept = people.find_colleagues(ctx, request.args.getlist(field, type=number)) if many else []
    found = people.search_colleagues(ctx, text, limit=MOST_FOUND + 1)
    return render_template(
        "fragments/colleagues.html",
        field=field,
        many=many,
        text=text,
        kept=kept,
        found=[user for user in found[:MOST_FOUND] if user not in kept],
        nobody=not found,
        more=len(found) > MOST_FOUND,
    )


def text_of(field: str) -> str:
    """Return under what name a field of colleagues sends its text."""
    return f"{field}_text"


def read(field: str) -> list[int]:
    """Return whom a form that was sent names: those ticked or, if nobody is, those the text names."""
    ticked = request.form.getlist(field, type=number)
    text = "" if ticked else request.form.get(text_of(field), "")
    names = [name.strip() for name in _BETWEEN_NAMES.split(text) if name.strip()]
    if len(names) > MOST_NAMED:
        raise Invalid(_("一次最多写 %(num)s 人。", num=MOST_NAMED), fields={field: _("请分几次")})
    try:
        return ticked or [people.name_colleague(g.ctx, name[:LONGEST]).id for name in names]
    except Invalid as refused:
        raise Invalid(refused.message, fields={field: refused.message}) from refused
