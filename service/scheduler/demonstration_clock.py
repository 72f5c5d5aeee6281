"""The demonstration's clock: it stands in a row of the database and only ever moves forward."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import update

from service.db import SessionFactory, read_only
from service.errors import Conflict, Invalid
from service.models import ClockSetting
from service.scheduler.pulse import DUTIES
from service.scheduler.stepping import Happening, advance_clock, find_next_due
from service.scheduler.wiring import Wiring

ROW = 1
#: seconds after which a process looks whether another one has moved the clock
REFRESH = 0.5


class DemonstrationClock:
    """A clock read from its row, the same for every process of the demonstration."""

    def __init__(self, session_factory: SessionFactory) -> None:
        self._session_factory = session_factory
        self._lock = threading.Lock()
        self._now: datetime | None = None
        self._read_at = 0.0

    def __call__(self) -> datetime:
        """Return the moment the demonstration has come to."""
        with self._lock:
            if self._now is None or time.monotonic() - self._read_at > REFRESH:
                self._now, self._read_at = self._read(), time.monotonic()
            return self._now

    def set_up(self, start: datetime) -> None:
        """Make the row if there is none; a demonstration that has begun keeps its moment."""
        with self._session_factory() as session, session.begin():
            if session.get(ClockSetting, ROW) is None:
                session.add(ClockSetting(id=ROW, now=start.astimezone(UTC)))

    def move_to(self, moment: datetime) -> datetime:
        """Move forward to a moment, for every process; Invalid if it lies in the past."""
        moment = moment.astimezone(UTC)
        forward = update(ClockSetting).where(ClockSetting.id == ROW, ClockSetting.now <= moment)
        with self._session_factory() as session, session.begin():
            moved = session.scalar(forward.values(now=moment).returning(ClockSetting.id))
        if moved is None:
            raise Invalid("演示时钟只能向前拨，不能往回拨。")
        with self._lock:
            self._now, self._read_at = moment, time.monotonic()
        return moment

    def _read(self) -> datetime:
        with self._session_factory() as session:
            setting = read_only(session).get(ClockSetting, ROW)
        if setting is None:
            raise Conflict("演示时钟还没有设置：请用 make run 启动演示。")
        return setting.now


def move_to(wiring: Wiring, clock: DemonstrationClock, moment: datetime) -> list[Happening]:
    """Move the demonstration to a moment, doing on the way what becomes due, each thing at its time."""
    if moment < clock():
        raise Invalid("演示时钟只能向前拨，不能往回拨。")
    on_clock = replace(wiring, clock=clock)
    duties = [partial(duty, on_clock) for duty in DUTIES]
    return advance_clock(clock, moment, duties, partial(_next_due, on_clock))


def move_to_next_due(wiring: Wiring, clock: DemonstrationClock) -> list[Happening]:
    """Move the demonstration to the next moment at which something is due; nothing due is a Conflict."""
    moment = _next_due(wiring, clock())
    if moment is None:
        raise Conflict("没有等待到期的事项：请先办理待办任务。")
    return move_to(wiring, clock, moment)


def _next_due(wiring: Wiring, after: datetime) -> datetime | None:
    with wiring.reading() as ctx:
        return find_next_due(ctx, after)
