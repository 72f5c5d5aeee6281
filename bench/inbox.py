"""The first page of an inbox must not cost more because others have more to do.

Both sizes are there before the first page is read and are read in turn, so that other work meets both.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from statistics import median, quantiles

from sqlalchemy import text

from bench import approvals
from bench.table import Row, show
from service.workflow.context import Actor
from service.workflow.task import tasklist
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

_Took = tuple[float, float]  #: seconds on the clock and of the processor


def main() -> None:
    """Print the figures; on SQLite where there is no PostgreSQL."""
    kind = "postgresql"
    try:
        with postgresql.a_server():
            pass
    except postgresql.NoServer as missing:
        print(f"\nInbox on sqlite: {missing}")
        kind = "sqlite"
    with install(kind, size=0) as small, install(kind, size=0) as large:
        for installation, bounds in ((small, (0, FEW)), (large, (0, FEW)), (large, (FEW, MANY))):
            _fill(installation, range(*bounds))
        pages = [(_read_page(small), _read_page(large)) for _ in range(PAGES)]
    few, many = ([page[size] for page in pages] for size in (0, 1))
    show(f"Inbox on {kind}: a page for somebody with {OWN} of {GROUPS:,} groups", _rows(few, many))


def _rows(few: list[_Took], many: list[_Took]) -> list[Row]:
    wall, cost = ([median(took[of] for took in pages) * 1e3 for pages in (few, many)] for of in (0, 1))
    slowest = quantiles([took[0] for took in many], n=20)[-1]
    return [
        Row(
            what=f"median at {MANY:,} open tasks, to {FEW:,}",
            figure=f"{wall[1] / wall[0]:.2f} x",
            beside=f"{wall[1]:.1f} ms to {wall[0]:.1f} ms, load {os.getloadavg()[0]:.1f}",
            target=f"<= {TARGET} x",
            met=wall[1] <= wall[0] * TARGET,
        ),
        Row(
            what="the same in processor time of the service",
            figure=f"{cost[1] / cost[0]:.2f} x",
            beside=f"{cost[1]:.1f} ms to {cost[0]:.1f} ms",
        ),
        Row(
            what=f"slowest of 20 pages at {MANY:,} (p95)",
            figure=f"{slowest * 1e3:.1f} ms",
            target=f"<= {SLOWEST * 1e3:.0f} ms",
            met=slowest <= SLOWEST,
        ),
    ]


def _read_page(installation: Installation) -> _Took:
    actor = Actor(user_id=1, name="", groups=frozenset(f"bench@{number}" for number in range(OWN)))
    with installation.wiring.reading() as ctx:
        began, used = time.perf_counter(), time.process_time()
        page = tasklist.list_todo(replace(ctx, actor=actor), tasklist.Filter())
        took = (time.perf_counter() - began, time.process_time() - used)
    assert len(page.rows) == tasklist.PAGE
    return took


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
