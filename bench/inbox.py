"""The first page of an inbox must not cost more because others have more to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median, quantiles

from sqlalchemy import text

from bench import approvals
from bench.table import Row, show
from service.workflow import tasklist
from service.workflow.context import Actor
from tests import postgresql
from tests.reliability.installation import Installation, install

FEW, MANY = 10_000, 1_000_000
GROUPS, OWN = 2_000, 20
PAGES = 40
FIRST_ID = 1_000_000
_NUMBERS = (
    "WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS INTEGER) UNION ALL "
    "SELECT n + 1 FROM numbers WHERE n + 1 < :last) "
)
_TASKS = f"""INSERT INTO user_task (id, instance_id, key, element_id, name, title, status, priority,
    created_at, due_date, revision, has_signers)
{_NUMBERS} SELECT n + :offset, :instance, 'bench-' || n, 'review', 'Review', 'bench', 'open', 50,
    CAST(:now AS TIMESTAMP), CAST(:now AS TIMESTAMP), 0, false FROM numbers"""
_OFFERS = f"""INSERT INTO user_task_candidate (user_task_id, group_key)
{_NUMBERS} SELECT n + :offset, 'bench@' || (:group + n % :groups) FROM numbers"""
TARGET, SLOWEST = 1.5, 0.020


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
                beside=f"{many * 1e3:.1f} ms to {few * 1e3:.1f} ms",
                target=f"<= {TARGET} x",
                met=many <= few * TARGET,
            ),
            Row(
                what=f"slowest of 20 pages at {MANY:,} (p95)",
                figure=f"{p95 * 1e3:.1f} ms",
                target=f"<= {SLOWEST * 1e3:.0f} ms",
                met=p95 <= SLOWEST,
            ),
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
    first_group = OWN if numbers.start else 0
    with wiring.transaction() as ctx:
        bounds = {"first": numbers.start, "last": numbers.stop, "offset": FIRST_ID}
        shared = {"instance": instance, "now": ctx.now.replace(tzinfo=None)}
        ctx.session.execute(text(_TASKS), {**bounds, **shared})
        groups = {"group": first_group, "groups": GROUPS - first_group}
        ctx.session.execute(text(_OFFERS), {**bounds, **groups})
    with installation.service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
