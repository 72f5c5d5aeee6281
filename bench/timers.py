"""Timers: firing those that are due must not cost more because many others wait."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import insert

from bench import approvals
from bench.table import Row, show
from service.clock import MovableClock, wall_clock
from service.models import Job, JobKind
from service.scheduler import due_jobs
from tests.reliability.installation import Installation, install

DUE = 1000
FEW, MANY = 1000, 100_000
TARGET = 1.2


def main() -> None:
    """Print the figures."""
    few, many = _fire_among(FEW), _fire_among(MANY)
    ratio = many / few
    show(
        "Due timers on sqlite",
        [
            Row(
                what=f"{DUE} due among {MANY:,} waiting, to {DUE} among {FEW:,}",
                figure=f"{ratio:.2f} x",
                beside=f"{many:.2f} s to {few:.2f} s",
                target=f"<= {TARGET} x",
                met=ratio <= TARGET,
            )
        ],
    )


def _fire_among(waiting: int) -> float:
    clock = MovableClock(wall_clock())
    with install("sqlite", size=0, clock=clock) as installation:
        _fill(installation, clock, waiting)
        clock.move_to(clock() + timedelta(hours=2))
        began, fired = time.perf_counter(), 0
        while done := due_jobs.run_once(installation.wiring):
            fired += done.total()
        took = time.perf_counter() - began
    assert fired == DUE, fired
    return took


def _fill(installation: Installation, clock: MovableClock, waiting: int) -> None:
    deployment = approvals.publish(installation.wiring)
    due, later = clock() + timedelta(hours=1), clock() + timedelta(days=20)
    ids = [
        approvals.start(installation.wiring, deployment, "waiting", due=due.isoformat()) for _ in range(DUE)
    ]
    row = {"kind": JobKind.TIMER, "element_id": "due", "payload": {}, "instance_id": ids[0], "name": ""}
    rows = [
        {**row, "key": f"later-{number}", "due_at": later + timedelta(seconds=number % 86400)}
        for number in range(waiting)
    ]
    with installation.wiring.transaction() as ctx:
        ctx.session.execute(insert(Job), rows)
