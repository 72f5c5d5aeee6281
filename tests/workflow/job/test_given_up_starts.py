"""A start that fails again and again is given up: somebody tries it once more, or drops it with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.errors import Conflict, Invalid, NotFound
from service.models import HistoryEvent, Instance, PendingStart, StartTimer
from service.models.process.retry import MAX_ATTEMPTS
from service.scheduler import starts
from service.scheduler.stepping import find_next_due
from service.scheduler.wiring import Wiring
from service.workflow.definition import deployments
from service.workflow.job import due_starts, given_up_starts
from tests.engine.sketch import draw
from tests.workflow.job.test_event_starts import CALLS, TOLD, publish, throw
from tests.workflow.plant import Plant

pytestmark = pytest.mark.usefixtures("both_databases")

BROKEN = TOLD.replace("groups=clerk@plant", "groups=clerk@plant due=soon")
HOURLY = "start s cycle R/PT1H\nuser A groups=clerk@plant due=soon\ns -> A"


def test_start_that_keeps_failing_is_given_up_and_told(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    fail_until_given_up(wiring, committed_plant, clock)

    clock.move(days=2)

    assert starts.begin_by_events(wiring) == {}
    with wiring.reading() as ctx:
        [given_up] = given_up_starts.list_all(ctx)
        assert (given_up.process_id, given_up.attempts, given_up.is_given_up) == ("told", MAX_ATTEMPTS, True)
        assert find_next_due(ctx, ctx.now - timedelta(days=9)) is None
        assert kinds(wiring) == ["start.given_up"]


def test_start_given_up_is_tried_again_by_hand(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    fail_until_given_up(wiring, committed_plant, clock)

    with wiring.transaction() as ctx:
        [given_up] = given_up_starts.list_all(ctx)
        given_up_starts.retry(ctx, PendingStart, given_up.id)

    assert starts.begin_by_events(wiring) == {"由事件启动失败，稍后重试": 1}
    with wiring.reading() as ctx:
        assert given_up_starts.list_all(ctx) == []
        with pytest.raises(Conflict, match="还会自动重试"):
            given_up_starts.retry(ctx, PendingStart, given_up.id)


def test_start_given_up_is_dropped_with_a_reason(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    fail_until_given_up(wiring, committed_plant, clock)
    with wiring.reading() as ctx:
        number = given_up_starts.list_all(ctx)[0].id

    with wiring.transaction() as ctx, pytest.raises(Invalid, match="请写明放弃的原因"):
        given_up_starts.drop(ctx, PendingStart, number, " ")
    with wiring.transaction() as ctx:
        given_up_starts.drop(ctx, PendingStart, number, "流程图已改，另行发起")

    with wiring.reading() as ctx:
        assert ctx.session.scalars(select(PendingStart)).all() == []
        with pytest.raises(NotFound):
            given_up_starts.drop(ctx, PendingStart, number, "再放弃一次")
    assert kinds(wiring) == ["start.given_up", "start.dropped"]


def test_occurrence_given_up_and_dropped_leaves_the_next(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    with wiring.transaction() as ctx:
        deployments.publish(ctx, "hourly", draw(p=HOURLY), {})
    clock.move(hours=1)
    with wiring.reading() as ctx:
        number = ctx.session.scalars(select(StartTimer.id)).one()
    for _ in range(MAX_ATTEMPTS):
        with wiring.transaction() as ctx:
            due_starts.put_off(ctx, StartTimer, number, RuntimeError("away"))

    clock.move(hours=9)
    tried = starts.begin_by_timers(wiring)
    with wiring.transaction() as ctx:
        given_up_starts.drop(ctx, StartTimer, number, "本次不再补开")

    with wiring.reading() as ctx:
        timer = ctx.session.get_one(StartTimer, number)
        assert (tried, timer.attempts, timer.due_at) == ({}, 0, clock() + timedelta(hours=1))
        assert ctx.session.scalars(select(Instance)).all() == []


def fail_until_given_up(wiring: Wiring, plant: Plant, clock: MovableClock) -> None:
    """Let a signal begin a process that cannot begin, until nobody tries any more."""
    with wiring.transaction() as ctx:
        throw(ctx, plant, publish(ctx, calls=CALLS, told=BROKEN), "calls", why="pay")
    for _ in range(MAX_ATTEMPTS):
        assert sum(starts.begin_by_events(wiring).values()) == 1
        clock.move(hours=2)


def kinds(wiring: Wiring) -> list[str]:
    with wiring.reading() as ctx:
        query = select(HistoryEvent.kind).where(HistoryEvent.kind.startswith("start."))
        return list(ctx.session.scalars(query.order_by(HistoryEvent.id)))
