"""Papers to download: annexes, rosters, official papers, and the form that asks what they are taken for."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from flask import Blueprint, Response, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Round, Unit
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.pack.paper import DISQUALIFICATION, NOMINATION, QUOTAS, ROSTER
from service.programmes.paper import (
    batches,
    exports,
    forms,
    official,
    review_papers,
    rosters,
    scans,
    workplace_rosters,
)
from service.programmes.paper.batch_parts import Part, list_parts, list_people
from service.programmes.privacy.disclosures import Use
from service.programmes.publication import document_numbers, published
from service.programmes.round import quotas, rounds
from service.web import downloads
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.task.tasklist import Page

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from flask.typing import ResponseReturnValue

pages = Blueprint("paper_pages", __name__)

PAGE = 30  #: workplaces whose printed rosters a page lists
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}


@pages.get("/rounds/<int:round_id>/papers")
def show(round_id: int) -> str:
    """Offer the papers of a round."""
    return _form(rounds.get(g.ctx, round_id), None)


@pages.get("/rounds/<int:round_id>/papers/quotas.xlsx")
def quotas_xlsx(round_id: int) -> Response:
    """Give the quota table."""
    entry = rounds.get(g.ctx, round_id)
    return _file(rosters.print_quotas(g.ctx, entry), "xlsx", f"名额分配表 {entry.label}")


@pages.get("/rounds/<int:round_id>/papers/notices/<int:notice_id>.docx")
def notice_docx(round_id: int, notice_id: int) -> Response:
    """Give a 公示 or 公布, the round's or one that came later, as a document."""
    entry = rounds.get(g.ctx, round_id)
    one = published.get(g.ctx, entry, notice_id)
    return _file(official.print_notice(g.ctx, entry, one), "docx", f"{one.name} {entry.label}")


@pages.post("/rounds/<int:round_id>/papers/notices/<int:notice_id>/number")
def number_notice(round_id: int, notice_id: int) -> ResponseReturnValue:
    """Keep the 发文字号 of a 公示 or 公布."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    one = published.get(ctx, entry, notice_id)
    try:
        document_numbers.give_to_notice(ctx, entry, one.notice, request.form.get("number", ""))
    except Invalid as refused:
        ctx.session.rollback()
        return _form(rounds.get(ctx, round_id), refused, of_notice=notice_id), status_of(refused)
    flash(_("发文字号已保存，下载的公文印上它。"), "success")
    return redirect(url_for("paper_pages.show", round_id=round_id))


@pages.get("/rounds/<int:round_id>/papers/template.xlsx")
def template_xlsx(round_id: int) -> Response:
    """Give an empty roster for importing."""
    entry = rounds.get(g.ctx, round_id)
    return _file(rosters.print_roster_template(g.ctx, entry), "xlsx", "汇总表（空白）")


@pages.post("/rounds/<int:round_id>/papers/roster.<any(xlsx,docx):kind>")
def roster(round_id: int, kind: str) -> ResponseReturnValue:
    """Give the roster of one recommender, or of the round; the export is noted with receiver and purpose."""
    return _export(round_id, "roster", kind)


@pages.post("/rounds/<int:round_id>/papers/review/<key>.<any(docx,xlsx):kind>")
def review(round_id: int, key: str, kind: str) -> ResponseReturnValue:
    """Give a paper of the review, to whoever may look at it; the export is noted."""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    try:
        data = review_papers.print_paper(ctx, entry, key, form=kind)
        receiver, purpose = request.form.get("receiver", ""), request.form.get("purpose", "")
        people = review_papers.list_people(ctx, entry, key)
        exports.note_export(ctx, entry, key, receiver=receiver, purpose=purpose, people=people)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _form(rounds.get(ctx, round_id), refused), status_of(refused)
    title = wiring.pack_of(ctx, entry).programme.papers[key].title
    return _file(data, kind, f"{title} {entry.label}")


@pages.post("/rounds/<int:round_id>/papers/batch.zip")
def batch_zip(round_id: int) -> ResponseReturnValue:
    """Give all papers of one recommender, or of the round, in one file with a manifest."""
    return _export(round_id, "batch", "zip")


@pages.post("/nominations/<int:nomination_id>/papers/<paper>.docx")
def form_docx(nomination_id: int, paper: str) -> ResponseReturnValue:
    """Give a paper form of a nomination with its opinions in place; the export is noted."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    data = forms.print_form(ctx, nomination, paper, _read_use())
    exports.note_export(
        ctx,
        nomination.round,
        paper,
        receiver=request.form.get("receiver", ""),
        purpose=request.form.get("purpose", ""),
        people=[nomination.id],
        nomination=nomination.id,
    )
    title = forms.get_paper(wiring.pack_of(ctx, nomination.round), paper, NOMINATION).title
    return _file(data, "docx", f"{title} {nomination.name}")


@pages.route("/nominations/<int:nomination_id>/disqualification.docx", methods=["GET", "POST"])
def disqualification_docx(nomination_id: int) -> ResponseReturnValue:
    """Give the notice to one who lost his place, to anybody but himself once it is said what for."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    data = official.print_disqualification(ctx, nomination)
    paper = downloads.Made(filename=f"取消资格通知 {nomination.name}.docx", content_type=TYPES["docx"])
    about = {"paper": DISQUALIFICATION, "nomination": nomination.id}
    return downloads.ask_or_give(
        paper, data, nomination.round_id, about, nomination.nominee_id, people=[nomination.id]
    )


@pages.post("/nominations/<int:nomination_id>/disqualification/number")
def number_disqualification(nomination_id: int) -> ResponseReturnValue:
    """Keep the 发文字号 of the notice to one who lost his place."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    official.number_disqualification(ctx, nomination, request.form.get("number", ""))
    flash(_("发文字号已保存，下载的公文印上它。"), "success")
    return redirect(url_for("nomination_pages.show", nomination_id=nomination_id))


def _export(round_id: int, what: str, kind: str) -> ResponseReturnValue:
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    title, key = "全套材料", what
    data: bytes | IO[bytes]
    files, part = "files" in request.form, request.form.get("part", 0, type=number)
    parts: Sequence[Part] = ()
    try:
        unit, use = _recommender(entry), _read_use()
        if not exports.may_export_roster(ctx, entry, unit):
            raise Forbidden(_("只有主办单位和推荐单位自己可以导出汇总表和全套材料。"))
        exports.require_use(use.receiver, use.purpose)
        if what == "roster":
            chosen = rosters.find_roster(wiring.pack_of(ctx, entry), request.form.get("paper", ""))
            title, key = chosen.title, chosen.key
            data = rosters.print_roster(ctx, entry, unit, form=kind, key=key, use=use)
            people: Collection[int] = rosters.list_people(ctx, entry, unit, key)
        else:
            parts = list_parts(ctx, entry, unit, files=files)
            if len(parts) > 1 and not part:
                return render_template("papers/batch.html", round=entry, parts=parts, given=request.form)
            data = batches.make_batch(ctx, entry, unit, files=files, part=part or 1, use=use)
            people = list_people(ctx, entry, unit, parts[max(part, 1) - 1])
        exports.note_export(
            ctx,
            entry,
            key,
            receiver=use.receiver,
            purpose=use.purpose,
            people=people,
            unit=unit.code if unit else "",
            full=exports.may_read_in_full(ctx, entry, unit),
            **({"part": part} if len(parts) > 1 else {}),
        )
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _form(rounds.get(ctx, round_id), refused), status_of(refused)
    name = unit.name if unit else entry.organiser.name
    piece = f" 第{part}部分（共{len(parts)}部分）" if len(parts) > 1 else ""
    return _file(data, kind, f"{title} {name} {entry.label}{piece}")


def _read_use() -> Use:
    """Return for whom and what for something is taken, as the form says; ``exports`` checks it."""
    return Use(
        receiver=request.form.get("receiver", "").strip(), purpose=request.form.get("purpose", "").strip()
    )


def _recommender(entry: Round) -> Unit | None:
    wanted = request.form.get("unit", "")
    if wanted == "":
        return None
    units = [*quotas.units_with_places(g.ctx, entry), *workplace_rosters.list_own(g.ctx, entry)]
    unit = next((unit for unit in units if str(unit.id) == wanted), None)
    if unit is None:
        raise NotFound(_("没有这个单位。"))
    return unit


def _form(entry: Round, refused: Invalid | Conflict | None, *, of_notice: int = 0) -> str:
    ctx: Context = g.ctx
    programme = wiring.pack_of(ctx, entry).programme
    units = [
        unit for unit in quotas.units_with_places(ctx, entry) if exports.may_export_roster(ctx, entry, unit)
    ]
    units += workplace_rosters.list_own(ctx, entry)
    words = request.args.get("text", "").strip()
    page_number = max(1, request.args.get("page", 1, type=number))
    places = workplace_rosters.list_printed(ctx, entry, words)
    shown = places[(page_number - 1) * PAGE : page_number * PAGE]
    listing = programme.papers_of(ROSTER)
    whole = exports.may_export_roster(ctx, entry, None)
    left_out = [
        person for unit in ([None] if whole else units) for person in rosters.list_left_out(ctx, entry, unit)
    ]
    return render_template(
        "papers/show.html",
        round=entry,
        units=units,
        whole=whole,
        left_out=left_out,
        full={unit.id for unit in units if exports.may_read_in_full(ctx, entry, unit)},
        quotas=programme.papers_of(QUOTAS),
        rosters=listing,
        forms=programme.papers_of(NOMINATION),
        review=review_papers.list_ready(ctx, entry),
        notices=official.list_printable(ctx, entry),
        of_notice=of_notice,
        organises=nominations.is_organiser(ctx, entry),
        versions=_versions(ctx, entry, (None, *units)),
        words=words,
        workplaces=len(places),
        page=Page(rows=shown, number=page_number, has_next=len(places) > page_number * PAGE),
        printed=_versions(ctx, entry, shown),
        titles={p.key: p.title for p in programme.papers_of(ROSTER)}
        if len(programme.papers_of(ROSTER)) > 1
        else {},
        zone=programme.zone,
        refused=refused,
        given=request.form if refused else {},
    )


def _versions(
    ctx: Context, entry: Round, units: Sequence[Unit | None]
) -> list[tuple[Unit | None, list[scans.Version]]]:
    """Return what was printed of each unit that has printed something."""
    return [(unit, found) for unit in units if (found := rosters.list_versions(ctx, entry, unit))]


def _file(data: bytes | IO[bytes], kind: str, name: str) -> Response:
    given = io.BytesIO(data) if isinstance(data, bytes) else data
    return send_file(given, mimetype=TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}")
