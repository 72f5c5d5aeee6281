"""Nominations: the list, beginning one, importing a roster, and everything known about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, ServiceError
from service.models import Instance, Nomination, Round, TaskStatus, Unit, UserTask
from service.programmes import wiring
from service.programmes.nomination import nominations, phases, roster_import
from service.programmes.nomination.nominations import Filter
from service.programmes.pack.columns import published_names
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import NOMINATION
from service.programmes.paper import forms, official
from service.programmes.round import funnel, quotas, recommender_changes, rounds, starts, withdrawals
from service.web.frame import labels
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.web.round import charts
from service.web.task import diagrams, dossier, trails
from service.workflow import history
from service.workflow.context import Context
from service.workflow.task import task_access
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
    entry = _chosen_round(every)
    if entry is None:
        return render_template("nominations/list.html", round=None, rounds=[])
    narrow = read_filter()
    page_number = max(1, request.args.get("page", 1, type=number))
    rows = nominations.search(ctx, entry, narrow, limit=PAGE + 1, offset=(page_number - 1) * PAGE)
    programme = wiring.pack_of(ctx, entry).programme
    return render_template(
        "nominations/list.html",
        round=entry,
        rounds=every,
        narrow=narrow,
        narrowed=narrow != Filter(),
        besides=name_narrowing(narrow),
        page=Page(rows=rows[:PAGE], number=page_number, has_next=len(rows) > PAGE),
        total=nominations.count(ctx, entry, narrow),
        statuses=[(key, word) for key, (word, _colour) in labels.NOMINATION.items()],
        categories=programme.categories,
        recommenders=quotas.units_with_places(ctx, entry),
        zone=programme.zone,
        may_start=bool(starts.list_units(ctx, entry)),
        may_start_self=starts.own_unit(ctx, entry) is not None,
    )


@pages.get("/<int:nomination_id>")
def show(nomination_id: int) -> str:
    """Show everything known about a nomination."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    events = history.of_instance(ctx, instance)
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    return render_template(
        "nominations/show.html",
        nomination=nomination,
        recommenders=recommender_changes.list_choices(ctx, nomination),
        dossier=dossier.read(ctx, instance, nomination),
        tasks=list(ctx.session.scalars(query.order_by(UserTask.id))),
        standing=diagrams.locate(ctx, instance, events),
        trail=trails.read(ctx, instance, events),
        zone=ctx.domain.zone(ctx, instance),
        forms=wiring.pack_of(ctx, nomination.round).programme.papers_of(NOMINATION),
        lost=nomination.status in official.LOST,
        versions=forms.list_versions(ctx, nomination),
        may_withdraw=withdrawals.is_running(instance) and withdrawals.may_withdraw(ctx, nomination),
    )


@pages.get("/new")
def start() -> str:
    """Ask who is to be nominated, where and in which category."""
    return _form({}, None)


@pages.post("/new")
def create() -> ResponseReturnValue:
    """Begin a nomination and go on to its form."""
    ctx: Context = g.ctx
    try:
        nomination = _start(ctx)
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        return _form(request.form.to_dict(), refused), status_of(refused)
    flash(_("申报已发起，请填写推荐表。"), "success")
    ctx.session.flush()
    return redirect(_first_page(ctx, nomination))


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
    return _import_form({}, None)


@pages.post("/import")
def preview_roster() -> ResponseReturnValue:
    """Read a roster and show what it would begin, and every cell in the way. Nothing is imported yet."""
    ctx: Context = g.ctx
    entry = _posted_round()
    try:
        units = _require_units(ctx, entry)
        filename, data = _posted_file()
        fallback = next((u for u in units if str(u.id) == request.form.get("unit")), None)
        found = roster_import.preview(ctx, entry, data, units, fallback, request.form.get("category", ""))
    except (Invalid, Conflict) as refused:
        return _import_form(request.form.to_dict(), refused), status_of(refused)
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
    entry = _posted_round()
    try:
        rows = roster_import.unseal(ctx, entry, request.form.get("sealed", ""))
        imported = roster_import.nominate(ctx, entry, rows)
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        return _import_form({"round": str(entry.id)}, refused), status_of(refused)
    flash(_("已导入 %(num)s 人，请所在单位团组织逐份补全推荐表后提交。", num=imported), "success")
    return redirect(url_for("nomination_pages.list_nominations", round=entry.id))


def read_filter() -> Filter:
    """Read a filter from the address; what is malformed narrows nothing."""
    status, phase = request.args.get("status", ""), request.args.get("phase", "")
    eligibility = request.args.get("eligibility", "")
    return Filter(
        status=status if status in labels.NOMINATION else "",
        category=request.args.get("category", "")[:40],
        recommender_id=request.args.get("recommender", None, type=number),
        text=request.args.get("text", "").strip()[:80],
        phase=phase if phases.statuses_of(phase) else "",
        sex=request.args.get("sex", "")[:4],
        industry=request.args.get("industry", "")[:40],
        holds_place=request.args.get("place") == "1",
        eligibility=eligibility if eligibility in labels.ELIGIBILITY else "",
    )


def name_narrowing(narrow: Filter) -> list[tuple[str, str, str]]:
    """Return what else a list is narrowed to than its fields show: parameter, value, what it is called."""
    named = {**charts.phases(), "running": _("仍在评选中")}
    found = [
        ("phase", narrow.phase, named.get(narrow.phase, "")),
        ("sex", narrow.sex, narrow.sex),
        ("industry", narrow.industry, narrow.industry),
        ("place", "1" if narrow.holds_place else "", _("占用推荐名额")),
        ("eligibility", narrow.eligibility, str(labels.ELIGIBILITY.get(narrow.eligibility, ("",))[0])),
    ]
    return [(name, value, word) for name, value, word in found if value]


def _chosen_round(every: Sequence[Round]) -> Round | None:
    wanted = request.args.get("round", 0, type=number)
    return next((entry for entry in every if entry.id == wanted), every[0] if every else None)


def _posted_round() -> Round:
    return rounds.get(g.ctx, request.form.get("round", 0, type=number))


def _posted_file() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("请选择一个 .xlsx 文件。"), fields={"file": _("必填")})
    return file.filename, file.stream.read()


def _start(ctx: Context) -> Nomination:
    entry = _posted_round()
    source = request.form.get("source", "unit")
    if source == "self":
        unit = starts.own_unit(ctx, entry)
        if unit is None:
            raise Forbidden(_("个人自荐须由申报人本人登录，并且所在单位属于某个推荐单位。"))
        return nominations.start(
            ctx,
            entry,
            unit=unit,
            category=request.form.get("category", ""),
            source="self",
            name=ctx.actor.name,
            recommender=_posted_recommender(ctx, entry, unit),
        )
    unit = ctx.session.get(Unit, request.form.get("unit", 0, type=number))
    fields = {}
    if unit is None:
        fields["unit"] = _("请从列表中选择单位")
    if not request.form.get("name", "").strip():
        fields["name"] = _("必填")
    if fields or unit is None:
        raise Invalid(_("还不能发起申报，请补齐。"), fields=fields)
    return nominations.start(
        ctx,
        entry,
        unit=unit,
        category=request.form.get("category", ""),
        source="unit",
        name=request.form["name"],
        recommender=_posted_recommender(ctx, entry, unit),
    )


def _posted_recommender(ctx: Context, entry: Round, unit: Unit) -> Unit | None:
    """Return the recommender chosen; nobody where the page had asked for another workplace's."""
    offered = {choice.id: choice for choice in starts.list_recommenders(ctx, entry, unit)}
    return offered.get(request.form.get("recommender", 0, type=number))


def _first_page(ctx: Context, nomination: Nomination) -> str:
    """Return the form's page if it is the starter's to fill in, else the nomination's."""
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    for task in ctx.session.scalars(query.order_by(UserTask.id)):
        if task_access.is_offered(ctx, task):
            return url_for("tasks.show", task_id=task.id)
    return url_for("nomination_pages.show", nomination_id=nomination.id)


def _withdrawal(nomination: Nomination, refused: ServiceError | None = None) -> str:
    withdrawals.require_possible(g.ctx, nomination)
    return render_template(
        "nominations/withdraw.html",
        nomination=nomination,
        refused=refused,
        reason=request.form.get("reason", ""),
    )


def _require_units(ctx: Context, entry: Round) -> list[Unit]:
    units = [unit for unit in starts.list_units(ctx, entry) if not starts.list_recommenders(ctx, entry, unit)]
    if not units:
        raise Forbidden(_("您没有可以发起申报的单位。"))
    return units


def _form(given: dict[str, str], refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    every = rounds.list_all(ctx)
    wanted = given.get("round") or request.args.get("round", "")
    entry = next((r for r in every if str(r.id) == wanted), every[0] if every else None)
    if entry is None:
        return render_template("nominations/new.html", round=None)
    units = starts.list_units(ctx, entry)
    own = starts.own_unit(ctx, entry)
    unit_id = given.get("unit") or request.args.get("unit") or (str(units[0].id) if units else "")
    chosen = next((unit for unit in units if str(unit.id) == unit_id), None) or own
    pack = wiring.pack_of(ctx, entry)
    return render_template(
        "nominations/new.html",
        round=entry,
        rounds=every,
        round_options=_round_options(every),
        units=units,
        own=own,
        chosen=chosen,
        recommenders=starts.list_recommenders(ctx, entry, chosen),
        free=funnel.places_free(ctx, entry, chosen) if chosen else {},
        categories=pack.programme.categories,
        called="" if pack.programme.nominates_people else _name_label(pack),
        given=given,
        source=given.get("source") or ("unit" if units else "self"),
        refused=refused,
    )


def _name_label(pack: Pack) -> str:
    """Return what the form calls a nominee that is no person: 项目名称, 集体名称."""
    return published_names(pack.forms.get(pack.programme.record_form, {}))["name"]


def _import_form(given: dict[str, str], refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    every = rounds.list_all(ctx)
    wanted = given.get("round") or request.args.get("round", "")
    entry = next((r for r in every if str(r.id) == wanted), every[0] if every else None)
    units = starts.list_units(ctx, entry) if entry else []
    if entry is not None and not units:
        raise Forbidden(_("您没有可以发起申报的单位，不能导入汇总表。"))
    return render_template(
        "nominations/import.html",
        round=entry,
        rounds=every,
        round_options=_round_options(every),
        units=units,
        given=given,
        refused=refused,
        most=roster_import.MOST,
        categories=wiring.pack_of(ctx, entry).programme.categories if entry else {},
        columns=roster_import.find_roster(wiring.pack_of(ctx, entry)).columns if entry else (),
    )


def _round_options(every: Sequence[Round]) -> list[tuple[int, str]]:
    return [(entry.id, f"{entry.label} · {entry.title}") for entry in every]
