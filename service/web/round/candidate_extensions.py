"""Giving one nomination alone more time (X10), from its own page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, ServiceError
from service.models import Nomination, Stage
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.round import candidate_extensions, rounds
from service.programmes.rule import calendar
from service.web.frame.errors import status_of
from service.workflow.context import Context

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

pages = Blueprint("candidate_extension_pages", __name__, url_prefix="/nominations")


@pages.get("/<int:nomination_id>/extension")
def ask(nomination_id: int) -> str:
    """Ask until when, and why."""
    return _page(_nomination(nomination_id), None)


@pages.post("/<int:nomination_id>/extension")
def extend(nomination_id: int) -> ResponseReturnValue:
    """Give the nomination more time."""
    ctx: Context = g.ctx
    nomination = _nomination(nomination_id)
    try:
        candidate_extensions.extend(ctx, nomination, _until(nomination), request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(nomination, refused), status_of(refused)
    flash(_("已为%(name)s办理延期，延期记入历史。", name=nomination.name or nomination.unit.name), "success")
    return redirect(url_for("nomination_pages.show", nomination_id=nomination_id))


def _nomination(nomination_id: int) -> Nomination:
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    if not nominations.is_organiser(ctx, nomination.round):
        raise Forbidden(_("只有主办单位可以办理延期。"))
    return nomination


def _until(nomination: Nomination) -> datetime:
    try:
        day = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        said = {"until": _("请选择日期，例如 2024-03-29")}
        raise Invalid(_("日期写法不对。"), fields=said) from None
    return calendar.end_of_day(day, wiring.pack_of(g.ctx, nomination.round).programme.zone)


def _page(nomination: Nomination, refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    if not refused and not candidate_extensions.may_extend(ctx, nomination):
        raise Conflict(_("这份申报已经报送或办结，或联合会审已经开始，不能再延期。"))
    return render_template(
        "nominations/extension.html",
        nomination=nomination,
        due=rounds.due_of(nomination.round, Stage.SUBMISSION),
        extended_until=nominations.extended_until(ctx, nomination.round, nomination, Stage.SUBMISSION),
        zone=wiring.pack_of(ctx, nomination.round).programme.zone,
        given=request.form,
        refused=refused,
    )
