"""The places of a round: the live table, reporting head counts, giving places on, and who has nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, NotFound, ServiceError
from service.models import Quota, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.round import allotments, coverage, funnel, head_counts, quota_changes, quotas, rounds
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("quota_pages", __name__)


@pages.get("/rounds/<int:round_id>/places")
def show(round_id: int) -> str:
    """Show the places of a round, and the forms for whoever may change them."""
    return _page(rounds.get(g.ctx, round_id))


@pages.post("/rounds/<int:round_id>/places/head-counts")
def report(round_id: int) -> ResponseReturnValue:
    """Keep how many young people a unit has."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    try:
        unit = _choose("unit", {str(unit.id): unit for unit in head_counts.list_reportable(ctx, entry)})
        places = head_counts.report(ctx, entry, unit, _number("number"))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "report", refused)
    flash(_("%(unit)s的青年人数已报送，建议名额 %(num)s 个。", unit=unit.name, num=places), "success")
    return redirect(url_for("quota_pages.show", round_id=round_id))


@pages.post("/rounds/<int:round_id>/places/allotments")
def allot(round_id: int) -> ResponseReturnValue:
    """Give places on to a unit below."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    quota = allotments.get_quota(ctx, entry, request.form.get("quota", 0, type=number))
    try:
        below = {str(unit.id): unit for unit in allotments.list_below(ctx, quota.unit)}
        unit = _choose("unit", below)
        allotments.allot(ctx, entry, quota, unit, _number("places"))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "allot", refused)
    flash(_("名额已分配给%(unit)s。", unit=unit.name), "success")
    return redirect(url_for("quota_pages.show", round_id=round_id))


@pages.post("/rounds/<int:round_id>/places/allotments/withdrawal")
def take_back(round_id: int) -> ResponseReturnValue:
    """Undo an allotment that is not used."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    quota = allotments.get_quota(ctx, entry, request.form.get("quota", 0, type=number))
    try:
        unit = _choose(
            "unit", {str(given.unit_id): given.unit for given in allotments.list_given(ctx, quota)}
        )
        allotments.take_back(ctx, entry, quota, unit)
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "allot", refused)
    flash(
        _("已取消给%(unit)s的分配，它又可以使用%(holder)s的名额。", unit=unit.name, holder=quota.unit.name),
        "success",
    )
    return redirect(url_for("quota_pages.show", round_id=round_id, quota=quota.id))


def _choose(field: str, units: dict[str, Unit]) -> Unit:
    unit = units.get(request.form.get(field, ""))
    if unit is None:
        raise Invalid(_("请选择单位。"), fields={field: _("请从列表中选择")})
    return unit


def _number(field: str) -> int:
    text = request.form.get(field, "").strip()
    if not text.isdecimal() or len(text) > len(str(head_counts.MOST)):
        raise Invalid(_("人数或名额填写有误。"), fields={field: _("请填写 0 或更大的整数")})
    return int(text)


def _refused(round_id: int, form: str, refused: ServiceError) -> ResponseReturnValue:
    g.ctx.session.rollback()
    return _page(rounds.get(g.ctx, round_id), form=form, refused=refused), status_of(refused)


def _page(entry: Round, *, form: str = "", refused: ServiceError | None = None) -> str:
    ctx: Context = g.ctx
    organises = nominations.is_organiser(ctx, entry) or ctx.actor.is_admin
    by_hand = quotas.is_by_hand(ctx, entry)
    holder = _holder(entry) if by_hand else None
    return render_template(
        "rounds/places.html",
        round=entry,
        programme=wiring.pack_of(ctx, entry).programme,
        table=funnel.tabulate(ctx, entry),
        coverage=coverage.list_coverage(ctx, entry) if organises else (),
        by_heads=not by_hand,
        may_change=quota_changes.is_matrix(ctx, entry) and quota_changes.may_change(ctx, entry),
        reportable=[] if by_hand else head_counts.list_reportable(ctx, entry),
        allottable=allotments.list_allottable(ctx, entry) if by_hand else [],
        holder=holder,
        below=allotments.list_below(ctx, holder.unit) if holder else [],
        handed_on=allotments.list_given(ctx, holder) if holder else [],
        form=form,
        refused=refused,
        given=request.form if refused else {},
    )


def _holder(entry: Round) -> Quota | None:
    wanted = request.values.get("quota", 0, type=number)
    if not wanted:
        return None
    try:
        return allotments.get_quota(g.ctx, entry, wanted)
    except NotFound:
        if request.method == "POST":
            raise
        return None
