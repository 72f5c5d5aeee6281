"""What a transaction holds: what it noted stays noted until it gives the lock up."""

from __future__ import annotations

from service.scheduler.wiring import Wiring
from service.workflow.instance import execution, locks
from tests.workflow.plant import Plant, start


def test_held_instance_is_held_after_a_flush(wiring: Wiring, committed_plant: Plant) -> None:
    with wiring.transaction() as ctx:
        instance = execution.lock(ctx, start(ctx, committed_plant).id)

        instance.title = "另一个标题"
        ctx.session.flush()

        assert locks.held(ctx.session, instance.id) is instance


def test_instance_is_not_held_once_a_savepoint_was_rolled_back(
    wiring: Wiring, committed_plant: Plant
) -> None:
    with wiring.transaction() as ctx:
        number = start(ctx, committed_plant).id
    with wiring.transaction() as ctx:
        trial = ctx.session.begin_nested()
        execution.lock(ctx, number)

        trial.rollback()

        assert locks.held(ctx.session, number) is None
