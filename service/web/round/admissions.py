"""Who recommends in a round, and asking to be one who does (推荐单位认定)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Round, Unit
from service.programmes import wiring
from service.programmes.round import admissions, quotas, rounds
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.task.tasklist import Page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = 50

pages = Blueprint("admission_pages", __name__, url_prefix="/rounds")


@pages.get("/<int:round_id>/recommenders")
def show(round_id: int) -> str:
    """List who recommends, and ask for a unit of one's own."""
    return _page(_round(round_id), None)


@pages.post("/<int:round_id>/recommenders")
def ask(round_id: int) -> ResponseReturnValue:
    """Ask that a unit may recommend."""
    ctx: Context = g.ctx
    try:
        admissions.ask(ctx, _round(round_id), _unit(), request.form.get("reason", ""))
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        return _page(_round(round_id), refused), status_of(refused)
    flash(_("申请已提交，主办单位研究后在这里答复。"), "success")
    return redirect(url_for("admission_pages.show", round_id=round_id))


def _unit() -> Unit:
    ctx: Context = g.ctx
    unit = ctx.session.get(Unit, request.form.get("unit", 0, type=number))
    if unit is None:
        raise Invalid(_("请选择单位。"), fields={"unit": _("请从列表中选择单位")})
    return unit


def _round(round_id: int) -> Round:
    entry = rounds.get(g.ctx, round_id)
    if not admissions.is_offered(g.ctx, entry):
        raise NotFound(_("这个活动的推荐单位由通知规定，不另行认定。"))
    return entry


def _page(entry: Round, refused: Invalid | Conflict | Forbidden | None) -> str:
    ctx: Context = g.ctx
    units = admissions.list_units(ctx, entry)
    page = max(1, request.args.get("page", 1, type=number))
    shown = quotas.page_of_recommenders(ctx, entry, limit=PAGE + 1, skip=(page - 1) * PAGE)
    at = request.args.get("at", None, type=number)
    asked = admissions.list_page(ctx, entry, limit=PAGE + 1, at=at)
    return render_template(
        "rounds/recommenders.html",
        round=entry,
        page=Page(rows=shown[:PAGE], number=page, has_next=len(shown) > PAGE),
        requests=asked[:PAGE],
        next_at=asked[PAGE].instance.id if len(asked) > PAGE else None,
        is_newest=at is None,
        units=[(unit.id, unit.name) for unit in units],
        is_open=entry.stage in admissions.OPEN,
        most=admissions.MAX_REASON,
        zone=wiring.pack_of(ctx, entry).programme.zone,
        refused=refused,
        given=request.form if refused else {},
    )
