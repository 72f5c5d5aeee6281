"""Closing a stage: how fast one worker delivers a signal to every nomination that is still open."""

from __future__ import annotations

import time
from datetime import timedelta

from bench.table import Row, show
from service.clock import MovableClock, wall_clock
from service.scheduler import due_jobs
from tests import postgresql
from tests.reliability.audit import count_due, count_transitions
from tests.reliability.installation import Installation, close_in, install

INSTANCES = 2000
TARGET = 300


def main() -> None:
    """Print the figures for each kind of database."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        clock = MovableClock(wall_clock())
        try:
            with install(kind, size=0, unsent=INSTANCES, clock=clock, photos=False) as installation:
                rate = _drain(installation, clock)
        except postgresql.NoServer as missing:
            rows.append(Row(what=kind, figure="skipped", beside=str(missing)))
            continue
        rows.append(
            Row(
                what=f"{kind}: signals a second, one worker, {INSTANCES} nominations",
                figure=f"{rate:.0f}/s",
                target=f">= {TARGET}/s",
                met=rate >= TARGET,
            )
        )
    show("Closing a stage", rows)


def _drain(installation: Installation, clock: MovableClock) -> float:
    close_in(installation, 1)
    clock.move_to(clock() + timedelta(seconds=2))
    began = time.perf_counter()
    while due_jobs.run_once(installation.wiring):
        pass
    took = time.perf_counter() - began
    assert count_due(installation.wiring) == 0
    assert count_transitions(installation.wiring)["signal.received"] == INSTANCES
    return INSTANCES / took
