"""Workers that begin instances by the clock, killed and two at once: every occurrence once."""

from __future__ import annotations

import random
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.clock import MovableClock
from service.models import Instance, StartTimer
from service.scheduler import starts
from service.scheduler.wiring import Wiring
from service.workflow.definition import deployments
from tests.engine.sketch import draw
from tests.scheduler.test_worker import PATIENCE, _worker
from tests.workflow.plant import Plant

pytestmark = pytest.mark.usefixtures("both_databases")

HOURLY = "start every cycle R/PT1H property=missed:all\nuser A groups={groups}\nend e\nevery -> A -> e"
HOURS = 60


def test_killed_workers_begin_every_occurrence_once(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, database_url: str
) -> None:
    chance = random.Random(20240325)
    published_at = clock()
    _publish(wiring, "clerk@plant")
    clock.move(hours=HOURS)

    for _ in range(3):
        with _worker(database_url, clock) as worker:
            time.sleep(chance.uniform(0.0, 0.1))
            worker.kill()
    with _worker(database_url, clock), _worker(database_url, clock):
        _wait_until(wiring, published_at + timedelta(hours=HOURS + 1))

    with wiring.reading() as ctx:
        keys = ctx.session.scalars(select(Instance.business_key).where(Instance.process_id == "p")).all()
    moments = [published_at + timedelta(hours=hour) for hour in range(1, HOURS + 1)]
    assert sorted(key.rpartition(":")[2] for key in keys) == [f"{m:%Y%m%dT%H%M%S.%f}" for m in moments]


def test_duty_says_what_it_did(wiring: Wiring, committed_plant: Plant, clock: MovableClock) -> None:
    _publish(wiring, "clerk@plant")
    before = starts.begin_by_timers(wiring)

    clock.move(hours=2)

    assert (before, starts.begin_by_timers(wiring)) == ({}, {"定时启动“p”": 2})


def test_occurrence_that_cannot_begin_waits_its_turn(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    _publish(wiring, "clerk@plant due=soon")
    clock.move(hours=1)

    assert starts.begin_by_timers(wiring) == {"定时启动失败，稍后重试": 1}
    assert starts.begin_by_timers(wiring) == {}
    with wiring.reading() as ctx:
        timer = ctx.session.scalars(select(StartTimer)).one()
        assert (timer.attempts, timer.due_at, timer.try_at) == (1, clock(), clock() + timedelta(minutes=1))
        assert ctx.session.scalar(select(func.count()).select_from(Instance)) == 0


def _publish(wiring: Wiring, groups: str) -> None:
    with wiring.transaction() as ctx:
        deployments.publish(ctx, "hourly", draw(p=HOURLY.format(groups=groups)), {})


def _wait_until(wiring: Wiring, due_at: object) -> None:
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        with wiring.reading() as ctx:
            if ctx.session.scalar(select(StartTimer.due_at)) == due_at:
                return
        time.sleep(0.05)
    raise AssertionError("the occurrences were not worked off")
