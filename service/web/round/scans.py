"""Stamped scans: taking them in under the wording they are of, and giving them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from service.errors import Invalid
from service.models import Nomination, PrintedPaper, Round, Unit
from service.programmes.paper import forms, rosters, scans
from service.web import downloads
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("scan_pages", __name__)


@pages.post("/papers/printed/<int:printed_id>/scan")
def add(printed_id: int) -> ResponseReturnValue:
    """Take in the stamped scan of a printed paper."""
    ctx: Context = g.ctx
    printed = scans.get_printed(ctx, printed_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("请选择盖章后的扫描件（PDF）。"), fields={"file": _("必填")})
    scans.attach(ctx, _find_version(ctx, printed), file.filename, file.stream.read())
    flash(
        _("盖章扫描件已上传，与打印版本 %(code)s 绑定。", code=scans.code_of(printed.content_hash)), "success"
    )
    if printed.nomination_id is not None:
        return redirect(url_for("nomination_pages.show", nomination_id=printed.nomination_id))
    return redirect(url_for("paper_pages.show", round_id=printed.round_id))


@pages.route("/papers/scans/<int:scan_id>", methods=["GET", "POST"])
def download(scan_id: int) -> ResponseReturnValue:
    """Give a stamped scan back, as a download, once it is said what for."""
    scan, round_id, about = scans.get_visible(g.ctx, scan_id)
    data = scans.read(g.ctx, scan)
    people = rosters.list_printed(g.ctx, scans.get_printed(g.ctx, scan.printed_paper_id))
    return downloads.ask_or_give(scan, data, round_id, about, people=people, content_type=scans.PDF[0])


def _find_version(ctx: Context, printed: PrintedPaper) -> scans.Version:
    if printed.nomination_id is not None:
        listed = forms.list_versions(ctx, ctx.session.get_one(Nomination, printed.nomination_id))
    else:
        unit = ctx.session.get(Unit, printed.recommender_id) if printed.recommender_id else None
        listed = rosters.list_versions(ctx, ctx.session.get_one(Round, printed.round_id), unit)
    return next(version for version in listed if version.printed.id == printed.id)
