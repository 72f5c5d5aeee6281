"""Registrations of a round (自荐登记) as whoever decides on them works through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, ServiceError
from service.models import Registration, RegistrationStatus, Round, Unit
from service.programmes import wiring
from service.programmes.registration import confirmations, links, matches
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.web.reveals import reveal
from service.workflow.context import Context
from service.workflow.task.tasklist import Page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("round_registration_pages", __name__, url_prefix="/rounds")

PAGE = 20


@pages.get("/<int:round_id>/registrations")
def list_registrations(round_id: int) -> str:
    """List a round's registrations the actor is shown, by what became of them."""
    ctx: Context = g.ctx
    entry = confirmations.get_round(ctx, round_id)
    wanted = request.args.get("status", "")
    status = next((one for one in RegistrationStatus if one == wanted), RegistrationStatus.WAITING)
    at = max(1, request.args.get("page", 1, type=number))
    rows = confirmations.list_page(ctx, entry, status, limit=PAGE + 1, offset=(at - 1) * PAGE)
    return render_template(
        "registration/round.html",
        round=entry,
        status=status,
        counts=confirmations.count_by_status(ctx, entry),
        page=Page(rows=rows[:PAGE], number=at, has_next=len(rows) > PAGE),
        found=matches.find(ctx, rows[:PAGE] if status == RegistrationStatus.WAITING else []),
        decided={row.id for row in rows if confirmations.may_decide(ctx, row)},
        zone=wiring.pack_of(ctx, entry).programme.zone,
    )


@pages.get("/<int:round_id>/registrations/<int:registration_id>")
def show(round_id: int, registration_id: int) -> str:
    """Show a registration, who may be the same, and the link once it is confirmed."""
    return _page(_find(round_id, registration_id), None)


@pages.post("/<int:round_id>/registrations/<int:registration_id>/confirm")
def confirm(round_id: int, registration_id: int) -> ResponseReturnValue:
    """Make the account; the page then shows the link to hand over."""
    registration = _find(round_id, registration_id)
    try:
        confirmations.confirm(g.ctx, registration, _unit(registration.round))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, registration_id, refused)
    flash(_("已确认，账号已开通。请把下面的链接交给本人。"), "success")
    return redirect(_address(registration))


@pages.post("/<int:round_id>/registrations/<int:registration_id>/refuse")
def refuse(round_id: int, registration_id: int) -> ResponseReturnValue:
    """Refuse a registration with a reason."""
    registration = _find(round_id, registration_id)
    try:
        confirmations.refuse(g.ctx, registration, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, registration_id, refused)
    flash(_("已办理，登记人查询时看到原因。"), "success")
    return redirect(_address(registration))


@pages.post("/<int:round_id>/registrations/<int:registration_id>/link")
def renew_link(round_id: int, registration_id: int) -> ResponseReturnValue:
    """Give another link in place of one that was not used in time."""
    registration = _find(round_id, registration_id)
    try:
        confirmations.renew_link(g.ctx, registration)
    except Conflict as refused:
        return _refused(round_id, registration_id, refused)
    flash(_("已重发链接，原来的链接作废。"), "success")
    return redirect(_address(registration))


@pages.post("/<int:round_id>/registrations/<int:registration_id>/contact")
def reveal_contact(round_id: int, registration_id: int) -> str:
    """Show how somebody who registered is reached; the look is noted."""
    found = _find(round_id, registration_id)
    contact = found.contact if found.purged_at is None else None
    return reveal(f"registration:{found.number}", "contact", lambda: contact, found.round_id)


def _find(round_id: int, registration_id: int) -> Registration:
    return confirmations.get(g.ctx, confirmations.get_round(g.ctx, round_id), registration_id)


def _unit(entry: Round) -> Unit | None:
    """Return the unit that was chosen: by its number, or as the list writes it."""
    wanted = request.form.get("unit", "").strip()
    for unit in confirmations.list_units(g.ctx, entry):
        if wanted in (str(unit.id), unit.code, f"{unit.name}（{unit.code}）"):
            return unit
    return None


def _address(registration: Registration) -> str:
    return url_for(
        "round_registration_pages.show",
        round_id=registration.round_id,
        registration_id=registration.id,
    )


def _refused(round_id: int, registration_id: int, refused: ServiceError) -> ResponseReturnValue:
    """Show the page again with what was written; nothing of the attempt is kept."""
    g.ctx.session.rollback()
    return _page(_find(round_id, registration_id), refused), status_of(refused)


def _page(registration: Registration, refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    decides = confirmations.may_decide(ctx, registration)
    is_good = decides and links.is_good(ctx, registration)
    waits = registration.status == RegistrationStatus.WAITING
    return render_template(
        "registration/show.html",
        round=registration.round,
        registration=registration,
        found=matches.of(ctx, registration),
        decides=decides,
        units=confirmations.list_units(ctx, registration.round) if decides and waits else [],
        link=url_for("registration_pages.ask_password", token=registration.link, _external=True)
        if is_good
        else "",
        is_used=links.is_used(registration),
        longest=confirmations.MAX_REASON,
        zone=wiring.pack_of(ctx, registration.round).programme.zone,
        refused=refused,
        given=request.form if refused else {},
    )
