"""Several people and workers at once, each with a connection of its own, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select

from service.clock import MovableClock
from service.errors import Conflict
from service.models import HistoryEvent, Instance, Job, Notification, Reminder, Submission, User, UserTask
from service.scheduler import due_jobs
from service.scheduler import reminders as nudging
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.context import Context
from service.workflow.task import user_tasks
from tests.at_once import at_once
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")


def test_two_complete_the_same_task_and_one_learns_who_was_first(
    wiring: Wiring, committed_plant: Plant
) -> None:
    [task_id] = _submitted(wiring, committed_plant, 1)

    outcomes = at_once(
        [
            partial(_act, wiring, committed_plant.bob, partial(_complete, task_id, "approve")),
            partial(_act, wiring, committed_plant.bella, partial(_complete, task_id, "reject")),
        ]
    )

    assert Counter(outcomes) == {"done": 1, "AlreadyDone": 1}
    with wiring.reading() as ctx:
        approvals = select(func.count()).select_from(Submission).where(Submission.element_id == "approve")
        assert ctx.session.scalar(approvals) == 1


def test_sixteen_claim_and_complete_the_same_tasks(wiring: Wiring, committed_plant: Plant) -> None:
    tasks = _submitted(wiring, committed_plant, 10)
    heads = (committed_plant.bob, committed_plant.bella)

    def client(number: int) -> list[str]:
        # everybody begins elsewhere and comes to every task
        order = tasks[number % 10 :] + tasks[: number % 10]
        return [_act(wiring, heads[number % 2], partial(_claim_and_reject, task_id)) for task_id in order]

    outcomes = at_once([partial(client, number) for number in range(16)])

    assert Counter(outcome for client in outcomes for outcome in client) == {"done": 10, "AlreadyDone": 150}
    with wiring.reading() as ctx:
        assert list(history.verify(ctx.session)) == []


def test_four_workers_do_each_job_once(wiring: Wiring, committed_plant: Plant, clock: MovableClock) -> None:
    with wiring.transaction() as ctx:
        for _ in range(40):
            start(ctx, committed_plant, "sick_leave")
    clock.move(days=3)

    at_once([lambda: due_jobs.run_once(wiring)] * 4)

    with wiring.reading() as ctx:
        fired = [event.kind for event in ctx.session.scalars(select(HistoryEvent))].count("timer.fired")
        assert (fired, ctx.session.scalar(select(func.count()).select_from(Job))) == (40, 0)
        assert list(history.verify(ctx.session)) == []


def test_four_workers_send_each_nudge_once(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    with wiring.transaction() as ctx:
        for _ in range(20):
            start(ctx, committed_plant)
    clock.move(days=25)

    at_once([lambda: nudging.run_once(wiring)] * 4)

    with wiring.reading() as ctx:
        counted = [
            ctx.session.scalar(select(func.count()).select_from(row)) for row in (Reminder, Notification)
        ]
    assert counted == [20, 20]


def test_deadline_and_submission_at_once_leave_nothing_half_done(
    wiring: Wiring, committed_plant: Plant
) -> None:
    with wiring.transaction() as ctx:
        tasks = [only_open(ctx, start(ctx, committed_plant)).id for _ in range(10)]
        month = only_open(ctx, start(ctx, committed_plant, "month"))
        user_tasks.complete(acting(ctx, committed_plant.charlie), month.id, "complete", {})

    def submit() -> list[str]:
        alice = committed_plant.alice
        return [_act(wiring, alice, partial(_complete, task_id, "submit")) for task_id in reversed(tasks)]

    def close() -> list[str]:
        return list(due_jobs.run_once(wiring))

    submitted, _ = at_once([submit, close])

    with wiring.reading() as ctx:
        too_late = select(Instance.id).where(Instance.end_event == "too_late")
        going_on = select(UserTask.id).where(UserTask.element_id == "approve", UserTask.status == "open")
        closed, open_ = list(ctx.session.scalars(too_late)), list(ctx.session.scalars(going_on))
    assert Counter(submitted) == Counter({"done": len(open_), "AlreadyDone": len(closed)})
    assert len(open_) + len(closed) == 10


def _submitted(wiring: Wiring, plant: Plant, count: int) -> list[int]:
    tasks = []
    with wiring.transaction() as ctx:
        for _ in range(count):
            instance = start(ctx, plant)
            user_tasks.complete(acting(ctx, plant.alice), only_open(ctx, instance).id, "submit", {"days": 1})
            tasks.append(only_open(ctx, instance).id)
    return tasks


def _complete(task_id: int, outcome: str, ctx: Context) -> None:
    user_tasks.complete(ctx, task_id, outcome, {})


def _claim_and_reject(task_id: int, ctx: Context) -> None:
    user_tasks.claim(ctx, task_id)
    user_tasks.complete(ctx, task_id, "reject", {})


def _act(wiring: Wiring, user: User, action: Callable[[Context], object]) -> str:
    try:
        with wiring.transaction() as ctx:
            action(acting(ctx, user))
    except Conflict as conflict:
        return type(conflict).__name__
    return "done"
