"""A signal to thousands: one statement makes the jobs, batches work them off."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from service.models import HistoryEvent, Instance, InstanceStatus, Job, JobKind, SubscriptionRow
from service.scheduler import due_jobs
from service.scheduler.wiring import Wiring
from service.workflow.task import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")

WAITING = 2_000
COPIED = ("round_id", "deployment_id", "deployment_hash", "process_id", "title", "state", "started_at")


def test_signal_reaches_two_thousand_instances(
    wiring: Wiring, committed_plant: Plant, database: Engine
) -> None:
    with wiring.transaction() as ctx:
        _copy(ctx.session, start(ctx, committed_plant), WAITING - 1)
    statements: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *seen: statements.append(seen[2]))

    with wiring.transaction() as ctx:
        month = only_open(ctx, start(ctx, committed_plant, "month"))
        user_tasks.complete(acting(ctx, committed_plant.charlie), month.id, "complete", {})

    assert len([text for text in statements if "INSERT INTO job" in text]) == 2  # one for each signal thrown
    with wiring.reading() as ctx:
        jobs = select(func.count(), func.count(Job.instance_id.distinct())).where(Job.kind == JobKind.SIGNAL)
        assert tuple(ctx.session.execute(jobs).one()) == (WAITING, WAITING)

    done = due_jobs.run_once(wiring)

    assert done == {"“停止受理”收到信号": due_jobs.BATCH}
    with wiring.reading() as ctx:
        heard = select(HistoryEvent.instance_id).where(HistoryEvent.kind == "signal.received")
        numbers = ctx.session.scalars(heard).all()
        assert len(numbers) == len(set(numbers)) == due_jobs.BATCH
        ended = select(func.count()).where(
            Instance.process_id == "leave", Instance.status == InstanceStatus.COMPLETED
        )
        assert ctx.session.scalar(ended) == due_jobs.BATCH
        assert ctx.session.scalar(select(func.count()).select_from(Job)) == WAITING - due_jobs.BATCH


def _copy(session: Session, pattern: Instance, times: int) -> None:
    """Add instances that stand where another stands and listen to what it listens to."""
    session.flush()
    values = {name: getattr(pattern, name) for name in COPIED}
    added = [Instance(**values, business_key=f"copy:{number}", started_by_id=None) for number in range(times)]
    session.add_all(added)
    session.flush()
    query = select(SubscriptionRow).where(SubscriptionRow.instance_id == pattern.id)
    for one in session.scalars(query).all():
        session.add_all(
            SubscriptionRow(
                round_id=one.round_id, instance_id=copy.id, kind=one.kind, name=one.name, key=one.key,
                element_id=one.element_id, correlation_key=one.correlation_key,
            )
            for copy in added
        )  # fmt: skip
