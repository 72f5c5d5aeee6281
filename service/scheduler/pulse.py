"""One beat of the scheduler: every duty in turn until nothing is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from service.db import is_unavailable
from service.scheduler import due_jobs, file_readings, housekeeping, migrations, outbox, reminders, starts
from service.scheduler.wiring import Done, Duty, Wiring

DUTIES: tuple[Duty, ...] = (
    due_jobs.run_once,
    starts.begin_by_timers,
    starts.begin_by_events,
    migrations.run_once,
    reminders.run_once,
    outbox.run_once,
    file_readings.run_once,
)
HOUSEKEEPING_EVERY = timedelta(hours=1)
SWEEPING_EVERY = timedelta(days=1)
#: seconds to wait after the first, second … failure in a row
BACKOFF = (0.2, 1.0, 5.0, 15.0, 30.0)

log = logging.getLogger(__name__)


class Pulse:
    """Runs the duties; a failing one stops neither the others nor the next beat."""

    def __init__(self, wiring: Wiring, stop: threading.Event, duties: Sequence[Duty] = DUTIES) -> None:
        self._wiring = wiring
        self._stop = stop
        self._duties = duties
        self._failures = 0
        self._tidy_at: datetime | None = None
        self._sweep_at: datetime | None = None
        self._lock = threading.Lock()

    def beat(self) -> None:
        """Do everything that is due, or until told to stop; after a failure wait before returning.

        The duties take turns, so that a flood of one kind of work does not hold up the others.
        """
        failed = False
        with self._lock:
            busy: list[Duty] = [*self._duties, self._tidy, self._sweep]
            while busy and not self._stop.is_set():
                outcomes = [(duty, self._run(duty)) for duty in busy]
                failed = failed or any(done is None for _, done in outcomes)
                busy = [duty for duty, done in outcomes if done]
        if not failed:
            self._failures = 0
            return
        self._stop.wait(BACKOFF[min(self._failures, len(BACKOFF) - 1)])
        self._failures += 1

    def paused(self) -> threading.Lock:
        """Return what to hold (``with``) while nothing of this process may run on its own."""
        return self._lock

    def _run(self, duty: Duty) -> Done | None:
        try:
            return duty(self._wiring)
        except Exception as error:
            if is_unavailable(error):
                log.warning("the database is away or busy, trying again: %s", str(error).splitlines()[0])
            else:
                log.exception("a duty failed, trying again")
            return None

    def _tidy(self, wiring: Wiring) -> Done:
        now = wiring.clock()
        if self._tidy_at is not None and now < self._tidy_at:
            return Done()
        done = housekeeping.run_once(wiring)
        for duty in wiring.hourly:
            done += duty(wiring)
        if not done:
            self._tidy_at = now + HOUSEKEEPING_EVERY
        return done

    def _sweep(self, wiring: Wiring) -> Done:
        now = wiring.clock()
        if self._sweep_at is not None and now < self._sweep_at:
            return Done()
        done = Done()
        for duty in wiring.daily:
            done += duty(wiring)
        self._sweep_at = now + SWEEPING_EVERY
        return done
