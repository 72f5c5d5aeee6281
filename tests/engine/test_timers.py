"""When timers are due, and that a series is caught up once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from service.engine import timers
from tests.engine.bare import Bare
from tests.engine.conftest import NOON, SHANGHAI, Walk
from tests.engine.sketch import draw

Maker = Callable[..., Walk]


def test_finished_cycle_leaves_no_timer_behind(walk: Maker) -> None:
    ours = walk(
        "start s\nuser A groups=r@self\nboundary b on A cycle R2/PT1H non-interrupting\nend e\ns -> A\nb -> e"
    )
    ours.start()

    ours.fire("b")
    ours.fire("b")

    assert ours.step.timers == ()
    assert ours.open == ["A"]


@pytest.mark.parametrize(
    ("text", "start", "due"),
    [
        ("PT5S", "2024-03-01T12:00", "2024-03-01T12:00:05+08:00"),
        ("P1M", "2024-01-31T09:00", "2024-02-29T09:00:00+08:00"),
        ("P1M", "2023-01-31T09:00", "2023-02-28T09:00:00+08:00"),
        ("P1M2W", "2024-01-31T09:00", "2024-03-14T09:00:00+08:00"),
        ("P1Y", "2024-02-29T09:00", "2025-02-28T09:00:00+08:00"),
        ("2024-03-25T24:00:00+08:00", "2024-03-01T12:00", "2024-03-26T00:00:00+08:00"),
        ("2024-03-25T24:00", "2024-03-01T12:00", "2024-03-26T00:00:00+08:00"),
        ("2024-03-25", "2024-03-01T12:00", "2024-03-25T00:00:00+08:00"),
        ("2024-03-25T17:00:00Z", "2024-03-01T12:00", "2024-03-26T01:00:00+08:00"),
        ("2024-03-25T17:00:00@Asia/Shanghai", "2024-03-01T12:00", "2024-03-25T17:00:00+08:00"),
        ("2024-12-31T24:00:00", "2024-03-01T12:00", "2025-01-01T00:00:00+08:00"),
    ],
)
def test_timer_is_due_by_the_calendar(walk: Maker, text: str, start: str, due: str) -> None:
    now = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    ours = walk(f'start s\ncatch t date "{text}"\ns -> t', env={"now": now})

    assert ours.start().timers[0].due_at == datetime.fromisoformat(due)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_daily_cycle_keeps_its_hour_across_daylight_saving(walk: Maker, zone: str) -> None:
    there = ZoneInfo(zone)
    ours = walk(
        "start s\nuser A groups=r@self\nboundary b on A cycle R/P1D non-interrupting\nend e\ns -> A\nb -> e",
        env={"now": datetime(2026, 3, 1, 9, 0, tzinfo=there), "zone": there},
    )
    ours.start()

    hours = set()
    for _ in range(300):
        hours.add(ours.step.timers[0].due_at.astimezone(there).strftime("%H:%M"))
        ours.fire("b")

    assert hours == {"09:00"}


def test_monthly_cycle_does_not_drift_from_the_last_day(walk: Maker) -> None:
    ours = walk(
        "start s\nuser A groups=r@self\nboundary b on A cycle R/2024-01-31T09:00/P1M non-interrupting\n"
        "end e\ns -> A\nb -> e",
        env={"now": datetime(2024, 1, 1, tzinfo=UTC)},
    )
    ours.start()

    days = []
    for _ in range(4):
        days.append(ours.step.timers[0].due_at.astimezone(SHANGHAI).date().isoformat())
        ours.fire("b")

    assert days == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


def test_naive_date_is_meant_in_the_programmes_zone_not_the_machines(walk: Maker) -> None:
    ours = walk('start s\ncatch t date "2026-07-01T17:00"\ns -> t', env={"zone": ZoneInfo("Europe/Berlin")})

    assert ours.start().timers[0].due_at == datetime(2026, 7, 1, 15, 0, tzinfo=UTC)


def test_due_moment_is_kept_whatever_the_variables_and_the_clock_do(walk: Maker) -> None:
    ours = walk(
        'start s\nand f\ncatch t timer "=wait"\nuser A groups=r@self\nuser B groups=r@self\n'
        "s -> f\nf -> t\nf -> A -> B"
    )
    due = ours.start(wait="P3D").timers[0]

    ours.env = replace(ours.env, now=ours.env.now + timedelta(days=2))
    ours.complete("A", wait="P99D")

    assert ours.step.timers == (due,)


def test_series_missed_for_a_year_is_caught_up_once(walk: Maker) -> None:
    ours = walk(
        "start s\nuser A groups=r@self\nboundary b on A cycle R/P1M non-interrupting\nend e\ns -> A\nb -> e"
    )
    ours.start()

    ours.fire("b", now=datetime(2025, 5, 17, tzinfo=UTC))

    assert [timer.due_at for timer in ours.step.timers] == [datetime(2025, 6, 1, 4, 0, tzinfo=UTC)]


def test_programmes_own_functions_set_timers(walk: Maker) -> None:
    functions = {
        "deadline": lambda day: (
            datetime(2024, *map(int, day.split("-")), tzinfo=SHANGHAI) + timedelta(days=1)
        ),
        "working days after": lambda day, count: date.fromisoformat(str(day)) + timedelta(days=int(count)),
    }
    ours = walk(
        'start s\nand f\ncatch d date "=deadline(\\"03-25\\")"\n'
        'catch w date "=working days after(notice.start, 5)"\ns -> f\nf -> d\nf -> w',
        env={"functions": functions},
    )

    step = ours.start(notice={"start": "2024-04-01"})

    assert [timer.due_at.astimezone(SHANGHAI).isoformat() for timer in step.timers] == [
        "2024-03-26T00:00:00+08:00",
        "2024-04-06T00:00:00+08:00",
    ]


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1.5M", "R/P0D", "R/", "soon", "0 0 9 * * ?", "@daily", "2024-02-30", "PT5", "None"],
)
def test_text_that_is_no_time_is_unclear(text: str) -> None:
    with pytest.raises(timers.Unclear):
        timers.check("timeDate", text)


def test_each_occurrence_of_a_cycle_has_a_key_of_its_own(walk: Maker) -> None:
    ours = walk("start s\nmanual A\nboundary b on A cycle R/PT1H non-interrupting\nend e\ns -> A\nb -> e")
    keys = {ours.start().timers[0].key}

    keys.add(ours.fire("b").timers[0].key)
    keys.add(ours.fire("b").timers[0].key)

    assert len(keys) == 3


def test_expression_without_a_value_is_no_time(walk: Maker) -> None:
    step = walk('start s\ncatch t date "=unknown"\ns -> t').start()

    assert step.fault is not None
    assert step.fault.message == "「t」（t）的时间 =unknown 没有值"
    assert step.state == b""


def _bare_timer(definition: str) -> Bare:
    drawn = draw(p="start s\nuser A\ncatch t timer XXX\nuser B\ns -> A -> t -> B").decode()
    before = "<bpmn:timeDuration>XXX</bpmn:timeDuration>"
    return Bare(drawn.replace(before, definition).encode())


def test_library_evaluates_the_text_of_a_timer_as_python() -> None:
    bare = _bare_timer("<bpmn:timeDuration>PT5S</bpmn:timeDuration>")

    with pytest.raises(WorkflowException):
        bare.complete("A")


def test_library_adds_thirty_one_days_for_a_month() -> None:
    start = datetime(2023, 1, 31, tzinfo=UTC)

    days = TimerEventDefinition.get_timedelta_from_start({"months": 1}, start).days

    assert (start + timedelta(days=days)).date().isoformat() == "2023-03-03"


def test_library_leaves_a_finished_cycle_with_a_dict_for_its_next_date() -> None:
    bare = Bare(
        draw(
            p="start s\nuser A\nboundary b on A cycle \"'R1/PT0.01S'\" non-interrupting\nuser B\nend e\n"
            "s -> A -> e\nb -> B"
        )
    )
    time.sleep(0.03)
    bare.workflow.refresh_timers()

    assert isinstance(bare.workflow.waiting_events()[0].value, dict)


def _due_of(bare: Bare) -> datetime:
    return datetime.fromisoformat(bare.workflow.waiting_events()[0].value)


def test_library_reckons_from_the_clock_on_the_wall(walk: Maker) -> None:
    sketch = "start s\ncatch t timer {duration}\nend e\ns -> t -> e"

    assert _due_of(Bare(sketch.format(duration="\"'PT1H'\""))) > NOON + timedelta(days=365)
    assert walk(sketch.format(duration="PT1H")).start().timers[0].due_at == NOON + timedelta(hours=1)


NAIVE = """
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
for month in ("01", "07"):
    print(TimerEventDefinition.get_datetime(f"2026-{month}-01T17:00").hour)
"""


def test_library_reads_naive_dates_in_one_offset_of_the_machine(walk: Maker) -> None:
    berlin = {**os.environ, "TZ": "Europe/Berlin"}
    read = subprocess.run(
        [sys.executable, "-c", NAIVE], env=berlin, capture_output=True, check=True, text=True
    )
    winter, summer = read.stdout.split()
    assert winter == summer  # that of the season it was imported in

    ours = walk(
        'start s\nand f\ncatch w date "2026-01-01T17:00"\ncatch t date "2026-07-01T17:00"\n'
        "s -> f\nf -> w\nf -> t",
        env={"zone": ZoneInfo("Europe/Berlin")},
    )

    assert [timer.due_at.astimezone(UTC).hour for timer in ours.start().timers] == [16, 15]


def _bare_cycle(text: str) -> Bare:
    cycle = f"boundary b on A cycle \"'{text}'\" non-interrupting"
    return Bare(f"start s\nuser A\n{cycle}\nuser B\nend e\ns -> A -> e\nb -> B")


def _polled(bare: Bare, times: int) -> list[datetime]:
    """Return when a cycle is next due after each poll."""
    found = []
    for _ in range(times):
        bare.workflow.refresh_timers()
        found.append(_due_of(bare))
    return found


def test_library_fires_every_cycle_it_missed_one_a_poll() -> None:
    bare = _bare_cycle("R/2024-01-01T09:00:00+08:00/P1D")
    _polled(bare, 1)
    fired = len(bare.all(TaskState.READY))

    _polled(bare, 20)

    assert len(bare.all(TaskState.READY)) == fired + 20  # ours: caught up once, above


def test_library_makes_a_month_of_a_cycle_a_fixed_number_of_days() -> None:
    dues = _polled(_bare_cycle("R/2024-01-31T09:00:00+00:00/P1M"), 6)

    assert {later - earlier for earlier, later in pairwise(dues)} == {timedelta(days=31)}


def test_library_lets_a_daily_cycle_drift_where_summer_begins() -> None:
    dues = _polled(_bare_cycle("R/2024-03-30T09:00:00+01:00/P1D"), 3)

    assert dues[-1].astimezone(ZoneInfo("Europe/Berlin")).hour == 10


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("cycle", "0 0 9 * * ?"),
        pytest.param(
            "date",
            "2024-03-25T24:00:00",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python's datetime reads 24:00"),
        ),
    ],
    ids=["cron", "24:00"],
)
def test_library_finds_out_about_a_time_when_somebody_waits_for_it(kind: str, text: str) -> None:
    bare = Bare(f"start s\nuser A\ncatch t {kind} \"'{text}'\"\nuser B\nend e\ns -> A -> t -> B -> e")

    with pytest.raises(ValueError, match=r"invalid literal for int|hour must be in"):
        bare.complete("A")


def test_cron_is_refused_before_anybody_waits_for_it(refused: Callable[[str], list[object]]) -> None:
    assert refused('start s\nmanual A\ncatch t cycle "0 0 9 * * ?"\ns -> A -> t') == [("t", "timer")]


@pytest.mark.parametrize(
    ("missed", "fired", "next_due"),
    [
        ("once", [1], "2024-03-01T09:00:00+00:00"),
        ("all", [1, 1, 1, 1], "2024-03-01T09:00:00+00:00"),
        ("none", [0], "2024-03-01T09:00:00+00:00"),
    ],
)
def test_cycle_makes_up_for_what_was_missed_as_it_says(
    walk: Callable[..., Walk], missed: str, fired: list[int], next_due: str
) -> None:
    ours = walk(
        "start s\nuser A groups=r@self\n"
        f"boundary b on A cycle R/PT1H non-interrupting property=missed:{missed}\n"
        "service N topic=nudge\ns -> A\nb -> N",
        env={"perform": lambda _task: {}},
    )
    ours.start()
    later = NOON + timedelta(hours=4, minutes=30)  # due at 05:00 … 08:00; the service was down

    nudges = []
    while ours.step.timers[0].due_at <= later:
        ours.fire("b", now=later)
        nudges.append(sum(e.element_id == "N" and e.kind == "completed" for e in ours.step.trace))

    assert nudges == fired
    assert [timer.due_at.isoformat() for timer in ours.step.timers] == [next_due]


def test_cycle_that_makes_up_for_nothing_fires_when_it_is_hardly_late(walk: Callable[..., Walk]) -> None:
    ours = walk(
        "start s\nuser A groups=r@self\nboundary b on A cycle R/PT1H non-interrupting property=missed:none\n"
        "user N groups=r@self\ns -> A\nb -> N"
    )
    ours.start()

    ours.fire("b", now=NOON + timedelta(hours=1, minutes=2))

    assert ours.open == ["A", "N"]


def test_unknown_way_to_make_up_is_refused(refused: Callable[[str], list[object]]) -> None:
    assert refused("start s cycle R/PT1H property=missed:sometimes\nmanual A\ns -> A") == [("s", "missed")]
