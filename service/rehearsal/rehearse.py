"""The rehearsal itself: each working day at ten everybody does what waits for him, then time moves on."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from service import schema
from service.clock import MovableClock
from service.config import Settings
from service.errors import Conflict, ServiceError
from service.models import Candidate, TaskStatus, Unit, UserTask
from service.programmes import intake, wiring
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import Demo, read_demo
from service.programmes.demo.refusals import naming_the_step
from service.programmes.nomination import attachments, nominations
from service.programmes.pack.packs import Pack, Slot
from service.programmes.review import ballots, standings, steps, ties
from service.programmes.round import calendars, rounds
from service.rehearsal.crowd import Planned, answers_of, plan, points_of
from service.rehearsal.report import Report, conclude
from service.scheduler import due_jobs, reminders, starts
from service.scheduler.stepping import advance_clock, find_next_due
from service.scheduler.wiring import Wiring
from service.wire import wire
from service.workflow import notifications
from service.workflow.context import Actor, Context
from service.workflow.definition import deployments
from service.workflow.person import actors
from service.workflow.task import task_access, user_tasks

#: what happens by itself while the organiser and the units work
DUTIES = (due_jobs.run_once, starts.begin_by_events, reminders.run_once)

WORK_BEGINS = time(10, 0)
CHUNK = 50  #: completions a transaction; a chunk that is refused is done again one by one
MAX_DAYS = 400
START_DAYS = 4  #: working days over which nominations come in


@dataclass(kw_only=True)
class _Rehearsal:
    wiring: Wiring
    clock: MovableClock
    pack: Pack
    demo: Demo
    report: Report
    round_id: int = 0
    planned: list[Planned] = field(default_factory=list)
    people_of: dict[int, Planned] = field(default_factory=dict)  #: by instance
    groups: dict[int, str] = field(default_factory=dict)  #: of each open task, one it is offered to
    actors: dict[str, Actor] = field(default_factory=dict)
    files: dict[str, attachments.Checked] = field(default_factory=dict)  #: by slot, stored already
    full: set[tuple[str, str | None]] = field(
        default_factory=set
    )  #: steps whose first outcome found no place


def rehearse(settings: Settings, programme: str, *, number: int, seed: int = 1) -> Report:
    """Run a whole round of a programme against a scratch database and report what came of it."""
    with tempfile.TemporaryDirectory(prefix="xuanshu-rehearsal-") as folder:
        scratch = replace(settings, data_dir=Path(folder), database_url="", demonstration=False)
        clock = MovableClock(datetime.fromisoformat("2024-01-01T00:00:00+00:00"))
        service = wire(scratch, clock=clock, durable=False)
        schema.upgrade(service.engine)
        try:
            return _run(service.wiring, clock, programme, number, seed)
        finally:
            service.engine.dispose()


def _run(wiring_: Wiring, clock: MovableClock, programme: str, number: int, seed: int) -> Report:
    with wiring_.reading() as ctx:
        pack = wiring.get_pack(ctx, programme)
    demo = read_demo(pack.demo)
    clock.move_to(demo.start)
    report = Report(zone=pack.programme.zone)
    rehearsal = _Rehearsal(wiring=wiring_, clock=clock, pack=pack, demo=demo, report=report)
    rehearsal.planned = plan(pack, demo, number, seed=seed)
    _open(rehearsal)
    _live_through(rehearsal)
    with wiring_.reading() as ctx:
        conclude(ctx, rounds.get(ctx, rehearsal.round_id), pack, report)
    return report


def _open(rehearsal: _Rehearsal) -> None:
    with rehearsal.wiring.transaction() as ctx:
        units = demonstration.load_units(ctx, rehearsal.pack.units)
        demonstration.create_accounts(ctx, rehearsal.demo, units)
        entry = rounds.open_round(ctx, rehearsal.pack)
        rehearsal.round_id = entry.id
        demonstration.report_heads(ctx, entry, rehearsal.pack, rehearsal.demo, units)
        rehearsal.report.note(ctx.now, f"{entry.title} {entry.label} 开始")


def _live_through(rehearsal: _Rehearsal) -> None:
    """Work and move on until nothing is left to do and nothing will become due."""
    waiting = list(rehearsal.planned)
    a_day = -(-len(waiting) // START_DAYS)
    for _ in range(MAX_DAYS):
        today, waiting = waiting[:a_day], waiting[a_day:]
        _start(rehearsal, today)
        worked = _work(rehearsal)
        due = None if worked or waiting else _next_due(rehearsal, rehearsal.clock())
        if not worked and not waiting and due is None:
            return
        duties = [partial(duty, rehearsal.wiring) for duty in DUTIES]
        until = _next_morning(rehearsal, due)
        happened = advance_clock(rehearsal.clock, until, duties, partial(_next_due, rehearsal))
        rehearsal.report.note_happenings(happened)
    rehearsal.report.problems.append(f"{MAX_DAYS} 个有事的工作日后仍未结束")


def _start(rehearsal: _Rehearsal, planned: Sequence[Planned]) -> None:
    starter = demonstration.starter_role(rehearsal.pack)
    for chunk in _chunks(planned):
        with rehearsal.wiring.transaction() as ctx:
            entry = rounds.get(ctx, rehearsal.round_id)
            units = {unit.code: unit for unit in ctx.session.scalars(select(Unit))}
            for one in chunk:
                acting = replace(ctx, actor=_actor(rehearsal, ctx, f"{starter}@{one.unit}"))
                nomination = nominations.start(
                    acting,
                    entry,
                    unit=units[one.unit],
                    category=one.category,
                    source="unit",
                    name=one.person.name,
                )
                assert nomination.instance_id is not None
                rehearsal.people_of[nomination.instance_id] = one
    if planned:
        rehearsal.report.note(rehearsal.clock(), f"发起申报，共 {len(planned)} 件")


def _work(rehearsal: _Rehearsal) -> int:
    """Let everybody complete what waited for him this morning; returns how many tasks were completed."""
    with rehearsal.wiring.reading() as ctx:
        query = (
            select(UserTask.id, UserTask.instance_id, func.max(Candidate.group_key).label("group_key"))
            .join(Candidate, Candidate.user_task_id == UserTask.id)
            .where(UserTask.status == TaskStatus.OPEN, UserTask.round_id == rehearsal.round_id)
            .group_by(UserTask.id, UserTask.instance_id, UserTask.element_id)
            .order_by(UserTask.element_id, func.max(Candidate.group_key), UserTask.id)
        )
        opened = list(ctx.session.execute(query))
    rehearsal.groups = {row.id: row.group_key for row in opened}
    done: Counter[str] = Counter()
    ours = [row for row in opened if row.instance_id in rehearsal.people_of]
    for _, together in groupby(ours, key=lambda row: row.group_key):
        for chunk in _chunks([row.id for row in together]):
            done += _complete_together(rehearsal, chunk)
    others = [row.id for row in opened if row.instance_id not in rehearsal.people_of]
    for task_id in [] if done else others:
        done += _complete_together(rehearsal, [task_id])
    for name, count in done.items():
        rehearsal.report.note(rehearsal.clock(), f"办理“{name}”，共 {count} 件")
    rehearsal.report.completions += done.total()
    return done.total()


def _complete_together(rehearsal: _Rehearsal, task_ids: Sequence[int]) -> Counter[str]:
    try:
        with rehearsal.wiring.transaction() as ctx:
            acting = replace(ctx, actor=_actor(rehearsal, ctx, rehearsal.groups[task_ids[0]]))
            task_access.lock_together(acting, task_ids)
            _hand_in_files(rehearsal, acting, task_ids)
            return Counter(_complete(rehearsal, acting, task_id) for task_id in task_ids)
    except Conflict:
        if len(task_ids) == 1:
            return _complete_otherwise(rehearsal, task_ids[0])
    done: Counter[str] = Counter()
    for task_id in task_ids:
        done += _complete_together(rehearsal, [task_id])
    return done


def _complete_otherwise(rehearsal: _Rehearsal, task_id: int) -> Counter[str]:
    """The first outcome was refused: no place is left, or it is too early. Try the last one, or wait."""
    with rehearsal.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_id)
        rehearsal.full.add((task.element_id, task.batch_key))
    try:
        with rehearsal.wiring.transaction() as ctx:
            acting = replace(ctx, actor=_actor(rehearsal, ctx, rehearsal.groups[task_id]))
            _hand_in_files(rehearsal, acting, [task_id])
            return Counter([_complete(rehearsal, acting, task_id)])
    except ServiceError as refusal:
        rehearsal.report.note(rehearsal.clock(), f"“{task.name}”暂不能办：{refusal.message}")
        return Counter()


def _complete(rehearsal: _Rehearsal, acting: Context, task_id: int) -> str:
    task = acting.session.get_one(UserTask, task_id)
    element = deployments.get_element(acting, task.instance, task.element_id)
    if ballots.PROPERTY in element.properties:
        return _vote(acting, task)
    if standings.PROPERTY in element.properties:
        _decide_of_equal_votes(rehearsal, acting, task)
    outcomes = deployments.outcomes_of(element.properties.get("outcomes", "complete:办结"))
    is_full = (task.element_id, task.batch_key) in rehearsal.full
    answers: dict[str, Any] = {}
    if task.form_id is not None:
        known = _known(rehearsal, acting, task)
        if rehearsal.pack.programme.review and steps.SCORE in element.properties:
            known |= points_of(task.id, rehearsal.pack.programme.review.criteria)
        answers = made_up.answer(deployments.get_form(acting, task.instance, task.form_id), known)
    outcome = outcomes[-1 if is_full else 0][0]
    if outcome in intake.split(element.properties.get("clearance", "")):
        demonstration.clear_files(acting, task)
    with naming_the_step(task):
        user_tasks.complete(acting, task.id, outcome, answers)
    return task.name


def _vote(acting: Context, task: UserTask) -> str:
    subjects = ballots.list_subjects(acting, ballots.ballot_of(acting, task))
    ballots.cast(acting, task.id, {subject.nomination_id: ballots.FOR for subject in subjects})
    return task.name


def _decide_of_equal_votes(rehearsal: _Rehearsal, acting: Context, task: UserTask) -> None:
    rows = standings.list_of(acting, rounds.of_instance(acting, task.instance))
    for open_ in ties.list_undecided(rehearsal.pack.programme, rows):
        for row in open_.tied[-open_.surplus :]:
            reason = "得票相同，经会议研究，按推荐次序取舍。"
            standings.amend(acting, task.id, row.nomination_id, proposed=False, reason=reason)


def _known(rehearsal: _Rehearsal, ctx: Context, task: UserTask) -> dict[str, Any]:
    today = ctx.now.astimezone(rehearsal.report.zone).date().isoformat()
    planned = rehearsal.people_of.get(task.instance_id)
    if planned is None or not _fills_record(ctx, task):
        return {**rehearsal.demo.answers, "today": today}
    nomination = nominations.of_instance(ctx, task.instance)
    assert nomination is not None
    return answers_of(planned, rehearsal.demo, nomination.unit, today)


def _hand_in_files(rehearsal: _Rehearsal, ctx: Context, task_ids: Sequence[int]) -> None:
    """Hand in the files that the forms among some tasks ask for, all of them together."""
    people_ = [
        nomination
        for task in (ctx.session.get_one(UserTask, task_id) for task_id in task_ids)
        if task.instance_id in rehearsal.people_of and _fills_record(ctx, task)
        if (nomination := nominations.of_instance(ctx, task.instance)) is not None
    ]
    if people_:
        there = attachments.count_of(ctx, people_)
        attachments.keep_together(
            ctx,
            (
                (one, slot.key, _file_for(rehearsal, ctx, slot, number))
                for one in people_
                for slot in rehearsal.pack.programme.slots.values()
                for number in range(there[one.id][slot.key], slot.least)
            ),
        )


def _fills_record(ctx: Context, task: UserTask) -> bool:
    element = deployments.get_element(ctx, task.instance, task.element_id)
    return element.properties.get("record") == "nomination"


def _file_for(rehearsal: _Rehearsal, ctx: Context, slot: Slot, number: int) -> attachments.Checked:
    """Everybody hands in the same file: looking at it and storing it once is enough."""
    if slot.key not in rehearsal.files:
        suffix, data = made_up.file_for(slot.types)
        checked = attachments.check(slot, f"file.{suffix}", data)
        stored = wiring.storage_of(ctx).write(checked.data, ctx.now)
        rehearsal.files[slot.key] = replace(checked, sha256=stored)
    file = rehearsal.files[slot.key]
    return replace(file, filename=f"{slot.name}{number + 1}{Path(file.filename).suffix}")


def _actor(rehearsal: _Rehearsal, ctx: Context, group: str) -> Actor:
    if group not in rehearsal.actors:
        rehearsal.actors[group] = actors.actor_of(ctx, notifications.holders(ctx, [group])[0])
    return rehearsal.actors[group]


def _next_due(rehearsal: _Rehearsal, after: datetime) -> datetime | None:
    with rehearsal.wiring.reading() as ctx:
        # what a timer begins by itself, a period in three years, is not this round's
        return find_next_due(ctx, after, with_timer_starts=False)


def _next_morning(rehearsal: _Rehearsal, due: datetime | None) -> datetime:
    """Return the next working morning; while nobody has anything to do, the first on which something is."""
    zone = rehearsal.report.zone
    evening = rehearsal.clock().astimezone(zone).date()
    if due is not None:
        evening = max(evening, due.astimezone(zone).date() - timedelta(days=1))
    with rehearsal.wiring.reading() as ctx:
        day = calendars.load(ctx).shift(evening, 1)
    return datetime.combine(day, WORK_BEGINS, zone)


def _chunks(rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
