"""A migration that is killed or fails in the middle: every instance moves once, and nothing is half moved."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from service.clock import MovableClock
from service.models import HistoryEvent, Instance, ItemStatus, Migration, MigrationItem, UserTask
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.instance import locks, open_keys
from tests.workflow.migration import redrawn
from tests.workflow.plant import Plant, start

pytestmark = pytest.mark.usefixtures("both_databases")

COUNT = 40
PATIENCE = 60


def test_worker_killed_again_and_again_moves_each_instance_once(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, database_url: str
) -> None:
    chance = random.Random(20240325)
    target = _order(wiring, committed_plant)

    for _ in range(3):
        worker = _begin_worker(database_url, clock)
        time.sleep(chance.uniform(0.02, 0.15))
        worker.kill()
        _end(worker)
    workers = [_begin_worker(database_url, clock) for _ in range(2)]
    _wait_until_done(wiring)
    for worker in workers:
        worker.kill()
        _end(worker)

    _assert_each_once(wiring, target)


def test_commits_that_fail_move_nothing_and_are_tried_again(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, session_factory: sessionmaker[Session]
) -> None:
    target = _order(wiring, committed_plant)
    attempts = Counter[int]()

    def fail_sometimes(session: Session) -> None:
        for instance_id in session.info.get(locks.LOCKED, {}):  # the note of a failure holds none
            attempts[instance_id] += 1
            if attempts[instance_id] <= instance_id % 3:
                raise OSError("the power went")

    event.listen(session_factory, "before_commit", fail_sometimes)
    for _ in range(10):
        redrawn.do_all(wiring)
        clock.move(minutes=3)
    event.remove(session_factory, "before_commit", fail_sometimes)

    assert set(attempts.values()) == {1, 2, 3}
    _assert_each_once(wiring, target)


def test_what_fails_to_the_end_stays_and_says_no_more_than_where_to_look(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, session_factory: sessionmaker[Session]
) -> None:
    _order(wiring, committed_plant)

    def fail(session: Session) -> None:
        if session.info.get(locks.LOCKED):
            raise OSError("cannot write to /somewhere/secret")

    event.listen(session_factory, "before_commit", fail)
    for _ in range(10):
        redrawn.do_all(wiring)
        clock.move(hours=1)
    event.remove(session_factory, "before_commit", fail)

    with wiring.reading() as ctx:
        said = set(redrawn.statuses(ctx).values())
    assert said == {(ItemStatus.LEFT, "程序出错（OSError），详情见运行日志。")}


def _order(wiring: Wiring, plant: Plant) -> int:
    with wiring.transaction() as ctx:
        for _ in range(COUNT):
            start(ctx, plant)
        target = redrawn.publish(ctx, ("填写请假单", "填请假单"))
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))
        return target.id


def _begin_worker(url: str, clock: MovableClock) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "tests.scheduler.worker_program", url, clock().isoformat()]
    worker = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def _end(worker: subprocess.Popen[str]) -> None:
    worker.wait(PATIENCE)
    assert worker.stdout is not None
    worker.stdout.close()


def _wait_until_done(wiring: Wiring) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with wiring.reading() as ctx:
            if ctx.session.scalars(select(Migration)).one().finished_at is not None:
                return
        time.sleep(0.05)
    pytest.fail("the workers did not get done")


def _assert_each_once(wiring: Wiring, target: int) -> None:
    with wiring.reading() as ctx:
        moved = select(HistoryEvent.instance_id).where(HistoryEvent.kind == "instance.migrated")
        assert Counter(Counter(ctx.session.scalars(moved)).values()) == {1: COUNT}
        versions = select(Instance.deployment_id, Instance.moved, func.count()).group_by(
            Instance.deployment_id, Instance.moved
        )
        assert [tuple(row) for row in ctx.session.execute(versions)] == [(target, 1, COUNT)]
        status = select(MigrationItem.status, func.count()).group_by(MigrationItem.status)
        assert [tuple(row) for row in ctx.session.execute(status)] == [(ItemStatus.MOVED, COUNT)]
        names = select(UserTask.name, func.count()).group_by(UserTask.name)
        assert [tuple(row) for row in ctx.session.execute(names)] == [("填请假单", COUNT)]
        for instance in ctx.session.scalars(select(Instance)):
            query = select(UserTask.key).where(UserTask.instance_id == instance.id)
            assert open_keys.read(instance).tasks == set(ctx.session.scalars(query))
        assert list(history.verify(ctx.session)) == []
