"""The ticker inside the web process. It only wakes the duties; what is due stands in the database."""

from __future__ import annotations

import logging
import threading

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service.scheduler.pulse import Pulse
from service.scheduler.wiring import Wiring


class Ticker:
    """Beats every few seconds in a thread of its own."""

    def __init__(self, wiring: Wiring, seconds: float = 1.0) -> None:
        self._stop = threading.Event()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        self.pulse = Pulse(wiring, self._stop)
        self._seconds = seconds

    def start(self) -> None:
        """Begin to beat."""
        # a beat that takes longer than the interval is no fault: the library would warn every second
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.add_job(self.pulse.beat, "interval", seconds=self._seconds)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop after the row in hand."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)
