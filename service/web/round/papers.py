"""Papers to download: the annexes and the 公示, and the form that asks what personal data is taken for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, render_template, request, send_file
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, NotFound
from service.models import Round, Unit
from service.programmes.nomination import nominations
from service.programmes.paper import papers
from service.programmes.round import quotas, rounds
from service.web.frame.errors import status_of
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("paper_pages", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pages.get("/rounds/<int:round_id>/papers")
def show(round_id: int) -> str:
    """Offer the papers of a round."""
    return _form(rounds.get(g.ctx, round_id), None)


@pages.get("/rounds/<int:round_id>/papers/quotas.xlsx")
def quotas_xlsx(round_id: int) -> Response:
    """Give annex 1."""
    entry = rounds.get(g.ctx, round_id)
    return _file(papers.print_quotas(g.ctx, entry), XLSX, f"附件1 名额分配表 {entry.label}.xlsx")


@pages.get("/rounds/<int:round_id>/papers/notice.docx")
def notice_docx(round_id: int) -> Response:
    """Give the 公示 as a document."""
    entry = rounds.get(g.ctx, round_id)
    return _file(papers.print_notice(g.ctx, entry), DOCX, f"候选人公示 {entry.label}.docx")


@pages.get("/rounds/<int:round_id>/papers/template.xlsx")
def template_xlsx(round_id: int) -> Response:
    """Give an empty annex 3 for importing."""
    entry = rounds.get(g.ctx, round_id)
    return _file(papers.print_roster_template(g.ctx, entry), XLSX, "附件3 汇总表（空白）.xlsx")


@pages.post("/rounds/<int:round_id>/papers/roster.xlsx")
def roster_xlsx(round_id: int) -> ResponseReturnValue:
    """Give annex 3 of one recommender, or of the round; the export is noted with receiver and purpose."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    try:
        unit = _recommender(entry)
        data = papers.print_roster(ctx, entry, unit)
        papers.note_export(
            ctx,
            entry,
            "roster",
            receiver=request.form.get("receiver", ""),
            purpose=request.form.get("purpose", ""),
            unit=unit.code if unit else "",
            full=papers.may_read_in_full(ctx, entry, unit),
        )
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _form(rounds.get(ctx, round_id), refused), status_of(refused)
    name = unit.name if unit else entry.organiser.name
    return _file(data, XLSX, f"附件3 汇总表 {name} {entry.label}.xlsx")


@pages.post("/nominations/<int:nomination_id>/recommendation.docx")
def recommendation_docx(nomination_id: int) -> ResponseReturnValue:
    """Give annex 2 of a nomination with its opinions in place; the export is noted."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    data = papers.print_recommendation(ctx, nomination)
    papers.note_export(
        ctx,
        nomination.round,
        "recommendation",
        receiver=request.form.get("receiver", ""),
        purpose=request.form.get("purpose", ""),
        nomination=nomination.id,
    )
    return _file(data, DOCX, f"附件2 推荐表 {nomination.name}.docx")


def _recommender(entry: Round) -> Unit | None:
    wanted = request.form.get("unit", "")
    if wanted == "":
        return None
    units = quotas.units_with_places(g.ctx, entry)
    unit = next((unit for unit in units if str(unit.id) == wanted), None)
    if unit is None:
        raise NotFound(_("没有这个推荐单位。"))
    return unit


def _form(entry: Round, refused: Invalid | Conflict | None) -> str:
    ctx: Context = g.ctx
    units = [
        unit for unit in quotas.units_with_places(ctx, entry) if papers.may_export_roster(ctx, entry, unit)
    ]
    return render_template(
        "papers/show.html",
        round=entry,
        units=units,
        whole=papers.may_export_roster(ctx, entry, None),
        full={unit.id for unit in units if papers.may_read_in_full(ctx, entry, unit)},
        refused=refused,
        given=request.form if refused else {},
    )


def _file(data: bytes, mimetype: str, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=mimetype, as_attachment=True, download_name=name)
