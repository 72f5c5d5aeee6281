"""The 公示 of a round for its organiser: whom the public turns to, and the windows that run."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.models import Channel, Notice, Round
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.pack.programme import CONTACT
from service.programmes.publication import contacts, notices, objections, prolonging
from service.programmes.round import rounds
from service.programmes.rule import calendar
from service.web import objection_form
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.web.public import check_files, read_sender
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("notice_pages", __name__, url_prefix="/rounds")


@pages.get("/<int:round_id>/notice")
def show(round_id: int) -> str:
    """Show what the round's 公示 will say of whom to turn to."""
    return _page(_round(round_id))


@pages.post("/<int:round_id>/notice/contact")
def fill_in(round_id: int) -> ResponseReturnValue:
    """Keep the organiser's telephone, e-mail and address."""
    entry = _round(round_id)
    try:
        contacts.fill_in(g.ctx, entry, request.form)
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "contact", refused)
    flash(_("联系方式已保存，以后发布的公示都写明它。"), "success")
    return redirect(url_for("notice_pages.show", round_id=round_id))


@pages.get("/<int:round_id>/notice/own")
def show_own(round_id: int) -> str:
    """Show how the units of whoever asks are reached when they publish themselves (逐级公示)."""
    return _own_page(rounds.get(g.ctx, round_id))


@pages.post("/<int:round_id>/notice/own")
def fill_in_own(round_id: int) -> ResponseReturnValue:
    """Keep the telephone, e-mail and address of such a unit."""
    ctx: Context = g.ctx
    try:
        contacts.fill_in_own(ctx, rounds.get(ctx, round_id), request.form.get("unit", ""), request.form)
    except Invalid as refused:
        ctx.session.rollback()
        return _own_page(rounds.get(ctx, round_id), refused), status_of(refused)
    flash(_("联系方式已保存，以后发布的公示都写明它。"), "success")
    return redirect(url_for("notice_pages.show_own", round_id=round_id, unit=request.form["unit"]))


@pages.get("/<int:round_id>/notice/<int:notice_id>/register")
def ask_letter(round_id: int, notice_id: int) -> str:
    """Ask what came by letter, telephone or in person."""
    return _letter(_notice(round_id, notice_id), None)


@pages.post("/<int:round_id>/notice/<int:notice_id>/register")
def register(round_id: int, notice_id: int) -> ResponseReturnValue:
    """Enter an objection by hand; its case begins as if it had come by the page."""
    ctx: Context = g.ctx
    _notice(round_id, notice_id)
    try:
        files = check_files()
        notice = _notice(round_id, notice_id)
        objection = objections.register(
            ctx,
            notice,
            request.form.get("nomination", 0, type=number),
            objection_form.read_answers(objection_form.list_inputs(ctx, notice)),
            channel=_channel(),
            came_on=_day("came_on"),
            sender=read_sender(),
            files=files,
        )
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _letter(_notice(round_id, notice_id), refused), status_of(refused)
    flash(_("已登记，回执编号 %(receipt)s，请告知反映人。", receipt=objection.receipt), "success")
    return redirect(url_for("notice_pages.show", round_id=round_id))


@pages.post("/<int:round_id>/notice/<int:notice_id>/prolong")
def prolong(round_id: int, notice_id: int) -> ResponseReturnValue:
    """Let a notice run longer."""
    notice = _notice(round_id, notice_id)
    zone = wiring.pack_of(g.ctx, notice.round).programme.zone
    try:
        until = calendar.end_of_day(_day("until"), zone)
        prolonging.prolong(g.ctx, notice, until, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, f"prolong-{notice_id}", refused)
    flash(_("公示已延长，公示页面写明了原因。"), "success")
    return redirect(url_for("notice_pages.show", round_id=round_id))


def _notice(round_id: int, notice_id: int) -> Notice:
    entry = _round(round_id)
    notice: Notice | None = g.ctx.session.get(Notice, notice_id)
    if notice is None or notice.round_id != entry.id or notice.kind not in notices.OBJECTABLE:
        raise NotFound(_("没有这份公示，可能地址有误或尚未发布。"))
    return notice


def _channel() -> Channel:
    try:
        return Channel(request.form.get("channel", ""))
    except ValueError:
        raise Invalid(_("请选择来源。"), fields={"channel": _("请选择来信、来电或来访")}) from None


def _day(field: str) -> date:
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise Invalid(_("日期写法不对。"), fields={field: _("请选择日期")}) from None


def _letter(notice: Notice, refused: ServiceError | None) -> str:
    people = [
        (person["nomination"], f"{person['name']}（{category['name']}）")
        for category in notice.snapshot["categories"]
        for person in category["people"]
    ]
    return render_template(
        "rounds/letter.html",
        notice=notice,
        round=notice.round,
        zone=wiring.pack_of(g.ctx, notice.round).programme.zone,
        people=people,
        inputs=objection_form.list_inputs(g.ctx, notice),
        channels=[("letter", _("来信")), ("phone", _("来电")), ("visit", _("来访"))],
        may_register=objections.may_register(g.ctx, notice),
        refused=refused,
        given=request.form if refused else {},
    )


def _round(round_id: int) -> Round:
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    if not (nominations.is_organiser(ctx, entry) or ctx.actor.is_admin):
        raise Forbidden(_("只有主办单位可以办理公示。"))
    return entry


def _own_page(entry: Round, refused: ServiceError | None = None) -> str:
    units = contacts.list_own(g.ctx, entry)
    if not units:
        raise Forbidden(_("只有发布公示的单位自己的经办人可以填写它的联系方式。"))
    code = request.values.get("unit", "")
    return render_template(
        "rounds/own_contact.html",
        round=entry,
        units=units,
        unit=next((unit for unit in units if unit.code == code), units[0]),
        refused=refused,
        given=request.form if refused else {},
    )


def _refused(round_id: int, form: str, refused: ServiceError) -> ResponseReturnValue:
    g.ctx.session.rollback()
    return _page(_round(round_id), form=form, refused=refused), status_of(refused)


def _page(entry: Round, *, form: str = "", refused: ServiceError | None = None) -> str:
    ctx: Context = g.ctx
    programme = wiring.pack_of(ctx, entry).programme
    contact = contacts.contact_of(programme.notice, entry.organiser)
    return render_template(
        "rounds/notice.html",
        round=entry,
        rule=programme.notice,
        zone=programme.zone,
        contact=contact,
        is_fixed=all(programme.notice.contact[key] for key in CONTACT),
        missing=contacts.list_missing(ctx, entry),
        organises=nominations.is_organiser(ctx, entry),
        notices=[(row, notices.is_open(row, ctx.now)) for row in notices.list_objectable(ctx, entry)],
        form=form,
        refused=refused,
        given=request.form if refused else {},
    )
