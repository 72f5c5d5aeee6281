"""Rounds: opening one, its dates and extensions, and who may manage it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import (
    ANY_CATEGORY,
    CandidateExtension,
    Extension,
    Instance,
    Job,
    JobKind,
    JobStatus,
    Nomination,
    QuotaKind,
    Round,
    Stage,
    TaskStatus,
    Unit,
    UserTask,
)
from service.programmes.nomination import nominations
from service.programmes.pack.packs import Pack
from service.programmes.pack.programme import Programme
from service.programmes.privacy import handling_notices
from service.programmes.round import calendars, quotas
from service.programmes.rule import calendar
from service.workflow import history, memory
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.job import jobs
from service.workflow.task import user_tasks

PROCESS = "round"
#: where a transaction remembers the rounds of the instances it works on
OF_INSTANCES = "rounds_of_instances"
MAX_REASON = 500


def open_round(
    ctx: Context,
    pack: Pack,
    *,
    label: str | None = None,
    year: int | None = None,
    demonstration: bool = False,
) -> Round:
    """Open a round of a programme: quotas from its annex, dates from its notice, and its process.

    Publishes the pack's diagram first if the newest version is another one and nobody redrew it.
    Refused for a year whose working days nobody has entered.
    """
    programme = pack.programme
    year = year or programme.year
    calendars.load(ctx).require(year)
    organiser = get_unit(ctx, programme.organiser)
    label = label or str(year)
    _require_new(ctx, pack, label)
    deployment = deployments.find_newest(ctx, pack.key) or deployments.publish(
        ctx, pack.key, pack.diagram, pack.forms, pack.decisions, note="随活动包发布"
    )
    entry = Round(
        programme=pack.key,
        label=label,
        title=programme.title,
        year=year,
        organiser_id=organiser.id,
        organiser=organiser,
        stage=Stage.PREPARATION,
        dates={
            stage: {"due": calendars.find_deadline(ctx, programme, month_day, year).isoformat()}
            for stage, month_day in programme.deadlines.items()
        },
        demonstration=demonstration or ctx.is_demonstration,
        created_at=ctx.now,
    )
    ctx.session.add(entry)
    ctx.session.flush()
    _set_quotas(ctx, entry, pack)
    handling_notices.keep(ctx, entry)
    instance = execution.start(
        ctx,
        deployment,
        PROCESS,
        business_key=f"round:{entry.id}",
        title=f"{programme.title} {entry.label}",
        round_id=entry.id,
        variables={"round_id": entry.id, "year": year},
    )
    entry.instance_id = instance.id
    return entry


def open_by_hand(ctx: Context, pack: Pack, *, label: str | None, year: int | None) -> Round:
    """Open a round that somebody asked for; refused for a year whose deadlines are all over."""
    _require_time_left(ctx, pack.programme, year or pack.programme.year)
    return open_round(ctx, pack, label=label, year=year)


def _require_new(ctx: Context, pack: Pack, label: str) -> None:
    if ctx.session.scalar(select(Round.id).where(Round.programme == pack.key, Round.label == label)):
        message = f"{pack.programme.title}的“{label}”届次已经存在。"
        raise Conflict(message, fields={"label": "请换一个名称"})


def _require_time_left(ctx: Context, programme: Programme, year: int) -> None:
    last = max(
        (
            calendars.find_deadline(ctx, programme, month_day, year)
            for month_day in programme.deadlines.values()
        ),
        default=None,
    )
    if last is not None and last <= ctx.now:
        raise Invalid(
            f"{year} 年的截止日期已全部过去（最后一项是 {calendar.write_moment(last, programme.zone)}），"
            "不能再开设这一届。请填写以后的年份。",
            fields={"year": "请填写以后的年份"},
        )


def get(ctx: Context, round_id: int) -> Round:
    """Return a round."""
    entry = ctx.session.get(Round, round_id)
    if entry is None:
        raise NotFound("没有这个届次。")
    return entry


def list_all(ctx: Context) -> Sequence[Round]:
    """Return every round, newest first."""
    return list(ctx.session.scalars(select(Round).order_by(Round.id.desc())))


def of_instance(ctx: Context, instance: Instance) -> Round:
    """Return the round an instance belongs to."""
    entry = find_of_instance(ctx, instance)
    assert entry is not None, f"instance {instance.id} belongs to no round"
    return entry


def find_of_instance(ctx: Context, instance: Instance) -> Round | None:
    """Return the round an instance belongs to, or None; every step asks for it many times."""
    number = instance.round_id
    known: dict[int | None, Round | None] = memory.of(ctx.session).setdefault(OF_INSTANCES, {None: None})
    if number not in known:
        known[number] = ctx.session.get_one(Round, number)
    return known[number]


def get_unit(ctx: Context, code: str) -> Unit:
    """Return a unit by its code."""
    unit = ctx.session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise NotFound(f"没有代码为 {code} 的单位。")
    return unit


def require_organiser(ctx: Context, entry: Round) -> None:
    """Refuse whoever does not organise the round."""
    if not (ctx.actor.is_system or nominations.is_organiser(ctx, entry)):
        raise Forbidden("只有主办单位可以进行这项操作。")


def hold(ctx: Context, entry: Round) -> None:
    """Hold a round's process until the commit, and read the round as it is: its dates are written whole."""
    if entry.instance_id is not None:
        execution.lock(ctx, entry.instance_id)
        ctx.session.flush()  # what this transaction wrote is not to be read over
        ctx.session.refresh(entry)


def due_of(entry: Round, stage: str) -> datetime | None:
    """Return when a stage is due to close, as it stands now."""
    text = entry.dates.get(stage, {}).get("due")
    return datetime.fromisoformat(text) if text else None


def set_stage(ctx: Context, entry: Round, stage: Stage) -> None:
    """Note that a stage began or ended; the diagram decides when."""
    dates: dict[str, Any] = {key: dict(value) for key, value in entry.dates.items()}
    if entry.stage != stage:
        dates.setdefault(entry.stage, {})["closed"] = ctx.now.isoformat()
        dates.setdefault(stage, {})["opened"] = ctx.now.isoformat()
    entry.dates = dates
    entry.stage = stage
    entry.revision += 1


def move_deadline(ctx: Context, entry: Round, stage: Stage, due: datetime, reason: str) -> int:
    """Move the day a stage closes; open tasks due then move with it and nudge anew.

    Returns how many tasks moved. The timer ``<stage>_deadline`` of the round's diagram moves too, where
    one waits; a stage that has closed, or whose last day is over, stays closed.
    """
    require_organiser(ctx, entry)
    hold(ctx, entry)
    before = due_of(entry, stage)
    if before is None or entry.instance_id is None:
        raise Invalid("这个阶段没有截止日期。", fields={"stage": "请选择有截止日期的阶段"})
    check_reason(reason, "请填写调整原因。")
    if due <= ctx.now:
        raise Invalid("新的截止时间必须晚于现在。", fields={"due": "请选择今天以后的日期"})
    calendars.require_year_of(ctx, entry, due, "due")
    instance = execution.lock(ctx, entry.instance_id)
    is_over = before <= ctx.now or "closed" in entry.dates[stage]
    if not jobs.move_timer(ctx, instance, f"{stage}_deadline", due, reason.strip()) and is_over:
        raise Conflict("这个阶段已经截止，不能再改期；可以为个别单位办理延期。")
    entry.dates = {**entry.dates, stage: {**entry.dates[stage], "due": due.isoformat()}}
    entry.revision += 1
    moved = move_tasks(ctx, entry, before, due, reason.strip())
    for extension, unit in list_extensions(ctx, entry):
        if extension.stage == stage and extension.until < due:
            # what was more time is less than everybody has now
            moved += move_tasks(ctx, entry, extension.until, due, reason.strip(), below=unit)
    for own, nomination in list_candidate_extensions(ctx, entry):
        if own.stage == stage and own.until < due and nomination.instance_id is not None:
            moved += move_tasks(
                ctx, entry, own.until, due, reason.strip(), instance_id=nomination.instance_id
            )
    return moved


def extend(ctx: Context, entry: Round, unit: Unit, stage: Stage, until: datetime, reason: str) -> Extension:
    """Give one unit, and all below it, more time in a stage (X10), with a reason in the history.

    Also after the stage closed: the unit may then nominate until the extension ends.
    """
    require_organiser(ctx, entry)
    hold(ctx, entry)
    due = due_of(entry, stage)
    if due is None:
        raise Invalid("这个阶段没有截止日期。", fields={"stage": "请选择有截止日期的阶段"})
    check_reason(reason, "请填写延期原因。")
    require_extendable(ctx, entry, stage, due, until)
    query = select(Extension).where(
        Extension.round_id == entry.id, Extension.unit_id == unit.id, Extension.stage == stage
    )
    extension = ctx.session.scalar(query)
    before = extension.until if extension else due
    if extension is None:
        extension = Extension(round_id=entry.id, unit_id=unit.id, stage=stage)
        ctx.session.add(extension)
    extension.until = until
    extension.reason = reason.strip()
    extension.granted_by_id = ctx.actor.user_id
    extension.granted_at = ctx.now
    note_extended(entry, stage)
    ctx.session.flush()
    delay_closing(ctx, entry, extension)
    move_tasks(ctx, entry, before, until, reason.strip(), below=unit)
    history.record_in(
        ctx, f"round:{entry.id}", "extension.granted", round_id=entry.id, unit=unit.name, stage=stage,
        until=until.isoformat(), reason=reason.strip(),
    )  # fmt: skip
    return extension


def require_extendable(ctx: Context, entry: Round, stage: Stage, due: datetime, until: datetime) -> None:
    """Refuse more time in a stage that nobody can be let into any more, or that is none.

    Raises CalendarMissing for a year without working days.
    """
    if stage == Stage.SUBMISSION and entry.stage not in (Stage.PREPARATION, *nominations.EXTENDABLE):
        raise Conflict("联合会审已经开始，不能再延期。")
    if until <= max(due, ctx.now):
        raise Invalid("延期时间必须晚于原截止时间和现在。", fields={"until": "请选择更晚的日期"})
    calendars.require_year_of(ctx, entry, until, "until")


def note_extended(entry: Round, stage: Stage) -> None:
    """Note on a round that is held that somebody has more time in a stage."""
    entry.dates = {**entry.dates, stage: {**entry.dates[stage], "extended": True}}
    entry.revision += 1


def list_extensions(ctx: Context, entry: Round) -> Sequence[tuple[Extension, Unit]]:
    """Return a round's extensions with their units."""
    query = select(Extension, Unit).join(Unit, Unit.id == Extension.unit_id)
    rows = ctx.session.execute(query.where(Extension.round_id == entry.id).order_by(Extension.id))
    return [(row[0], row[1]) for row in rows]


def list_candidate_extensions(ctx: Context, entry: Round) -> Sequence[tuple[CandidateExtension, Nomination]]:
    """Return what single nominations were given more time in a round."""
    query = select(CandidateExtension, Nomination).join(
        Nomination, Nomination.id == CandidateExtension.nomination_id
    )
    of_round = query.where(CandidateExtension.round_id == entry.id)
    rows = ctx.session.execute(of_round.order_by(CandidateExtension.id))
    return [(row[0], row[1]) for row in rows]


def delay_closing(ctx: Context, entry: Round, extension: Extension) -> None:
    """Let the nominations below an extended unit hear the closing signal when the extension ends."""
    unit = ctx.session.get_one(Unit, extension.unit_id)
    below = (
        select(Nomination.instance_id)
        .join(Unit, Unit.id == Nomination.unit_id)
        .where(Nomination.round_id == entry.id, Unit.path.startswith(unit.path, autoescape=True))
    )
    longer = (
        select(Nomination.instance_id)
        .join(CandidateExtension, CandidateExtension.nomination_id == Nomination.id)
        .where(
            CandidateExtension.round_id == entry.id,
            CandidateExtension.stage == extension.stage,
            CandidateExtension.until > extension.until,
            Nomination.instance_id.is_not(None),
        )
    )
    ctx.session.execute(
        update(Job)
        .where(
            Job.kind == JobKind.SIGNAL,
            Job.name == f"{extension.stage}_closed",
            Job.status == JobStatus.PENDING,
            Job.instance_id.in_(below),
            Job.instance_id.not_in(longer),
        )
        .values(due_at=extension.until),
        execution_options={"synchronize_session": False},
    )


def check_reason(reason: str, missing: str) -> None:
    """Refuse a missing reason, with the sentence given, and one that is too long."""
    if not reason.strip():
        raise Invalid(missing, fields={"reason": "必填"})
    if len(reason.strip()) > MAX_REASON:
        raise Invalid("原因太长，请删减。", fields={"reason": f"最多 {MAX_REASON} 个字"})


def move_tasks(
    ctx: Context,
    entry: Round,
    before: datetime,
    due: datetime,
    reason: str,
    *,
    below: Unit | None = None,
    instance_id: int | None = None,
) -> int:
    """Move the open tasks that are due at a moment: all of a round, those below a unit, or of an instance."""
    query = select(UserTask).where(
        UserTask.round_id == entry.id, UserTask.status == TaskStatus.OPEN, UserTask.due_date == before
    )
    if instance_id is not None:
        query = query.where(UserTask.instance_id == instance_id)
    if below is not None:
        query = query.join(Nomination, Nomination.instance_id == UserTask.instance_id).join(
            Unit, Unit.id == Nomination.unit_id
        )
        query = query.where(Unit.path.startswith(below.path, autoescape=True))
    tasks = list(ctx.session.scalars(query.order_by(UserTask.instance_id)))
    for task in tasks:
        execution.lock(ctx, task.instance_id)
        user_tasks.set_due_date(ctx, task, due, reason)
    return len(tasks)


def _set_quotas(ctx: Context, entry: Round, pack: Pack) -> None:
    for code, places in pack.quotas.places.items():
        quotas.set_places(ctx, entry, QuotaKind.NOMINATION, get_unit(ctx, code), places)
    rule = pack.programme.quota
    first = rule.least if rule.source == "each" else 0
    for code in rule.recommenders:
        unit = get_unit(ctx, code)
        quotas.set_places(ctx, entry, QuotaKind.NOMINATION, unit, {ANY_CATEGORY: first}, hard=rule.hard)
    if not pack.programme.is_bounded:
        ctx.session.flush()
        return
    award = {category: pack.programme.places_of(category) for category in pack.programme.categories}
    quotas.set_places(ctx, entry, QuotaKind.AWARD, entry.organiser, award)
    ctx.session.flush()
