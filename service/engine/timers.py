"""When a timer is due: ISO 8601 texts, calendar arithmetic in the programme's zone, cycles.

A moment is worked out once, when the timer arms, and kept in the state; nothing here reads a clock.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from service.engine.expressions import Text

Kind = Literal["timeDate", "timeDuration", "timeCycle"]
#: what becomes of a cycle's occurrences that passed while the service was down: ``zeebe:property`` missed
Missed = Literal["once", "all", "none"]
MISSED: Final[tuple[Missed, ...]] = get_args(Missed)
#: how late an occurrence may be worked off and still count as on time
GRACE: Final = timedelta(minutes=5)

_DURATION: Final = re.compile(
    r"(?P<sign>-)?P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_CYCLE: Final = re.compile(r"R(?P<times>\d*)/(?:(?P<start>[^/P][^/]*)/)?(?P<step>P[^/]+)")
_MIDNIGHT: Final = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})T24:00(?::00(?:\.0+)?)?(?P<offset>.*)")
_ZONE_NAME: Final = re.compile(r"(?P<moment>.*)[\[@](?P<zone>[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)*)\]?$")


class Unclear(ValueError):
    """A text that is no date, duration or cycle."""


class Timer(TimerEventDefinition):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """A timer as drawn. Unlike the library's own it is never asked whether it has fired."""

    def __init__(self, kind: Kind, text: Text, missed: Missed = "once") -> None:
        super().__init__(name=kind, expression=text)
        self.kind = kind
        self.missed = missed

    def is_dropped(self, due: datetime, now: datetime) -> bool:
        """Whether an occurrence comes so late that this timer lets it be."""
        return self.missed == "none" and now - due > GRACE

    def seen_from(self, due: datetime, now: datetime) -> datetime:
        """Return the moment after which the occurrence following one at ``due`` is looked for."""
        return due if self.missed == "all" else max(due, now)


@dataclass(frozen=True)
class Duration:
    """An ISO 8601 duration: months are calendar months, the rest is exact."""

    months: int = 0
    days: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Cycle:
    """A repeating interval. ``times`` None means for ever."""

    times: int | None
    start: datetime | None
    step: Duration


def parse_duration(text: str) -> Duration:
    """Read ``P1M``, ``P2W``, ``PT5S``, ``-P1D``; raise ``Unclear`` for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise Unclear(f"{text!r} 不是时长（例如 PT5M、P14D、P1M）")
    part = {name: float(value) for name, value in match.groupdict(default="0").items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    return Duration(
        months=sign * int(part["years"] * 12 + part["months"]),
        days=sign * int(part["weeks"] * 7 + part["days"]),
        seconds=sign * (part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]),
    )


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a date or date-time, in UTC.

    Without an offset it is meant in ``zone``; ``T24:00`` is the end of its day; a date alone is the
    start of that day.
    """
    text = text.strip()
    named = _ZONE_NAME.fullmatch(text)
    try:
        if named is not None:
            text, zone = named["moment"], ZoneInfo(named["zone"])
        midnight = _MIDNIGHT.fullmatch(text)
        if midnight is not None:
            following = date.fromisoformat(midnight["day"]) + timedelta(days=1)
            text = f"{following.isoformat()}T00:00:00{midnight['offset']}"
        moment = datetime.fromisoformat(text)
    except (ValueError, KeyError, OSError, OverflowError) as error:
        raise Unclear(f"{text!r} 不是日期时间（例如 2024-03-25T24:00:00+08:00）") from error
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def parse_cycle(text: str, zone: ZoneInfo) -> Cycle:
    """Read ``R/P14D``, ``R3/PT1H`` or ``R5/2024-03-01T09:00/P1D``; raise ``Unclear`` for anything else."""
    match = _CYCLE.fullmatch(text.strip())
    if match is None:
        raise Unclear(f"{text!r} 不是循环（例如 R/P14D、R3/PT1H）")
    step = parse_duration(match["step"])
    if step.months <= 0 and step.days <= 0 and step.seconds <= 0:
        raise Unclear(f"{text!r} 的间隔为零")
    return Cycle(
        times=int(match["times"]) if match["times"] else None,
        start=parse_moment(match["start"], zone) if match["start"] else None,
        step=step,
    )


def add(moment: datetime, duration: Duration, zone: ZoneInfo, times: int = 1) -> datetime:
    """Add a duration ``times`` over, counting from ``moment`` each time so that month ends do not drift.

    Months and days move the calendar of ``zone`` (09:00 stays 09:00 across daylight saving; a day that
    the month lacks becomes its last); hours and less are exact.
    """
    there = moment.astimezone(zone)
    months = there.year * 12 + there.month - 1 + duration.months * times
    year, month = divmod(months, 12)
    try:
        day = min(there.day, calendar.monthrange(year, month + 1)[1])
        naive = datetime.combine(date(year, month + 1, day), there.time().replace(tzinfo=None))
        naive += timedelta(days=duration.days * times)
        moved = naive.replace(tzinfo=zone, fold=there.fold).astimezone(UTC)
        return moved + timedelta(seconds=duration.seconds * times)
    except (OverflowError, ValueError, IndexError) as error:
        raise Unclear("时间超出日历范围") from error


def find_first_due(kind: Kind, text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, int | None]:
    """Return when a timer armed now first fires, and how often (None for ever; 1 unless a cycle).

    Whatever the kind, a date, a duration and a cycle are told apart by their text, so an expression
    may answer with any of them.
    """
    if text.startswith("R"):
        cycle = parse_cycle(text, zone)
        return cycle.start or add(now, cycle.step, zone), cycle.times
    if text.startswith(("P", "-P")):
        return add(now, parse_duration(text), zone), 1
    if kind == "timeDuration":
        raise Unclear(f"{text!r} 不是时长（例如 PT5M、P14D、P1M）")
    return parse_moment(text, zone), 1


def check(kind: Kind, text: str) -> None:
    """Raise ``Unclear`` when a plain text can be no timer of its kind, whatever the day and the zone."""
    find_first_due(kind, text, datetime(2024, 1, 31, tzinfo=UTC), ZoneInfo("UTC"))


def next_due(text: str, anchor: datetime, fired: int, now: datetime, zone: ZoneInfo) -> tuple[datetime, int]:
    """Return the next occurrence of a cycle after ``now`` and its number, counted from ``anchor`` as 0.

    What was missed while nobody looked is skipped, so a series catches up once.
    """
    step = parse_cycle(text, zone).step
    number = fired + 1
    due = add(anchor, step, zone, number)
    if due <= now:
        rough = (now - anchor).total_seconds() / _at_most(step)
        number = max(number, int(rough) - 1)
        due = add(anchor, step, zone, number)
        while due <= now:
            number += 1
            due = add(anchor, step, zone, number)
    return due, number


def _at_most(step: Duration) -> float:
    """Return a bound from above on a step's seconds, so that skipping never overshoots."""
    return step.months * 31 * 86400 + step.days * 90000 + step.seconds
