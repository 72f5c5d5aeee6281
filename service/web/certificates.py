"""Verifying a certificate: whoever holds it has its code; everybody else learns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, render_template, request, url_for

from service.errors import NotFound
from service.models import Award
from service.programmes import wiring
from service.programmes.award import register
from service.programmes.paper import verification
from service.web.frame.security import limiter
from service.web.frame.sessions import public
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("certificate_pages", __name__, url_prefix="/public/certificates")


@pages.get("")
@public
def ask() -> str:
    """Ask for the code on a certificate."""
    return _page(None, None, "")


@pages.post("")
@public
@limiter.limit("10 per minute; 100 per hour", methods=["POST"])
def find() -> ResponseReturnValue:
    """Go on to what a code says."""
    code = request.form.get("code", "")
    try:
        if verification.is_code(code):
            paper = verification.find_by_code(g.ctx, code)
            return redirect(url_for("certificate_pages.show_paper", code=paper.code))
        award = register.find_by_code(g.ctx, code)
    except NotFound as refused:
        return _page(None, refused, code[:60]), 404
    return redirect(url_for("certificate_pages.show", code=award.code))


@pages.get("/<code>")
@public
@limiter.limit("30 per minute")
def show(code: str) -> ResponseReturnValue:
    """Say what the register says of a certificate now, an annulment included."""
    try:
        return _page(register.find_by_code(g.ctx, code), None, "")
    except NotFound as refused:
        return _page(None, refused, code[:60]), 404


@pages.get("/papers/<code>")
@public
@limiter.limit("30 per minute")
def show_paper(code: str) -> ResponseReturnValue:
    """Say of which paper a printed code is; nobody on it is named."""
    try:
        return _page(None, None, "", paper=verification.find_by_code(g.ctx, code))
    except NotFound as refused:
        return _page(None, refused, code[:60]), 404


def _page(
    award: Award | None, refused: NotFound | None, given: str, *, paper: verification.Verified | None = None
) -> str:
    ctx: Context = g.ctx
    return render_template(
        "public/certificate.html",
        award=award,
        paper=paper,
        category=register.name_category(ctx, award) if award else "",
        programme=wiring.get_pack(ctx, award.programme).programme if award else None,
        refused=refused,
        given=given,
    )
