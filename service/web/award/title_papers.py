"""Papers about one title, to download."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _

from service.programmes.award import awards, certificates, title_papers
from service.programmes.paper import exports
from service.web.award.downloads import DOCX, give
from service.workflow.context import Context

pages = Blueprint("title_paper_pages", __name__, url_prefix="/awards")


@pages.post("/<int:award_id>/papers/<paper>.docx")
def download(award_id: int, paper: str) -> Response:
    """Give a paper about a title; the export is noted with receiver and purpose."""
    ctx: Context = g.ctx
    award = awards.get_visible(ctx, award_id)
    data = title_papers.print_paper(ctx, award, paper)
    exports.note_export(
        ctx,
        award.round,
        paper,
        receiver=request.form.get("receiver", ""),
        purpose=request.form.get("purpose", ""),
        people=[award.nomination_id],
        award=award.id,
        nomination=award.nomination_id,
    )
    title = title_papers.get_paper(ctx, award, paper).title
    return give(data, DOCX, f"{title} {award.name}.docx")


@pages.post("/<int:award_id>/certificate.docx")
def print_certificate(award_id: int) -> Response:
    """Give the certificate of a title; the export is noted with receiver and purpose."""
    award = awards.get_visible(g.ctx, award_id)
    asked = {name: request.form.get(name, "") for name in ("receiver", "purpose")}
    return give(certificates.print_one(g.ctx, award, **asked), DOCX, f"{_('荣誉证书')} {award.name}.docx")
