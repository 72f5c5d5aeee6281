"""The assessments of impact on personal data (个人信息保护影响评估): of each programme, by its organiser."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from service.errors import Invalid
from service.programmes.privacy import impact_assessments
from service.web.frame.doors import for_organisers
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("impact_pages", __name__, url_prefix="/admin/impact-assessments")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pages.get("")
@for_organisers
def list_programmes() -> str:
    """List the programmes whose assessment the actor sees, with the newest conclusion on each."""
    ctx: Context = g.ctx
    programmes = impact_assessments.list_programmes(ctx)
    rows = [(one, next(iter(impact_assessments.list_of(ctx, one.key)), None)) for one in programmes]
    return render_template("admin/impact_list.html", rows=rows)


@pages.get("/<key>")
@for_organisers
def show(key: str) -> str:
    """Show what a programme does with personal data, and what was concluded on it."""
    return _page(key, None)


@pages.post("/<key>")
@for_organisers
def conclude(key: str) -> ResponseReturnValue:
    """Keep a conclusion."""
    ctx: Context = g.ctx
    names = ("conclusion", "assessed_on", "signed_by")
    given = {name: request.form.get(name, "") for name in names}
    try:
        impact_assessments.conclude(ctx, key, request.form.get("version", ""), **given)
    except Invalid as refused:
        ctx.session.rollback()
        return _page(key, refused), status_of(refused)
    flash(_("评估结论已保存。"), "success")
    return redirect(url_for("impact_pages.show", key=key))


@pages.get("/<key>/report.docx")
@for_organisers
def report(key: str) -> Response:
    """Give the report as it was concluded, or as things are now."""
    data = impact_assessments.print_report(g.ctx, key, request.args.get("number", type=number))
    name = f"{impact_assessments.TITLE} {key}.docx"
    return send_file(io.BytesIO(data), mimetype=DOCX, as_attachment=True, download_name=name)


def _page(key: str, refused: Invalid | None) -> str:
    ctx: Context = g.ctx
    return render_template(
        "admin/impact.html",
        assessed=impact_assessments.describe(ctx, key),
        concluded=impact_assessments.list_of(ctx, key),
        keep_until=impact_assessments.keep_until,
        refused=refused,
        given=request.form if refused else {"signed_by": ctx.actor.name},
    )
