"""What everybody may see without logging in: published notices, objections to them, and their receipts.

A notice's page is made of the frozen snapshot and why it was prolonged; nobody who objected appears anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as browser_session
from flask_babel import gettext as _

from service.documents.uploads import AttachmentInfo
from service.errors import Conflict, Invalid, NotFound, ServiceError
from service.models import Notice, Sender
from service.programmes import wiring
from service.programmes.pack.columns import published_names
from service.programmes.paper import official
from service.programmes.publication import evidence, local_notices, notices, objections, prolonging
from service.programmes.registration import registrations
from service.web import objection_form
from service.web.frame.errors import status_of
from service.web.frame.security import limiter
from service.web.frame.sessions import public
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("public_pages", __name__, url_prefix="/public")

HONEYPOT = "website"  # people do not see it, robots fill it in
MINUTE = 60


@pages.get("")
@public
def list_notices() -> Response:
    """List the published notices."""
    page = render_template(
        "public/list.html",
        notices=notices.list_public(g.ctx),
        local=local_notices.list_open(g.ctx),
        registering=registrations.list_open(g.ctx),
        zone_of=_zone_of,
    )
    return _cached(page)


@pages.get("/<slug>")
@public
def show(slug: str) -> Response:
    """Show a notice: its lists, its window, and where to object."""
    notice = notices.get_public(g.ctx, slug)
    prolonged = prolonging.list_of(notice)
    return _cached(render_template("public/notice.html", prolonged=prolonged, **_facts(notice)))


@pages.get("/<slug>/objections/<int:number>")
@public
def object_to(slug: str, number: int) -> str:
    """Ask who objects, how he can be reached, and what happened."""
    notice = notices.get_public(g.ctx, slug)
    return _form(notice, _person(notice, number), None)


@pages.post("/<slug>/objections/<int:number>")
@public
@limiter.limit("5 per minute; 30 per hour", methods=["POST"])
def lodge(slug: str, number: int) -> ResponseReturnValue:
    """Take an objection and go on to its receipt, which is shown once."""
    ctx: Context = g.ctx
    notice = notices.get_public(ctx, slug)
    person = _person(notice, number)
    try:
        objections.require_open(ctx, notice)
        answers = _answers(notice)  # a robot's files are not looked at
        files = check_files()
        notice = notices.get_public(ctx, slug)
        objection = objections.lodge(ctx, notice, number, answers, sender=read_sender(), files=files)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _form(notices.get_public(ctx, slug), person, refused), status_of(refused)
    browser_session["receipt"] = objection.receipt
    return redirect(url_for("public_pages.show_receipt"))


@pages.get("/receipt")
@public
def show_receipt() -> str:
    """Show a receipt just given, once; it is the only way to ask for the result."""
    return render_template("public/receipt.html", receipt=browser_session.pop("receipt", ""))


@pages.get("/status")
@public
def ask_status() -> str:
    """Ask for a receipt."""
    return render_template("public/status.html", objection=None, refused=None, given="")


@pages.post("/status")
@public
@limiter.limit("10 per minute", methods=["POST"])
def show_status() -> ResponseReturnValue:
    """Say how the objection behind a receipt stands; never who raised it or what it says."""
    given = request.form.get("receipt", "")[:60]
    try:
        objection = objections.find_by_receipt(g.ctx, given)
    except NotFound as refused:
        return render_template("public/status.html", objection=None, refused=refused, given=given), 404
    notice = g.ctx.session.get_one(Notice, objection.notice_id)
    return render_template(
        "public/status.html",
        objection=objection,
        notice=notice,
        zone=_zone_of(notice),
        refused=None,
        given="",
    )


def check_files() -> list[AttachmentInfo]:
    """Check the evidence. It takes seconds, in which the database is let go: anybody may send pictures."""
    files = _files()
    if files:
        g.ctx.session.rollback()
    return evidence.check(files)


def _files() -> list[tuple[str, bytes]]:
    files = [file for file in request.files.getlist(evidence.FIELD) if file.filename]
    found = []
    for file in files:
        with file.stream as stream:
            found.append((file.filename or "", stream.read(evidence.MAX_BYTES + 1)))
    return found


def read_sender() -> Sender:
    """Return who reports, as the form says it."""
    return Sender.UNIT if request.form.get("sender") == Sender.UNIT else Sender.PERSON


def _answers(notice: Notice) -> dict[str, Any]:
    if request.form.get(HONEYPOT):
        raise Invalid(_("这次提交没有被接受，请刷新页面后重新填写。"))
    return objection_form.read_answers(objection_form.list_inputs(g.ctx, notice))


def _person(notice: Notice, number: int) -> dict[str, Any]:
    for category in notice.snapshot["categories"]:
        for person in category["people"]:
            if person["nomination"] == number:
                return {**person, "category": category["name"]}
    raise NotFound(_("名单中没有这位候选人。"))


def _form(notice: Notice, person: dict[str, Any], refused: ServiceError | None) -> str:
    return render_template(
        "public/objection.html",
        person=person,
        refused=refused,
        given=request.form if refused else {},
        inputs=objection_form.list_inputs(g.ctx, notice),
        **_facts(notice),
    )


def _facts(notice: Notice) -> dict[str, Any]:
    pack = wiring.pack_of(g.ctx, notice.round)
    names = published_names(pack.forms.get(pack.programme.record_form, {}))
    people = pack.programme.nominates_people
    return {
        "introduction": official.introduce(g.ctx, notice),
        "names": {} if people else names,
        "notice": notice,
        "snapshot": notice.snapshot,
        "total": sum(len(category["people"]) for category in notice.snapshot["categories"]),
        "zone": _zone_of(notice),
        "is_open": notices.is_open(notice, g.ctx.now),
    }


def _zone_of(notice: Notice) -> Any:
    return wiring.pack_of(g.ctx, notice.round).programme.zone


def _cached(page: str) -> Response:
    """Let caches keep a page for a minute; a demonstration's bar belongs to its visitor."""
    response = make_response(page)
    if not current_app.config["DEMONSTRATION"] and g.ctx.actor.user_id is None:
        response.headers["Cache-Control"] = f"public, max-age={MINUTE}"
        response.vary.update(("Accept-Language", "Cookie"))
        response.add_etag()
        response.make_conditional(request)
    return response
