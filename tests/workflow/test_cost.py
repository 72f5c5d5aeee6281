"""What a completion costs the database."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, event, insert, select

from service.models import SubscriptionRow
from service.models.base import table_of
from service.pending_rows import add_row
from service.scheduler import due_jobs
from service.scheduler.wiring import Wiring
from service.workflow import notifications
from service.workflow.instance import execution
from service.workflow.task import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

MAX_STATEMENTS = 15
LISTEN = insert(table_of(SubscriptionRow))


class _Counter:
    def __init__(self, engine: Engine) -> None:
        self.statements: list[str] = []
        self.commits = 0
        event.listen(engine, "before_cursor_execute", self._executed)
        event.listen(engine, "commit", self._committed)

    def _executed(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)

    def _committed(self, _connection: Connection) -> None:
        self.commits += 1


@pytest.mark.usefixtures("both_databases")
def test_completion_is_few_statements_and_one_commit(
    wiring: Wiring, committed_plant: Plant, database: Engine
) -> None:
    with wiring.transaction() as ctx:
        task_id = only_open(ctx, start(ctx, committed_plant)).id

    with wiring.transaction() as ctx:
        alice = acting(ctx, committed_plant.alice)
        counter = _Counter(database)
        user_tasks.complete(alice, task_id, "submit", {"days": 1})

    assert counter.commits == 1
    assert len(counter.statements) <= MAX_STATEMENTS, "\n".join(counter.statements)


@pytest.mark.usefixtures("both_databases")
def test_signal_to_one_instance_is_few_statements_and_one_commit(
    wiring: Wiring, committed_plant: Plant, database: Engine
) -> None:
    with wiring.transaction() as ctx:
        start(ctx, committed_plant)
        month = only_open(ctx, start(ctx, committed_plant, "month"))
        user_tasks.complete(acting(ctx, committed_plant.charlie), month.id, "complete", {})

    counter = _Counter(database)
    assert due_jobs.run_once(wiring) == {"“停止受理”收到信号": 1}

    # the look whether anything is due ends with a commit, too
    assert counter.commits == 1 + 1
    assert len(counter.statements) <= MAX_STATEMENTS + 2, "\n".join(counter.statements)


@pytest.mark.usefixtures("both_databases")
def test_signals_to_many_instances_are_done_together(
    wiring: Wiring, committed_plant: Plant, database: Engine
) -> None:
    number = due_jobs.TOGETHER
    with wiring.transaction() as ctx:
        for _ in range(number):
            start(ctx, committed_plant)
        month = only_open(ctx, start(ctx, committed_plant, "month"))
        user_tasks.complete(acting(ctx, committed_plant.charlie), month.id, "complete", {})

    counter = _Counter(database)
    assert due_jobs.run_once(wiring).total() == number

    assert len(counter.statements) <= MAX_STATEMENTS + 2, "\n".join(counter.statements)


def test_what_began_to_listen_in_the_batch_in_which_it_ended_listens_no_more(
    wiring: Wiring, committed_plant: Plant
) -> None:
    with wiring.transaction() as ctx:
        instance = start(ctx, committed_plant)
        with execution.together(ctx):
            where = {"round_id": 1, "instance_id": instance.id, "element_id": "late", "key": "late"}
            add_row(ctx.session, LISTEN, kind="signal", name="late", correlation_key=None, **where)
            ctx.session.info[execution.ENDED].append(instance.id)
        ctx.session.flush()
        listening = ctx.session.scalars(
            select(SubscriptionRow.id).where(SubscriptionRow.instance_id == instance.id)
        ).all()

    assert listening == []


def test_who_has_to_act_on_many_tasks_is_asked_as_often_as_on_one(
    wiring: Wiring, committed_plant: Plant, database: Engine
) -> None:
    with wiring.transaction() as ctx:
        tasks = [only_open(ctx, start(ctx, committed_plant)) for _ in range(4)]
        tasks += [only_open(ctx, start(ctx, committed_plant, "month")) for _ in range(4)]

        counter = _Counter(database)
        notifications.find_responsible(ctx, tasks[-1:])
        for_one = len(counter.statements)
        found = notifications.find_responsible(ctx, tasks)
        for_many = len(counter.statements) - for_one

    assert for_many == for_one + 1, "\n".join(counter.statements)  # more: of those whose task is theirs alone
    assert [user.login for user in found[tasks[0].id]] == ["alice"]
    assert [user.login for user in found[tasks[-1].id]] == ["charlie"]
