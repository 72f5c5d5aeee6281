"""The review of a round: the draw, who sits where, the ranked list, its changes and the ballot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, NotFound, ServiceError
from service.models import Ballot, Nomination, Round
from service.programmes import wiring
from service.programmes.nomination import nominations, proportions
from service.programmes.privacy import provision
from service.programmes.review import (
    access,
    ballots,
    closings,
    draws,
    scores,
    seats,
    standings,
    ties,
    voiding,
)
from service.programmes.round import rounds
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("panel_pages", __name__, url_prefix="/rounds/<int:round_id>/panel")


@pages.get("")
def show(round_id: int) -> str:
    """Show the review as far as it has come."""
    return _page(_visible(round_id), None)


@pages.post("/experts")
def supplement(round_id: int) -> ResponseReturnValue:
    """Draw the experts who came to the pool since."""
    entry = _visible(round_id)
    try:
        added = draws.supplement(g.ctx, entry)
    except Conflict as refused:
        g.ctx.session.rollback()
        return _page(_visible(round_id), refused), status_of(refused)
    flash(_("已补充抽取 %(num)s 位专家，排在原有专家之后。", num=added), "success")
    return redirect(url_for("panel_pages.show", round_id=round_id))


@pages.post("/list")
def amend(round_id: int) -> ResponseReturnValue:
    """Put a nomination on the proposed list or take it off, with a reason."""
    ctx: Context = g.ctx
    entry = _visible(round_id)
    meeting = access.find_meeting(ctx, entry)
    if meeting is None:
        raise Conflict(_("现在没有由您调整名单的会议。"))
    nomination = request.form.get("nomination", 0, type=number)
    proposed, reason = request.form.get("proposed") == "yes", request.form.get("reason", "")
    try:
        standings.amend(ctx, meeting.id, nomination, proposed=proposed, reason=reason)
    except (Invalid, Conflict, NotFound) as refused:
        ctx.session.rollback()
        return _page(_visible(round_id), refused), status_of(refused)
    flash(_("名单已调整，理由记入调整记录。"), "success")
    return redirect(url_for("panel_pages.show", round_id=round_id, _anchor=f"n{nomination}"))


@pages.post("/ballot/close")
def close_ballot(round_id: int) -> ResponseReturnValue:
    """End the voting without those who have not voted, with a reason."""
    ctx: Context = g.ctx
    entry = _visible(round_id)
    try:
        closings.close(ctx, entry, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(_visible(round_id), refused), status_of(refused)
    flash(_("投票已结束并计票，原因记入历史。"), "success")
    return redirect(url_for("panel_pages.show", round_id=round_id))


@pages.post("/ballot/void")
def void_ballot(round_id: int) -> ResponseReturnValue:
    """Void a ballot that cannot be counted as a secret and open another, with a reason."""
    ctx: Context = g.ctx
    entry = _visible(round_id)
    try:
        voiding.void(ctx, entry, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(_visible(round_id), refused), status_of(refused)
    flash(_("这次投票已作废，新的选票已发出，原因记入历史。"), "success")
    return redirect(url_for("panel_pages.show", round_id=round_id))


@pages.get("/seats/<int:nomination_id>")
def show_seats(round_id: int, nomination_id: int) -> str:
    """Show who sits at a nomination, and the scores once all are in."""
    return _seats_page(_visible(round_id), nomination_id, None)


@pages.post("/seats/<int:nomination_id>/dismiss")
def dismiss(round_id: int, nomination_id: int) -> ResponseReturnValue:
    """Ask an expert to step back from a nomination."""
    ctx: Context = g.ctx
    entry = _visible(round_id)
    user_id, reason = request.form.get("user", 0, type=number), request.form.get("reason", "")
    try:
        seats.dismiss(ctx, nomination_id, user_id, reason)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _seats_page(_visible(round_id), nomination_id, refused), status_of(refused)
    flash(_("已要求回避，席位由下一位抽取的专家替补；已交的评分不再计入。"), "success")
    return redirect(url_for("panel_pages.show_seats", round_id=entry.id, nomination_id=nomination_id))


@pages.post("/seats/<int:nomination_id>/fill")
def fill(round_id: int, nomination_id: int) -> ResponseReturnValue:
    """Seat the next drawn where a seat is empty."""
    ctx: Context = g.ctx
    entry = _visible(round_id)
    try:
        seats.fill(ctx, nomination_id)
    except Conflict as refused:
        ctx.session.rollback()
        return _seats_page(_visible(round_id), nomination_id, refused), status_of(refused)
    flash(_("已补席，由下一位抽取的专家评分。"), "success")
    return redirect(url_for("panel_pages.show_seats", round_id=entry.id, nomination_id=nomination_id))


def _visible(round_id: int) -> Round:
    entry = rounds.get(g.ctx, round_id)
    access.require(g.ctx, entry)
    return entry


def _page(entry: Round, refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    programme = wiring.pack_of(ctx, entry).programme
    rules = draws.rules_of(ctx, entry)
    names = {criterion.key: criterion.name for criterion in rules.criteria}
    drawn = draws.find(ctx, entry)
    members = draws.list_members(ctx, drawn) if drawn else []
    rows = standings.list_of(ctx, entry)
    waiting = scores.list_progress(ctx, entry) if not rows else []
    people = [row.nomination for row in rows] or [row[0] for row in waiting]
    ballot = ballots.find_newest(ctx, entry)
    results = ballots.list_results(ctx, ballot) if ballot else []
    return render_template(
        "rounds/panel.html",
        round=entry,
        programme=programme,
        rules=rules,
        tie_names=[names.get(tie, tie) for tie in rules.ties],
        drawn=drawn,
        members=members,
        repeats=drawn is not None and draws.is_true(drawn, members),
        progress=scores.count_progress(ctx, entry),
        waiting=waiting,
        unnamed=provision.find_unnamed(ctx, people),
        rows=rows,
        changes=standings.list_changes(ctx, entry),
        balance=standings.weigh(rows),
        proportions=proportions.measure(ctx, entry, [row.nomination for row in rows if row.proposed]),
        meeting=access.find_meeting(ctx, entry),
        undecided=ties.list_undecided(programme, rows),
        organises=nominations.is_organiser(ctx, entry),
        ballot=ballot,
        turnout=ballots.count_turnout(ctx, ballot) if ballot else 0,
        **_closing(ctx, entry, ballot),
        results={result.nomination_id: result for result in results},
        by_votes=not rules.criteria or ballots.are_votes(rows, results),
        refused=refused,
        zone=programme.zone,
    )


def _closing(ctx: Context, entry: Round, ballot: Ballot | None) -> dict[str, Any]:
    """Return what the organiser may do about an open ballot, and what became of those before it."""
    if ballot is None:
        return {}
    outlook = closings.judge(ctx, entry, ballot) if ballot.closed_at is None else None
    return {
        "outlook": outlook,
        "left_out": voiding.list_short(ctx, entry, ballot) if outlook and outlook.may_void else [],
        "voided": voiding.list_voided(ctx, entry),
    }


def _seats_page(entry: Round, nomination_id: int, refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    nomination = ctx.session.get(Nomination, nomination_id)
    if nomination is None or nomination.round_id != entry.id:
        raise NotFound(_("没有这份申报，或您无权查看。"))
    rows = seats.list_of(ctx, nomination)
    drawn = draws.find(ctx, entry)
    sitting = sum(seat.status in seats.SITTING for seat in rows)
    return render_template(
        "rounds/seats.html",
        round=entry,
        nomination=nomination,
        name=provision.find_unnamed(ctx, [nomination]).get(nomination.id, nomination.name),
        seats=rows,
        empty=max(drawn.size - sitting, 0) if drawn and rows else 0,
        is_ranked=seats.is_ranked(ctx, nomination),
        rules=draws.rules_of(ctx, entry),
        visible=scores.list_visible(ctx, nomination),
        sitting=seats.SITTING,
        organises=nominations.is_organiser(ctx, entry),
        refused=refused,
    )
