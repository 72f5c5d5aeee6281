"""Rounds: how far each has come, its quotas and dates, and what its organiser may do about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, ServiceError
from service.models import NoticeKind, RegistrationStatus, Round, Stage, TaskStatus, Unit
from service.programmes import wiring
from service.programmes.award import awards
from service.programmes.board import drawn_stages, round_dates, round_tasks
from service.programmes.nomination import nominations
from service.programmes.pack.packs import Pack
from service.programmes.publication import contacts, local_notices, notices, objections, published, reserves
from service.programmes.registration import confirmations
from service.programmes.review import access
from service.programmes.round import admissions, extensions, funnel, quotas, round_events, rounds, vacancies
from service.programmes.rule import calendar
from service.web.frame import words
from service.web.frame.errors import status_of
from service.web.frame.numbers import is_number
from service.web.round import board, charts
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.job import event_starts
from service.workflow.task import task_access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("round_pages", __name__, url_prefix="/rounds")

YEARS = range(2004, 2101)
MOST_DONE = 5  #: tasks that are done shown on a round's page
MOST_NOTICES = 10  #: of units (逐级公示) shown on a round's page


@dataclass(frozen=True, kw_only=True)
class Management:
    """What only the organiser and administrators are shown of a round."""

    tasks: Any
    incidents: Any
    extensions: Any
    extended: Any  #: single nominations that were given more time
    awaited: Any  #: messages and signals only the organiser can give
    not_begun: Any  #: processes that an event was to begin and that could not
    vacant: Any  #: candidates whose place a reserve may take
    done: Any  #: the newest tasks of the round itself that are done
    outcome_words: Any  #: of those, by the task's number


@pages.get("")
def list_rounds() -> str:
    """List the rounds."""
    return render_template(
        "rounds/list.html",
        rounds=rounds.list_all(g.ctx),
        zone_of=zone_of,
        due_of=rounds.due_of,
        may_open=bool(_openable()),
    )


@pages.get("/<int:round_id>")
def show(round_id: int) -> str:
    """Show how a round stands."""
    return _page(rounds.get(g.ctx, round_id))


@pages.get("/new")
def new() -> str:
    """Ask which programme to open a round of."""
    if not _openable():
        raise Forbidden(_("只有主办单位和系统管理员可以开设届次。"))
    return _form({}, None)


@pages.post("/new")
def open_round() -> ResponseReturnValue:
    """Open a round of a programme."""
    ctx: Context = g.ctx
    if not _openable():
        raise Forbidden(_("只有主办单位和系统管理员可以开设届次。"))
    try:
        pack, year = _programme_and_year()
        label = request.form.get("label", "").strip()[:80]
        entry = rounds.open_by_hand(ctx, pack, label=label or None, year=year)
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _form(request.form.to_dict(), refused), status_of(refused)
    flash(_("届次“%(label)s”已开设，申报随流程图开始。", label=entry.label), "success")
    return redirect(url_for("round_pages.show", round_id=entry.id))


@pages.post("/<int:round_id>/dates")
def move_deadline(round_id: int) -> ResponseReturnValue:
    """Move the closing day of a stage."""
    entry = _managed(round_id)
    try:
        stage = _stage(entry)
        due = _day("due", wiring.pack_of(g.ctx, entry))
        moved = rounds.move_deadline(g.ctx, entry, stage, due, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "dates", refused)
    flash(_("截止日期已调整，%(num)s 项待办同时改期，重新安排催办。", num=moved), "success")
    return redirect(url_for("round_pages.show", round_id=round_id, _anchor="dates"))


@pages.post("/<int:round_id>/extensions")
def extend(round_id: int) -> ResponseReturnValue:
    """Give one unit more time."""
    entry = _managed(round_id)
    try:
        unit = _unit(entry)
        until = _day("until", wiring.pack_of(g.ctx, entry))
        rounds.extend(g.ctx, entry, unit, _stage(entry), until, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "extensions", refused)
    flash(_("已为%(unit)s办理延期，延期记入历史。", unit=unit.name), "success")
    return redirect(url_for("round_pages.show", round_id=round_id, _anchor="dates"))


@pages.post("/<int:round_id>/events")
def throw(round_id: int) -> ResponseReturnValue:
    """Give a round a message or signal by hand."""
    entry = _managed(round_id)
    key, reason = request.form.get("correlation_key", "").strip(), request.form.get("reason", "")
    try:
        kind, name = _event()
        heard = round_events.throw(g.ctx, entry, kind, name, correlation_key=key or None, reason=reason)
    except (Invalid, Conflict) as refused:
        return _refused(round_id, "events", refused)
    said = {"waiting": heard.waiting, "starts": heard.starts}
    flash(_("已发出：%(waiting)s 处收到，开始 %(starts)s 个流程。", **said), "success")
    return redirect(url_for("round_pages.show", round_id=round_id, _anchor="events"))


def zone_of(entry: Round) -> Any:
    """Return the zone of a round's programme."""
    return wiring.pack_of(g.ctx, entry).programme.zone


def manages(ctx: Context, entry: Round) -> bool:
    """Say whether the actor is shown what concerns the round as a whole."""
    return nominations.is_organiser(ctx, entry) or ctx.actor.is_admin


def _page(entry: Round, *, form: str = "", refused: ServiceError | None = None) -> str:
    ctx: Context = g.ctx
    notice = notices.find_newest(ctx, entry, NoticeKind.CANDIDATES)
    table = funnel.tabulate(ctx, entry)
    programme = wiring.pack_of(ctx, entry).programme
    stages = round_dates.list_stages(
        entry, drawn_stages.list_drawn(ctx, entry), notice_closes=notice.closes_at if notice else None
    )
    return render_template(
        "rounds/show.html",
        round=entry,
        programme=programme,
        zone=programme.zone,
        stages=stages,
        movable=round_dates.movable_stages(entry),
        dated=round_dates.dated_stages(entry),
        board=board.draw(ctx, entry, programme, table, stages),
        phase_names=charts.phases(),
        table=table,
        units=extensions.list_units(ctx, entry, [unit for unit, _row, _sum in table.rows])
        if nominations.is_organiser(ctx, entry)
        else [],
        awarded=awards.count_by_category(ctx, entry),
        admits=admissions.is_offered(ctx, entry),
        registered=confirmations.count_by_status(ctx, entry)[RegistrationStatus.WAITING]
        if confirmations.may_open(ctx, entry)
        else None,
        published=published.list_of(ctx, entry),
        objections=objections.list_of(ctx, entry),
        local=local_notices.list_open(ctx, entry, limit=MOST_NOTICES) if programme.notices else [],
        running_notices=local_notices.count_open(ctx, entry) if programme.notices else 0,
        publishes=bool(contacts.list_own(ctx, entry)),
        organises=nominations.is_organiser(ctx, entry),
        reviews=programme.review is not None and access.may_see(ctx, entry),
        management=_manage(ctx, entry) if manages(ctx, entry) else None,
        form=form,
        refused=refused,
        given=request.form if refused else {},
    )


def _manage(ctx: Context, entry: Round) -> Management:
    tasks = funnel.list_own_tasks(ctx, entry)
    done = round_tasks.list_page(ctx, entry, TaskStatus.COMPLETED, limit=MOST_DONE)
    return Management(
        tasks=[(task, task_access.is_offered(ctx, task)) for task in tasks],
        incidents=incidents.list_open(ctx, round_id=entry.id),
        extensions=rounds.list_extensions(ctx, entry),
        extended=rounds.list_candidate_extensions(ctx, entry),
        awaited=round_events.list_awaited(ctx, entry),
        not_begun=event_starts.list_failing(ctx, entry.id),
        vacant=vacancies.list_of(ctx, entry) if entry.stage in reserves.OPEN else [],
        done=done,
        outcome_words=words.of_outcomes(ctx, [row.task for row in done]) if done else {},
    )


def _managed(round_id: int) -> Round:
    entry = rounds.get(g.ctx, round_id)
    rounds.require_organiser(g.ctx, entry)
    return entry


def _refused(round_id: int, form: str, refused: ServiceError) -> ResponseReturnValue:
    """Show the page again with what was written; nothing of the attempt is kept."""
    g.ctx.session.rollback()
    return _page(rounds.get(g.ctx, round_id), form=form, refused=refused), status_of(refused)


def _programme_and_year() -> tuple[Pack, int]:
    pack = _openable().get(request.form.get("programme", ""))
    if pack is None:
        raise Invalid(_("请选择活动。"), fields={"programme": _("请从列表中选择")})
    year = request.form.get("year", "")
    if not is_number(year) or int(year) not in YEARS:
        raise Invalid(_("年份写法不对。"), fields={"year": _("请填写四位年份")})
    return pack, int(year)


def _unit(entry: Round) -> Unit:
    """Return the unit that was named: by its name, its code, or both as the list writes them."""
    wanted = request.form.get("unit", "").strip()
    for unit in extensions.list_units(g.ctx, entry, quotas.units_with_places(g.ctx, entry)):
        if wanted in (unit.code, unit.name, f"{unit.name}（{unit.code}）", str(unit.id)):
            return unit
    raise Invalid(_("请选择单位。"), fields={"unit": _("请从列表中选择单位")})


def _stage(entry: Round) -> Stage:
    wanted = request.form.get("stage", "")
    if wanted not in set(round_dates.dated_stages(entry)):
        raise Invalid(_("请选择阶段。"), fields={"stage": _("请选择有截止日期的阶段")})
    return Stage(wanted)


def _event() -> tuple[round_events.Kind, str]:
    kind, _colon, name = request.form.get("event", "").partition(":")
    if kind not in round_events.KINDS:
        raise Invalid(_("请选择信号或消息。"), fields={"event": _("请从列表中选择")})
    return "signal" if kind == "signal" else "message", name


def _day(field: str, pack: Pack) -> datetime:
    try:
        day = date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise Invalid(_("日期写法不对。"), fields={field: _("请选择日期，例如 2024-03-29")}) from None
    return calendar.end_of_day(day, pack.programme.zone)


def _openable() -> dict[str, Pack]:
    ctx: Context = g.ctx
    packs = wiring.all_packs(ctx)
    if ctx.actor.is_admin:
        return dict(packs)
    groups = ctx.actor.groups
    return {key: p for key, p in packs.items() if f"organiser@{p.programme.organiser}" in groups}


def _form(given: dict[str, str], refused: ServiceError | None) -> str:
    packs = _openable()
    first = next(iter(packs.values()))
    given = {"programme": first.key, "year": str(g.ctx.now.year), **given}
    return render_template(
        "rounds/new.html",
        programmes=[(key, pack.programme.title) for key, pack in packs.items()],
        given=given,
        refused=refused,
    )
