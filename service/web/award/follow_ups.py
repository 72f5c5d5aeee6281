"""The ledger of a round's titles: how far each track has come, its entries, and who has none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, NotFound
from service.models import Round
from service.programmes import wiring
from service.programmes.award import award_exports, ledgers, processes
from service.programmes.award.ledgers import Filter
from service.programmes.nomination import nominations
from service.programmes.round import rounds
from service.web.award.downloads import give_xlsx
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

pages = Blueprint("follow_up_pages", __name__, url_prefix="/rounds")

PAGE = 30


@pages.get("/<int:round_id>/follow-ups")
def show(round_id: int) -> str:
    """Show the ledger of a round, or of one track."""
    return _page(_round(round_id), request.args, None)


@pages.get("/<int:round_id>/follow-ups/uncovered")
def uncovered(round_id: int) -> str:
    """List the titles that have no entry in a track yet, or in any."""
    ctx: Context = g.ctx
    entry = _round(round_id)
    track = request.args.get("track", "")
    after = request.args.get("after", 0, type=number)
    rows = ledgers.list_uncovered(ctx, entry, track, limit=PAGE + 1, after=after)
    return render_template(
        "awards/uncovered.html",
        round=entry,
        tracks=ledgers.tracks_of(ctx, entry),
        track=track,
        rows=rows[:PAGE],
        after=rows[PAGE - 1].id if len(rows) > PAGE else None,
        is_first=not after,
        held=bool(rows) or any(count.titles for count in ledgers.count_by_track(ctx, entry).values()),
    )


@pages.post("/<int:round_id>/follow-ups/export.xlsx")
def export(round_id: int) -> ResponseReturnValue:
    """Give the entries as a file; noted with receiver and purpose."""
    ctx: Context = g.ctx
    entry = _round(round_id)
    asked = {name: request.form.get(name, "") for name in ("receiver", "purpose")}
    try:
        data = award_exports.print_ledger(ctx, entry, _read_filter(request.form), **asked)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(_round(round_id), request.form, refused), status_of(refused)
    return give_xlsx(data, _("培育台账") + f" {entry.label}")


@pages.post("/<int:round_id>/award-processes")
def begin_missing(round_id: int) -> ResponseReturnValue:
    """Begin what the newest diagram begins for every title and some do not have yet."""
    ctx: Context = g.ctx
    entry = _round(round_id)
    rounds.require_organiser(ctx, entry)
    asked = processes.begin_missing(ctx, entry)
    if asked:
        flash(_("已安排补开，几分钟内办完；已有这个流程的称号不重复。"), "success")
    else:
        flash(_("流程图里没有为每个称号开始的流程，或没有有效的称号。"), "warning")
    return redirect(url_for("follow_up_pages.show", round_id=entry.id))


def _round(round_id: int) -> Round:
    """Return a round with a ledger the actor may look at: one of whose programme he sees titles."""
    entry = rounds.get(g.ctx, round_id)
    if not ledgers.tracks_of(g.ctx, entry):
        raise NotFound(_("这个活动没有培育台账（programme.toml 的 follow_up）。"))
    return entry


def _read_filter(given: Mapping[str, str]) -> Filter:
    return Filter(
        track=given.get("track", "")[:40],
        item=given.get("item", "")[:80],
        result=given.get("result", "")[:200],
        text=given.get("text", "").strip()[:80],
        with_struck=given.get("struck") == "1",
        now_only=given.get("now") == "1",
    )


def _page(entry: Round, given: Mapping[str, Any], refused: Invalid | Conflict | None) -> str:
    ctx: Context = g.ctx
    narrow = _read_filter(given)
    before = request.args.get("before", None, type=number)
    rows = ledgers.list_page(ctx, entry, narrow, limit=PAGE + 1, before=before)
    tracks = ledgers.tracks_of(ctx, entry)
    return render_template(
        "awards/ledger.html",
        round=entry,
        tracks=tracks,
        track=tracks.get(narrow.track),
        narrow=narrow,
        counts=ledgers.count_by_track(ctx, entry),
        rows=rows[:PAGE],
        before=rows[PAGE - 1].id if len(rows) > PAGE else None,
        is_first=before is None,
        total=ledgers.count(ctx, entry, narrow),
        is_organiser=nominations.is_organiser(ctx, entry),
        zone=wiring.pack_of(ctx, entry).programme.zone,
        refused=refused,
        asked=given if refused else {},
    )
