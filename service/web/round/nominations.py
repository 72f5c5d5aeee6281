"""Nominations: the list, everything known about one, beginning one, importing a roster, withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, ServiceError
from service.models import Instance, Nomination, TaskStatus, Unit, UserTask
from service.programmes import wiring
from service.programmes.nomination import nominations, roster_import, searches
from service.programmes.nomination.searches import Filter
from service.programmes.pack.paper import DISQUALIFICATION, NOMINATION
from service.programmes.paper import forms, official
from service.programmes.publication import document_numbers
from service.programmes.round import (
    candidate_extensions,
    lateness,
    quotas,
    recommender_changes,
    rounds,
    starts,
    withdrawals,
)
from service.web.frame import labels
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.web.round import new_nomination, nomination_filter, roster_upload, round_choice
from service.web.task import diagrams, dossier, trails
from service.workflow import history
from service.workflow.context import Context
from service.workflow.task.tasklist import Page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("nomination_pages", __name__, url_prefix="/nominations")

PAGE = 30


@pages.get("")
def list_nominations() -> str:
    """List the nominations of a round the actor may see, newest first."""
    ctx: Context = g.ctx
    every = rounds.list_all(ctx)
    entry = round_choice.find_chosen(every, request.args.get("round", ""))
    if entry is None:
        return render_template("nominations/list.html", round=None, rounds=[])
    narrow = nomination_filter.read_filter()
    page_number = max(1, request.args.get("page", 1, type=number))
    rows = searches.search(ctx, entry, narrow, limit=PAGE + 1, offset=(page_number - 1) * PAGE)
    programme = wiring.pack_of(ctx, entry).programme
    return render_template(
        "nominations/list.html",
        round=entry,
        rounds=every,
        narrow=narrow,
        narrowed=narrow != Filter(),
        besides=nomination_filter.name_narrowing(narrow, programme.proportions),
        page=Page(rows=rows[:PAGE], number=page_number, has_next=len(rows) > PAGE),
        total=searches.count(ctx, entry, narrow),
        statuses=[(key, word) for key, (word, _colour) in labels.NOMINATION.items()],
        categories=programme.categories,
        recommenders=quotas.units_with_places(ctx, entry),
        zone=programme.zone,
        may_start=bool(starts.list_units(ctx, entry)),
        may_start_self=starts.find_own_unit(ctx, entry) is not None,
    )


@pages.get("/<int:nomination_id>")
def show(nomination_id: int) -> str:
    """Show everything known about a nomination."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    events = history.of_instance(ctx, instance)
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    pack = wiring.pack_of(ctx, nomination.round)
    return render_template(
        "nominations/show.html",
        nomination=nomination,
        recommenders=recommender_changes.list_choices(ctx, nomination),
        dossier=dossier.read(ctx, instance, nomination),
        tasks=list(ctx.session.scalars(query.order_by(UserTask.id))),
        standing=diagrams.locate(ctx, instance, events),
        trail=trails.read(ctx, instance, events),
        zone=ctx.domain.zone(ctx, instance),
        forms=pack.programme.papers_of(NOMINATION),
        late=lateness.describe(ctx, nomination),
        is_organiser=nominations.is_organiser(ctx, nomination.round),
        lost=nomination.status in official.LOST and official.has(pack, DISQUALIFICATION),
        document_number=document_numbers.find_of_disqualification(ctx, nomination),
        versions=forms.list_versions(ctx, nomination),
        may_extend=candidate_extensions.may_extend(ctx, nomination),
        may_withdraw=withdrawals.is_running(instance) and withdrawals.may_withdraw(ctx, nomination),
    )


@pages.get("/new")
def start() -> str:
    """Ask who is to be nominated, where and in which category."""
    named = request.args.get("name", "")[: nominations.MAX_NAME]
    return new_nomination.render_form({"name": named} if named else {}, None)


@pages.post("/new")
def create() -> ResponseReturnValue:
    """Begin a nomination and go on to its form."""
    ctx: Context = g.ctx
    try:
        nomination = new_nomination.start_as_posted(ctx)
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        return new_nomination.render_form(request.form.to_dict(), refused), status_of(refused)
    flash(_("申报已发起，请填写推荐表。"), "success")
    ctx.session.flush()
    return redirect(new_nomination.find_first_page(ctx, nomination))


@pages.post("/<int:nomination_id>/recommender")
def change_recommender(nomination_id: int) -> ResponseReturnValue:
    """Let another unit recommend, where the workplace belongs to none (A-08)."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    wanted = ctx.session.get(Unit, request.form.get("recommender", 0, type=number))
    recommender_changes.change(ctx, nomination, wanted)
    flash(_("推荐单位已改为%(unit)s。", unit=nomination.recommender.name), "success")
    return redirect(url_for("nomination_pages.show", nomination_id=nomination.id))


@pages.get("/<int:nomination_id>/withdraw")
def ask_to_withdraw(nomination_id: int) -> str:
    """Say what withdrawing means, and ask why."""
    return _withdrawal(nominations.get_visible(g.ctx, nomination_id))


@pages.post("/<int:nomination_id>/withdraw")
def withdraw(nomination_id: int) -> ResponseReturnValue:
    """Let a nomination withdraw from the round (退出)."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    try:
        withdrawals.withdraw(ctx, nomination, request.form.get("reason", ""))
    except Invalid as refused:
        ctx.session.rollback()
        return _withdrawal(nomination, refused), status_of(refused)
    flash(_("已办理退出。"), "success")
    return redirect(url_for("nomination_pages.show", nomination_id=nomination_id))


@pages.get("/import")
def choose_roster() -> str:
    """Ask for a roster of annex 3."""
    return roster_upload.render_form({}, None)


@pages.post("/import")
def preview_roster() -> ResponseReturnValue:
    """Read a roster and show what it would begin, and every cell in the way. Nothing is imported yet."""
    ctx: Context = g.ctx
    entry = round_choice.get_posted()
    try:
        units = roster_upload.require_units(ctx, entry)
        filename, data = roster_upload.read_posted_file()
        fallback = next((u for u in units if str(u.id) == request.form.get("unit")), None)
        found = roster_import.preview(ctx, entry, data, units, fallback, request.form.get("category", ""))
    except (Invalid, Conflict) as refused:
        return roster_upload.render_form(request.form.to_dict(), refused), status_of(refused)
    return render_template(
        "nominations/preview.html",
        round=entry,
        preview=found,
        filename=filename,
        sealed=roster_import.seal(ctx, entry, found.rows) if found.rows else "",
        categories=wiring.pack_of(ctx, entry).programme.categories,
    )


@pages.post("/import/confirm")
def import_roster() -> ResponseReturnValue:
    """Begin the nominations of a previewed roster: all of them or none."""
    ctx: Context = g.ctx
    entry = round_choice.get_posted()
    try:
        rows = roster_import.unseal(ctx, entry, request.form.get("sealed", ""))
        imported = roster_import.nominate(ctx, entry, rows)
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        return roster_upload.render_form({"round": str(entry.id)}, refused), status_of(refused)
    flash(_("已导入 %(num)s 人，请所在单位团组织逐份补全推荐表后提交。", num=imported), "success")
    return redirect(url_for("nomination_pages.list_nominations", round=entry.id))


def _withdrawal(nomination: Nomination, refused: ServiceError | None = None) -> str:
    withdrawals.require_possible(g.ctx, nomination)
    return render_template(
        "nominations/withdraw.html",
        nomination=nomination,
        refused=refused,
        reason=request.form.get("reason", ""),
    )
