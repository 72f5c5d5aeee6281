"""The register of titles: the list, narrowed and paged, and its export."""

from __future__ import annotations

from datetime import MAXYEAR
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from service.errors import Conflict, Invalid
from service.programmes.award import award_exports, certificates, register
from service.programmes.award.register import Filter, Place
from service.programmes.domain import FALLBACK_ZONE
from service.web.award.downloads import DOCX, give, give_xlsx
from service.web.frame import labels
from service.web.frame.errors import status_of
from service.web.frame.numbers import is_number, number
from service.workflow.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

pages = Blueprint("award_pages", __name__, url_prefix="/awards")

PAGE = 30


@pages.get("")
def list_awards() -> str:
    """List the titles the actor may see, newest first."""
    return _page(request.args, None)


@pages.post("/export.xlsx")
def export() -> ResponseReturnValue:
    """Give the list as a file; noted with receiver and purpose."""
    ctx: Context = g.ctx
    words = {key: str(word) for key, (word, _colour) in labels.AWARD.items()}
    asked = {name: request.form.get(name, "") for name in ("receiver", "purpose")}
    try:
        data = award_exports.print_register(ctx, read_filter(request.form), words, **asked)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(request.form, refused), status_of(refused)
    return give_xlsx(data, _("称号名册"))


@pages.post("/certificates.docx")
def print_certificates() -> ResponseReturnValue:
    """Give the certificates of the list as one file, a page each; noted with receiver and purpose."""
    ctx: Context = g.ctx
    asked = {name: request.form.get(name, "") for name in ("receiver", "purpose")}
    try:
        data = certificates.print_list(ctx, read_filter(request.form), **asked)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(request.form, refused), status_of(refused)
    return give(data, DOCX, f"{_('荣誉证书')}.docx")


def read_filter(given: Mapping[str, str]) -> Filter:
    """Read a filter; what is malformed narrows nothing."""
    year, round_id = given.get("year", ""), given.get("round", "")
    status = given.get("status", "")
    return Filter(
        programme=given.get("programme", "")[:80],
        year=number(year) if is_number(year) and number(year) <= MAXYEAR else None,
        category=given.get("category", "")[:40],
        unit=given.get("unit", "")[:64],
        status=status if status in (*labels.AWARD, register.IS_HELD) else "",
        text=given.get("text", "").strip()[:80],
        round_id=number(round_id) if is_number(round_id) else None,
    )


def _page(given: Mapping[str, Any], refused: Invalid | Conflict | None) -> str:
    ctx: Context = g.ctx
    narrow = read_filter(given)
    place = Place(
        before=request.args.get("before", None, type=number),
        after=request.args.get("after", None, type=number),
    )
    page = register.list_page(ctx, narrow, place, limit=PAGE)
    counts = register.count_by_status(ctx, narrow)
    return render_template(
        "awards/list.html",
        narrow=narrow,
        narrowed=narrow != Filter(),
        page=page,
        total=sum(counts.values()),
        counts=counts,
        choices=register.list_choices(ctx, narrow),
        unit=register.find_unit(ctx, narrow.unit),
        round=register.find_round(ctx, narrow.round_id),
        categories={award.id: register.name_category(ctx, award) for award in page.rows},
        has_certificates=any(certificates.may_print(ctx, award) for award in page.rows),
        statuses=[
            *((key, word) for key, (word, _colour) in labels.AWARD.items()),
            (register.IS_HELD, _("有效或期满")),
        ],
        zone=FALLBACK_ZONE,
        refused=refused,
        given=given if refused else {},
    )
