"""The rehearsal itself: each working day at ten everybody does what waits for him, then time moves on."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

from service import schema
from service.clock import MovableClock
from service.config import Settings
from service.errors import Invalid
from service.programmes import wiring
from service.programmes.account import pack_units
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import Demo, read_demo
from service.programmes.pack.packs import Pack
from service.programmes.round import calendars, rounds
from service.rehearsal.crowd import Planned, plan
from service.rehearsal.report import Report, conclude
from service.rehearsal.state import Rehearsal
from service.rehearsal.work import complete_waiting, start_nominations
from service.scheduler import due_jobs, reminders, starts
from service.scheduler.stepping import advance_clock, find_next_due
from service.scheduler.wiring import Wiring
from service.wire import wire
from service.workflow.context import Context

#: what happens by itself while the organiser and the units work
DUTIES = (due_jobs.run_once, starts.begin_by_events, reminders.run_once)

WORK_BEGINS = time(10, 0)
MAX_DAYS = 400
#: how many more objects there are before the garbage collector looks; usually 700
OBJECTS_A_LOOK = 50_000
START_DAYS = 4  #: working days over which nominations come in
USUAL = 660  #: nominations where nobody says how many, or as many as there are places


def rehearse(settings: Settings, programme: str, *, number: int | None = None, seed: int = 1) -> Report:
    """Run a whole round of a programme against a scratch database and report what came of it.

    Raises Invalid where more nominations are asked for than there are places.
    """
    with tempfile.TemporaryDirectory(prefix="xuanshu-rehearsal-") as folder:
        scratch = replace(settings, data_dir=Path(folder), database_url="", demonstration=False)
        clock = MovableClock(datetime.fromisoformat("2024-01-01T00:00:00+00:00"))
        runtime = wire(scratch, clock=clock, durable=False)
        schema.upgrade(runtime.engine)
        try:
            return _run(runtime.wiring, clock, programme, number, seed)
        finally:
            runtime.engine.dispose()


def _run(wired: Wiring, clock: MovableClock, programme: str, number: int | None, seed: int) -> Report:
    with wired.reading() as ctx:
        pack = wiring.get_pack(ctx, programme)
    demo = read_demo(pack.demo)
    clock.move_to(demo.start)
    report = Report(zone=pack.programme.zone)
    rehearsal = Rehearsal(wiring=wired, clock=clock, pack=pack, demo=demo, report=report)
    rehearsal.planned = _plan(pack, demo, number, seed)
    _open(rehearsal)
    with _collecting_less():
        _live_through(rehearsal)
    report.guessed = tuple(year for year in rehearsal.guessed if year <= clock().year)
    with wired.reading() as ctx:
        conclude(ctx, rounds.get(ctx, rehearsal.round_id), pack, report)
    return report


def _plan(pack: Pack, demo: Demo, number: int | None, seed: int) -> list[Planned]:
    planned = plan(pack, demo, USUAL if number is None else number, seed=seed)
    there = len(planned)
    if number is not None and there < number:
        raise Invalid(
            f"{pack.programme.title}的名额一共 {there} 个，只够 {there} 份申报，不能演练 {number} 份。"
            "请减少 --nominations，或在活动包里增加名额。"
        )
    return planned


def _open(rehearsal: Rehearsal) -> None:
    with rehearsal.wiring.transaction() as ctx:
        units = pack_units.load(ctx, rehearsal.pack.units)
        demonstration.create_accounts(ctx, rehearsal.demo, units)
        rehearsal.guessed = _guess_years(ctx, rehearsal)
        entry = rounds.open_round(ctx, rehearsal.pack)
        rehearsal.round_id = entry.id
        demonstration.report_heads(ctx, entry, rehearsal.pack, rehearsal.demo, units)
        rehearsal.report.note(ctx.now, f"{entry.title} {entry.label} 开始")


def _guess_years(ctx: Context, rehearsal: Rehearsal) -> tuple[int, ...]:
    """Take the years of the round and of its titles that nobody has announced as Monday to Friday."""
    first = rehearsal.clock().year
    until = rehearsal.pack.programme.award.period_until
    last = max(first, until.year if until else first) + 1
    return calendars.guess_years(ctx, last, demonstration.GUESSED)


@contextmanager
def _collecting_less() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at what stays to the end."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_LOOK)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _live_through(rehearsal: Rehearsal) -> None:
    """Work and move on until nothing is left to do and nothing will become due."""
    waiting = list(rehearsal.planned)
    a_day = -(-len(waiting) // START_DAYS)
    for _ in range(MAX_DAYS):
        today, waiting = waiting[:a_day], waiting[a_day:]
        start_nominations(rehearsal, today)
        worked = complete_waiting(rehearsal)
        due = None if worked or waiting else _next_due(rehearsal, rehearsal.clock())
        if not worked and not waiting and due is None:
            return
        duties = [partial(duty, rehearsal.wiring) for duty in DUTIES]
        until = _next_morning(rehearsal, due)
        happened = advance_clock(rehearsal.clock, until, duties, partial(_next_due, rehearsal))
        rehearsal.report.note_happenings(happened)
    rehearsal.report.problems.append(f"{MAX_DAYS} 个有事的工作日后仍未结束")


def _next_due(rehearsal: Rehearsal, after: datetime) -> datetime | None:
    with rehearsal.wiring.reading() as ctx:
        # what a timer begins by itself, a period in three years, is not this round's
        return find_next_due(ctx, after, with_timer_starts=False)


def _next_morning(rehearsal: Rehearsal, due: datetime | None) -> datetime:
    """Return the next working morning; while nobody has anything to do, the first on which something is."""
    zone = rehearsal.report.zone
    evening = rehearsal.clock().astimezone(zone).date()
    if due is not None:
        evening = max(evening, due.astimezone(zone).date() - timedelta(days=1))
    with rehearsal.wiring.reading() as ctx:
        day = calendars.load(ctx).shift(evening, 1)
    return datetime.combine(day, WORK_BEGINS, zone)
