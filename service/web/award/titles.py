"""One title: who holds it, how it stands, its ledger and processes, and what may be done about it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, ServiceError
from service.models import Award, FollowUp
from service.programmes import wiring
from service.programmes.award import awards, certificates, follow_ups, processes, register, title_papers
from service.programmes.award.follow_ups import Entry
from service.programmes.nomination import nominations
from service.web import downloads
from service.web.frame import labels
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow import history
from service.workflow.context import Context
from service.workflow.task import instances

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

PAGE = 50
MOST_UNITS = 200  # in a list to choose from; where there are more, the code is typed

pages = Blueprint("title_pages", __name__, url_prefix="/awards")


@pages.get("/<int:award_id>")
def show(award_id: int) -> str:
    """Show everything known about a title."""
    return _page(awards.get_visible(g.ctx, award_id))


@pages.post("/<int:award_id>/annul")
def annul(award_id: int) -> ResponseReturnValue:
    """Take a title back."""
    reason = request.form.get("reason", "")
    return _act(award_id, "annul", lambda award: processes.annul(g.ctx, award, reason), _("称号已撤销。"))


@pages.post("/<int:award_id>/restore")
def restore(award_id: int) -> ResponseReturnValue:
    """Take an annulment back."""
    reason = request.form.get("reason", "")
    return _act(award_id, "restore", lambda award: processes.restore(g.ctx, award, reason), _("称号已恢复。"))


@pages.post("/<int:award_id>/move")
def move(award_id: int) -> ResponseReturnValue:
    """Note that the holder works elsewhere now."""
    code, reason = request.form.get("unit", "").strip(), request.form.get("reason", "")

    def act(award: Award) -> None:
        unit = register.find_unit(g.ctx, code)
        if unit is None:
            raise Invalid(_("没有这个单位。"), fields={"unit": _("请填写单位的代码")})
        awards.move(g.ctx, award, unit, reason)

    return _act(award_id, "move", act, _("所在单位已变更，以后由新单位跟踪培育。"))


@pages.post("/<int:award_id>/follow-ups")
def write(award_id: int) -> ResponseReturnValue:
    """Write an entry into the title's ledger."""
    return _act(award_id, "write", _write, _("已记入台账。"))


@pages.post("/follow-ups/<int:entry_id>/end")
def end(entry_id: int) -> ResponseReturnValue:
    """Note the last day of what an entry began."""
    entry = follow_ups.get(g.ctx, entry_id)
    return _act(
        entry.award_id,
        f"entry-{entry_id}",
        lambda _award: follow_ups.end(g.ctx, _entry(entry_id), _day("ended_on")),
        _("已登记结束日期。"),
    )


@pages.post("/follow-ups/<int:entry_id>/strike")
def strike(entry_id: int) -> ResponseReturnValue:
    """Strike an entry out."""
    entry, reason = follow_ups.get(g.ctx, entry_id), request.form.get("reason", "")
    return _act(
        entry.award_id,
        f"entry-{entry_id}",
        lambda _award: follow_ups.strike(g.ctx, _entry(entry_id), reason),
        _("这条记录已作废。"),
    )


@pages.route("/follow-ups/<int:entry_id>/evidence", methods=["GET", "POST"])
def evidence(entry_id: int) -> ResponseReturnValue:
    """Give the file of an entry, to anybody but its writer and the holder once it is said what for.

    That one of a private track was taken is not noted as about the nominee, who may not know of it.
    """
    ctx: Context = g.ctx
    entry = follow_ups.get(ctx, entry_id)
    data, award = follow_ups.read_evidence(ctx, entry), entry.award
    about: dict[str, object] = {"of": f"follow_up:{entry.id}", "field": "evidence"}
    people: list[int] = []
    if not follow_ups.tracks_of(ctx, award)[entry.track].private:
        about["nomination"], people = award.nomination_id, [award.nomination_id]
    return downloads.ask_or_give(
        entry, data, entry.round_id, about, entry.written_by_id, award.holder_id, people=people
    )


@pages.post("/<int:award_id>/processes/<element_id>")
def begin(award_id: int, element_id: str) -> ResponseReturnValue:
    """Begin a process for the title by hand and go on to it."""
    ctx: Context = g.ctx
    instance = processes.begin_by_hand(ctx, awards.get_visible(ctx, award_id), element_id)
    flash(_("已发起。"), "success")
    return redirect(url_for("diagrams.show", instance_id=instance.id))


def _act(award_id: int, opened: str, act: Callable[[Award], object], done: str) -> ResponseReturnValue:
    """Do something and return to the page, or show there what was refused, with what was typed."""
    ctx: Context = g.ctx
    try:
        act(awards.get_visible(ctx, award_id))
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        return _page(awards.get_visible(ctx, award_id), refused, opened), status_of(refused)
    flash(done, "success")
    return redirect(url_for("title_pages.show", award_id=award_id))


def _write(award: Award) -> None:
    number, entry = award.id, _read_entry()
    follow_ups.write(g.ctx, awards.get_visible(g.ctx, number), entry)


def _entry(entry_id: int) -> FollowUp:
    return follow_ups.get(g.ctx, entry_id)


def _read_entry() -> Entry:
    form, file = request.form, request.files.get("evidence")
    given = None
    if file is not None and file.filename:
        g.ctx.session.rollback()  # a picture takes seconds, in which nobody else need wait to write
        given = follow_ups.check_evidence(file.filename, file.stream.read())
    return Entry(
        track=form.get("track", ""),
        item=form.get("item", ""),
        day=_day("day"),
        ended_on=_day("ended_on") if form.get("ended_on") else None,
        text=form.get("text", ""),
        result=form.get("result", ""),
        evidence=given,
    )


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as wrong:
        raise Invalid(_("日期请写成 2024-03-25 的样子。"), fields={name: _("请填写日期")}) from wrong


def _page(award: Award, refused: ServiceError | None = None, opened: str = "") -> str:
    ctx: Context = g.ctx
    programme = wiring.get_pack(ctx, award.programme).programme
    at = _entry_in_question(opened)
    entries = follow_ups.list_page(ctx, award, limit=PAGE + 1, at=at)
    track = _chosen_track()
    writable = {key: one for key, one in programme.tracks.items() if follow_ups.may_write(ctx, award, one)}
    return render_template(
        "awards/show.html",
        award=award,
        category=register.name_category(ctx, award),
        entries=entries[:PAGE],
        next_at=entries[PAGE].id if len(entries) > PAGE else None,
        is_newest=at is None,
        tracks=programme.tracks,
        writable=writable,
        chosen=writable.get(track) or next(iter(writable.values()), None),
        rungs=follow_ups.rungs_of(ctx, award),
        instances=[one for one in processes.list_instances(ctx, award) if instances.may_read(ctx, one)],
        offers=processes.list_offers(ctx, award),
        papers=title_papers.list_ready(ctx, award),
        has_certificate=certificates.may_print(ctx, award),
        is_organiser=awards.is_organiser(ctx, award),
        sees_nomination=nominations.may_see(ctx, award.nomination),
        unit_options=_unit_options(ctx, award),
        options_of=lambda words: [(word, word) for word in words],
        trail=_trail(ctx, award),
        zone=programme.zone,
        today=ctx.now.astimezone(programme.zone).date(),
        refused=refused,
        opened=opened,
        given=request.form if refused else {},
    )


def _entry_in_question(opened: str) -> int | None:
    """Return the entry the ledger is shown from: the one just refused, else the one of the address."""
    _, _, refused = opened.partition("entry-")
    return int(refused) if refused else request.args.get("at", None, type=number)


def _chosen_track() -> str:
    return request.form.get("track", "") or request.args.get("track", "")


def _unit_options(ctx: Context, award: Award) -> list[tuple[str, str]]:
    if not awards.is_organiser(ctx, award):
        return []
    units = awards.list_units(ctx, award, limit=MOST_UNITS + 1)
    if len(units) > MOST_UNITS:
        return []
    return [(unit.code, unit.name) for unit in units if unit.id != award.unit_id]


def _trail(ctx: Context, award: Award) -> list[dict[str, Any]]:
    """Return what was last done about a title, but for entries of tracks that are kept from the actor."""
    newest = history.newest_of_stream(ctx, awards.stream_of(award), limit=PAGE)
    about = {event.details["entry"] for event in newest if "entry" in event.details}
    hidden = about - follow_ups.list_readable(ctx, award, about)
    events = [event for event in newest if event.details.get("entry") not in hidden]
    words = labels.HISTORY
    return [
        {
            "at": event.at,
            "actor": event.actor_name,
            "what": words.get(event.kind, event.kind),
            "note": str(event.details.get("reason") or event.details.get("item") or ""),
        }
        for event in events
    ]
