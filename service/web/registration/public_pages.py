"""Registering to put oneself forward (个人自荐登记), looking up what became of it, and the first password.

Nobody need have logged in. The answer is the same whoever is known already; number and code are shown once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as browser_session
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, NotFound, ServiceError
from service.models import Registration, Round
from service.programmes import wiring
from service.programmes.nomination.nominations import MAX_NAME
from service.programmes.registration import links, registrations
from service.programmes.registration.registrations import Given
from service.programmes.round import rounds
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.web.frame.security import limiter
from service.web.frame.sessions import public
from service.web.public import HONEYPOT
from service.workflow.context import Context
from service.workflow.person import logins

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("registration_pages", __name__, url_prefix="/public/registrations")

RECEIPT = "registration"


@pages.get("")
@public
def list_rounds() -> str:
    """List where one may register now."""
    entries = registrations.list_open(g.ctx)
    return render_template("registration/list.html", rounds=entries, due_of=rounds.due_of, zone_of=_zone_of)


@pages.get("/<int:round_id>")
@public
def ask(round_id: int) -> str:
    """Ask who he is, how he is reached and where he works."""
    return _form(registrations.get_offered(g.ctx, round_id), None)


@pages.get("/<int:round_id>/units")
@public
@limiter.limit("60 per minute")
def find_units(round_id: int) -> str:
    """Return the units that what is being written may mean."""
    entry = registrations.get_offered(g.ctx, round_id)
    wanted = request.args.get("workplace", "")[: registrations.MAX_WORKPLACE]
    return render_template(
        "registration/units.html",
        wanted=wanted,
        units=registrations.find_units(g.ctx, entry, wanted),
        unit=None,
    )


@pages.post("/<int:round_id>")
@public
@limiter.limit("10 per minute; 60 per hour", methods=["POST"])
def register(round_id: int) -> ResponseReturnValue:
    """Take a registration and go on to its receipt, which is shown once; or look the workplace up first."""
    ctx: Context = g.ctx
    entry = registrations.get_offered(ctx, round_id)
    if request.form.get("find"):
        return _form(entry, None)
    try:
        registration, code = registrations.register(ctx, entry, _given())
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _form(registrations.get_offered(ctx, round_id), refused), status_of(refused)
    browser_session[RECEIPT] = {"number": registration.number, "code": code, "round": entry.title}
    return redirect(url_for("registration_pages.show_receipt"))


@pages.get("/receipt")
@public
def show_receipt() -> str:
    """Show number and code just given, once."""
    return render_template("registration/receipt.html", receipt=browser_session.pop(RECEIPT, None))


@pages.get("/status")
@public
def ask_status() -> str:
    """Ask for number and code."""
    return _status(None, None)


@pages.post("/status")
@public
@limiter.limit("10 per minute", methods=["POST"])
def show_status() -> ResponseReturnValue:
    """Say what became of a registration, and show its link while that is good."""
    form = request.form
    try:
        found = registrations.find(g.ctx, form.get("number", "")[:20], form.get("code", "")[:40])
    except NotFound as refused:
        return _status(None, refused), 404
    return _status(found, None)


@pages.get("/link/<token>")
@public
def ask_password(token: str) -> str:
    """Ask for the first password of an account that was just made."""
    return _link(token, None)


@pages.post("/link/<token>")
@public
@limiter.limit("10 per minute", methods=["POST"])
def set_password(token: str) -> ResponseReturnValue:
    """Set the password; its owner then logs in with it and begins his nomination."""
    ctx: Context = g.ctx
    try:
        entry = links.find(ctx, token).round
        user = links.use(ctx, token, _password())
    except Invalid as refused:
        ctx.session.rollback()
        return _link(token, refused), status_of(refused)
    flash(_("密码已设置。请用用户名 %(login)s 登录，登录后发起申报。", login=user.login), "message")
    return redirect(url_for("login.show", next=url_for("nomination_pages.start", round=entry.id)))


def _given() -> Given:
    form = request.form
    if form.get(HONEYPOT):
        raise Invalid(_("这次提交没有被接受，请刷新页面后重新填写。"))
    return Given(
        name=form.get("name", ""),
        contact=form.get("contact", ""),
        workplace=form.get("workplace", ""),
        unit_id=form.get("unit", type=number),
        agrees=form.get("agrees") == "1",
    )


def _password() -> str:
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        raise Invalid(_("两次输入的密码不一致。"), fields={"again": _("请再输入一遍密码")})
    return new


def _form(entry: Round, refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    wanted = request.form.get("workplace", "")[: registrations.MAX_WORKPLACE]
    return render_template(
        "registration/form.html",
        round=entry,
        is_open=registrations.is_open(ctx, entry),
        due=rounds.due_of(entry, "submission"),
        zone=_zone_of(entry),
        consent=registrations.write_consent(ctx, entry),
        longest=(MAX_NAME, registrations.MAX_WORKPLACE),
        given=request.form,
        wanted=wanted,
        units=registrations.find_units(ctx, entry, wanted),
        unit=request.form.get("unit", type=number),
        refused=refused,
    )


def _status(found: Registration | None, refused: ServiceError | None) -> str:
    good = found is not None and links.is_good(g.ctx, found)
    return render_template(
        "registration/status.html",
        registration=found,
        link=url_for("registration_pages.ask_password", token=found.link) if found and good else "",
        is_used=found is not None and links.is_used(found),
        zone=_zone_of(found.round) if found else None,
        given=request.form if refused else {},
        refused=refused,
    )


def _link(token: str, refused: ServiceError | None) -> str:
    registration = links.find(g.ctx, token)
    return render_template(
        "registration/password.html",
        registration=registration,
        token=token,
        least=logins.MIN_PASSWORD,
        refused=refused,
    )


def _zone_of(entry: Round) -> object:
    return wiring.pack_of(g.ctx, entry).programme.zone
