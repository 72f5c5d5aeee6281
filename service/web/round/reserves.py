"""The reserves of a round (候补): who they are, the places that were left, and promoting into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, NotFound
from service.models import Round
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.publication import reserves
from service.programmes.round import rounds, vacancies
from service.web.frame.errors import status_of
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("reserve_pages", __name__, url_prefix="/rounds")


@pages.get("/<int:round_id>/reserves")
def show(round_id: int) -> str:
    """List the reserves by category, for the organiser and administrators."""
    return _page(_round(round_id), None)


@pages.post("/<int:round_id>/reserves")
def promote(round_id: int) -> ResponseReturnValue:
    """Promote the first reserve of a category and publish him."""
    ctx: Context = g.ctx
    try:
        reserve = reserves.promote(ctx, _round(round_id), request.form.get("category", ""))
    except Conflict as refused:
        ctx.session.rollback()
        return _page(_round(round_id), refused), status_of(refused)
    flash(_("%(name)s已递补，补充公示已发布；期满后才能公布。", name=reserve.nomination.name), "success")
    return redirect(url_for("reserve_pages.show", round_id=round_id))


def _round(round_id: int) -> Round:
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    if not (nominations.is_organiser(ctx, entry) or ctx.actor.is_admin):
        raise Forbidden(_("只有主办单位可以查看候补名单。"))
    if not wiring.pack_of(ctx, entry).programme.award.reserves_per_category:
        raise NotFound(_("这个活动不设候补。"))
    return entry


def _page(entry: Round, refused: Conflict | None) -> str:
    ctx: Context = g.ctx
    programme = wiring.pack_of(ctx, entry).programme
    rows, vacant = reserves.list_of(ctx, entry), vacancies.list_of(ctx, entry)
    return render_template(
        "rounds/reserves.html",
        round=entry,
        categories=[
            (
                category,
                mine := [row for row in rows if row.category == category.key],
                [one for one in vacant if one.category == category.key],
                any(reserves.is_waiting(row) for row in mine),
            )
            for category in programme.categories.values()
        ],
        is_waiting=reserves.is_waiting,
        is_open=entry.stage in reserves.OPEN,
        refills=programme.award.refill_cancelled,
        organises=nominations.is_organiser(ctx, entry),
        days=programme.notice.working_days,
        zone=programme.zone,
        refused=refused,
    )
