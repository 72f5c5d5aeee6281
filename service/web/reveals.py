"""Showing a masked value in full: by a click, with a reason, and never without a line in the history."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from service.errors import Forbidden, Invalid, NotFound
from service.models import Instance, Nomination, Objection
from service.programmes import submitted
from service.programmes.nomination import nominations, record
from service.programmes.privacy import consents, disclosures, provision
from service.programmes.publication import statements
from service.programmes.review import experts
from service.web.frame.errors import is_fragment
from service.web.task.diagrams import get_visible
from service.workflow.context import Context

pages = Blueprint("reveals", __name__, url_prefix="/reveals")

MIN_REASON = 2
OBJECTION_FIELDS = ("name", "contact")


@pages.post("/nomination/<int:number>/<field>")
def of_nomination(number: int, field: str) -> str:
    """Show a sensitive field of a nomination."""
    ctx: Context = g.ctx
    nomination = ctx.session.get(Nomination, number)
    if nomination is None or not (
        nominations.may_see(ctx, nomination) or _works_on(ctx, nomination.instance_id)
    ):
        raise NotFound(_("没有这份申报，或您无权查看。"))
    _require_readable(ctx, nomination)
    return reveal(
        f"nomination:{number}",
        field,
        lambda: record.answers_of(ctx, nomination).get(field),
        nomination.round_id,
        people=[number],
    )


@pages.post("/objection/<int:number>/<field>")
def of_objection(number: int, field: str) -> str:
    """Show who raised an objection, to whoever works on its case."""
    ctx: Context = g.ctx
    objection = ctx.session.get(Objection, number)
    if objection is None or field not in OBJECTION_FIELDS or not _looks_into(ctx, objection):
        raise NotFound(_("没有这份异议，或您无权查看。"))
    return reveal(f"objection:{number}", field, lambda: getattr(objection, field), objection.round_id)


@pages.post("/task/<int:number>/<field>")
def of_task(number: int, field: str) -> str:
    """Show a sensitive answer of a step that is done, to whoever may read what was submitted there."""
    ctx: Context = g.ctx
    task = submitted.get_task(ctx, number)
    nomination = nominations.of_instance(ctx, task.instance)
    _require_readable(ctx, nomination)
    found = submitted.find(ctx, task)
    return reveal(
        f"task:{number}",
        field,
        lambda: found.answers.get(field) if found else None,
        task.round_id,
        people=[nomination.id] if nomination else (),
    )


def _require_readable(ctx: Context, nomination: Nomination | None) -> None:
    if nomination is None:
        return
    if experts.only_judges(ctx, nomination):
        raise Forbidden(_("评审时不能查看证件号码、电话等信息，请只看申报材料。"))
    provision.require_not_withheld(ctx, nomination)
    consents.require_sensitive(ctx, nomination)


def _looks_into(ctx: Context, objection: Objection) -> bool:
    if not _works_on(ctx, objection.instance_id):
        return False
    return not statements.only_answers(ctx, ctx.session.get_one(Instance, objection.instance_id))


def _works_on(ctx: Context, instance_id: int | None) -> bool:
    if instance_id is None:
        return False
    try:
        get_visible(ctx, instance_id)
    except NotFound:
        return False
    return True


def reveal(
    of: str,
    field: str,
    read: Callable[[], Any],
    round_id: int | None,
    *,
    people: Collection[int] = (),
) -> str:
    """Show what ``read`` returns and note who looked, at what and why; the caller has said that he may.

    ``people`` are the nominations that are told of it.
    """
    reason = request.form.get("reason", "").strip()
    if len(reason) < MIN_REASON:
        raise Invalid(_("请写明查看原因，查看会记入历史。"), fields={"reason": _("必填")})
    value = read()
    if value is None:
        raise NotFound(_("这一项没有内容。"))
    disclosures.note(
        g.ctx,
        disclosures.REVEALS,
        "value.revealed",
        round_id=round_id,
        people=people,
        of=of,
        field=field,
        receiver=g.ctx.actor.name,
        reason=reason[:200],
    )
    template = "fragments/revealed.html" if is_fragment() else "revealed.html"
    return render_template(template, value=value, back=request.referrer)
