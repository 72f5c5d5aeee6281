"""Workers as processes of their own: stopped kindly, killed, paused."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from service.clock import MovableClock
from service.models import HistoryEvent, Instance, InstanceStatus, Job
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.task import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")

PATIENCE = 60


def test_worker_does_what_is_due_and_stops_on_sigterm(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, database_url: str
) -> None:
    _close_over(wiring, committed_plant, 5)

    with _worker(database_url, clock) as worker:
        _wait_until_done(wiring)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0

    _assert_each_once(wiring, 5)


def test_worker_killed_again_and_again_loses_and_doubles_nothing(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, database_url: str
) -> None:
    chance = random.Random(20240325)
    _close_over(wiring, committed_plant, 100)

    for _ in range(3):
        with _worker(database_url, clock) as worker:
            time.sleep(chance.uniform(0.0, 0.15))
            worker.kill()
    with _worker(database_url, clock), _worker(database_url, clock):
        _wait_until_done(wiring)

    _assert_each_once(wiring, 100)


def test_worker_paused_in_the_middle_and_resumed_doubles_nothing(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, database_url: str
) -> None:
    _close_over(wiring, committed_plant, 60)

    with _worker(database_url, clock) as paused, _worker(database_url, clock):
        for _ in range(3):
            paused.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            paused.send_signal(signal.SIGCONT)
            time.sleep(0.03)
        _wait_until_done(wiring)

    _assert_each_once(wiring, 60)


@contextmanager
def _worker(url: str, clock: MovableClock) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, "-m", "tests.scheduler.worker_program", url, clock().isoformat()]
    worker = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    try:
        assert worker.stdout.readline() == "ready\n"
        yield worker
    finally:
        worker.kill()
        worker.wait(PATIENCE)
        worker.stdout.close()


def _close_over(wiring: Wiring, plant: Plant, count: int) -> None:
    """Start leave requests and close the month over them: one signal job each."""
    with wiring.transaction() as ctx:
        for _ in range(count):
            start(ctx, plant)
        month = only_open(ctx, start(ctx, plant, "month"))
        user_tasks.complete(acting(ctx, plant.charlie), month.id, "complete", {})


def _wait_until_done(wiring: Wiring) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with wiring.reading() as ctx:
            if not ctx.session.scalar(select(func.count()).select_from(Job)):
                return
        time.sleep(0.05)
    pytest.fail("the workers did not get done")


def _assert_each_once(wiring: Wiring, count: int) -> None:
    with wiring.reading() as ctx:
        received = select(HistoryEvent.instance_id).where(HistoryEvent.kind == "signal.received")
        times = Counter(ctx.session.scalars(received))
        ended = select(func.count()).where(
            Instance.status == InstanceStatus.COMPLETED, Instance.end_event == "too_late"
        )
        assert set(times.values()) == {1}
        assert (len(times), ctx.session.scalar(ended)) == (count, count)
        assert list(history.verify(ctx.session)) == []
