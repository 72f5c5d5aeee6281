"""The scheduler as a process of its own. Any number may run, on either database."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from service.scheduler.pulse import Pulse
from service.scheduler.wiring import Wiring

log = logging.getLogger(__name__)


def run_worker(wiring: Wiring, stop: threading.Event, seconds: float = 1.0) -> None:
    """Do what is due until ``stop`` is set; SIGTERM and SIGINT set it after the row in hand."""
    if threading.current_thread() is threading.main_thread():
        _stop_on_signals(stop)
    pulse = Pulse(wiring, stop)
    log.info("the worker looks for due work every %s s", seconds)
    while not stop.is_set():
        pulse.beat()
        stop.wait(seconds)
    log.info("the worker has stopped")


def _stop_on_signals(stop: threading.Event) -> None:
    def on_signal(number: int, _frame: FrameType | None) -> None:
        log.info("stopping on signal %s", signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
