"""What a completion costs the database."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, event

from service.scheduler import due_jobs
from service.scheduler.wiring import Wiring
from service.workflow import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

MAX_STATEMENTS = 15


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

    # the look whether anything is due only reads
    assert counter.commits == 1
    assert len(counter.statements) <= MAX_STATEMENTS + 2, "\n".join(counter.statements)
