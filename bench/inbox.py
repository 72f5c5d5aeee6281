"""The first page of an inbox must not cost more because others have more to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median, quantiles

from sqlalchemy import insert, text

from bench import approvals
from bench.table import Row, show
from service.models import Candidate, TaskStatus, UserTask
from service.workflow import tasklist
from service.workflow.context import Actor
from tests import postgresql
from tests.reliability.installation import Installation, install

FEW, MANY = 10_000, 200_000
GROUPS, OWN = 2_000, 20
PAGES = 40
TARGET = 1.5


def main() -> None:
    """Print the figures; on SQLite where there is no PostgreSQL."""
    kind = "postgresql"
    try:
        with postgresql.a_server():
            pass
    except postgresql.NoServer as missing:
        print(f"\nInbox on sqlite: {missing}")
        kind = "sqlite"
    with install(kind, size=0) as installation:
        few, _ = _pages(installation, 0, FEW)
        many, p95 = _pages(installation, FEW, MANY)
    show(
        f"Inbox on {kind}: a page for somebody with {OWN} of {GROUPS:,} groups",
        [
            Row(
                what=f"median at {MANY:,} open tasks, to {FEW:,}",
                figure=f"{many / few:.2f} x",
                beside=f"{many * 1e3:.1f} ms to {few * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms",
                target=f"<= {TARGET} x",
                met=many <= few * TARGET,
            )
        ],
    )


def _pages(installation: Installation, first: int, last: int) -> tuple[float, float]:
    _fill(installation, range(first, last))
    actor = Actor(user_id=1, name="", groups=frozenset(f"bench@{number}" for number in range(OWN)))
    took: Sequence[float] = []
    for _ in range(PAGES):
        with installation.wiring.reading() as ctx:
            began = time.perf_counter()
            page = tasklist.list_todo(replace(ctx, actor=actor), tasklist.Filter())
            took = [*took, time.perf_counter() - began]
            assert len(page.rows) == tasklist.PAGE
    return median(took), quantiles(took, n=20)[-1]


def _fill(installation: Installation, numbers: range) -> None:
    """Give tasks to everybody at first, and later to the others only: one's own do not grow with theirs."""
    wiring = installation.wiring
    instance = approvals.start(wiring, approvals.publish(wiring))
    others = range(OWN, GROUPS) if numbers.start else range(GROUPS)
    with wiring.transaction() as ctx:
        row = {"instance_id": instance, "element_id": "review", "name": "Review", "title": "bench"}
        row |= {"status": TaskStatus.OPEN, "priority": 50, "created_at": ctx.now, "revision": 0}
        tasks = [{**row, "id": 1_000_000 + n, "key": f"bench-{n}", "due_date": ctx.now} for n in numbers]
        ctx.session.execute(insert(UserTask), tasks)
        offers = [
            {"user_task_id": 1_000_000 + n, "group_key": f"bench@{others[n % len(others)]}"} for n in numbers
        ]
        ctx.session.execute(insert(Candidate), offers)
    with installation.service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
