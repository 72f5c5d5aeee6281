"""The first page of an inbox must not cost more because others have more to do.

The whole page is read (``GET /``), by somebody who started nothing himself; every task has an instance of its
own. Both sizes are there before the first page is read and are read in turn, so that other work meets both.
"""

from __future__ import annotations

import os
import time
from statistics import median, quantiles

from sqlalchemy import func, select, text

from bench import approvals
from bench.table import Row, show
from service.app import create_app
from service.models import User
from service.programmes.round import rounds
from service.workflow.person import people
from service.workflow.task import tasklist
from tests import postgresql
from tests.reliability.installation import Installation, install
from tests.web.browser import Browser

FEW, MANY = 10_000, 1_000_000
GROUPS, OWN = 2_000, 20
PAGES = 40
FIRST_ID = 1_000_000
READER, UNIT = "bench", "cz"
_NUMBERS = (
    "WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS INTEGER) UNION ALL "
    "SELECT n + 1 FROM numbers WHERE n + 1 < :last) "
)
_INSTANCES = f"""INSERT INTO process_instance (id, deployment_id, deployment_hash, process_id, business_key,
    title, status, state, open_keys, moved, history_seq, history_head, started_at, started_by_id)
{_NUMBERS} SELECT n + :offset, one.deployment_id, one.deployment_hash, one.process_id, 'bench-' || n,
    'bench', one.status, one.state, one.open_keys, 0, 0, '', one.started_at, :other
    FROM numbers, process_instance one WHERE one.id = :instance"""
_TASKS = f"""INSERT INTO user_task (id, instance_id, key, element_id, name, title, status, priority,
    created_at, due_date, revision, has_signers)
{_NUMBERS} SELECT n + :offset, n + :offset, 'bench-' || n, 'review', 'Review', 'bench', 'open', 50,
    one.started_at, one.started_at, 0, false FROM numbers, process_instance one WHERE one.id = :instance"""
_OFFERS = f"""INSERT INTO user_task_candidate (user_task_id, group_key)
{_NUMBERS} SELECT n + :offset, 'bench' || (:group + n % :groups) || '@{UNIT}' FROM numbers"""
TARGET, SLOWEST = 1.5, 0.020

_Took = tuple[float, float]  #: seconds on the clock and of the processor


def main(many: int = MANY) -> None:
    """Print the figures; on SQLite where there is no PostgreSQL."""
    kind = "postgresql"
    try:
        with postgresql.a_server():
            pass
    except postgresql.NoServer as missing:
        print(f"\nInbox on sqlite: {missing}")
        kind = "sqlite"
    with install(kind, size=0) as small, install(kind, size=0) as large:
        browsers = [_hire(installation) for installation in (small, large)]
        for installation, bounds in ((small, (0, FEW)), (large, (0, FEW)), (large, (FEW, many))):
            _fill(installation, range(*bounds))
        pages = [[_read_page(browser) for browser in browsers] for _ in range(PAGES)]
    fewer, more = ([page[size] for page in pages] for size in (0, 1))
    show(f"Inbox on {kind}: GET / for somebody with {OWN} of {GROUPS:,} groups", _rows(fewer, more, many))


def _rows(fewer: list[_Took], more: list[_Took], many: int) -> list[Row]:
    wall, cost = ([median(took[of] for took in pages) * 1e3 for pages in (fewer, more)] for of in (0, 1))
    slowest = quantiles([took[0] for took in more], n=20)[-1]
    return [
        Row(
            what=f"median at {many:,} tasks and instances, to {FEW:,}",
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
            what=f"slowest of 20 pages at {many:,} (p95)",
            figure=f"{slowest * 1e3:.1f} ms",
            target=f"<= {SLOWEST * 1e3:.0f} ms",
            met=slowest <= SLOWEST,
        ),
    ]


def _hire(installation: Installation) -> Browser:
    """Add the reader, who holds some of the groups, and log him in."""
    with installation.wiring.transaction() as ctx:
        unit = rounds.get_unit(ctx, UNIT)
        reader = User(login=READER, name="演示-读者", password_hash="-", unit_id=unit.id, created_at=ctx.now)
        ctx.session.add(reader)
        ctx.session.flush()
        for number in range(OWN):
            people.grant(ctx, reader, f"bench{number}", unit)
    return Browser(create_app(installation.service), READER)


def _read_page(browser: Browser) -> _Took:
    began, used = time.perf_counter(), time.process_time()
    page = browser.get("/")
    took = (time.perf_counter() - began, time.process_time() - used)
    assert len(set(page.all(r'href="(/tasks/\d+)"'))) == tasklist.PAGE
    return took


def _fill(installation: Installation, numbers: range) -> None:
    """Give tasks to everybody at first, and later to the others only: one's own do not grow with theirs."""
    wiring = installation.wiring
    instance = approvals.start(wiring, approvals.publish(wiring))
    first_group = OWN if numbers.start else 0
    bounds = {"first": numbers.start, "last": numbers.stop, "offset": FIRST_ID}
    with wiring.transaction() as ctx:
        other = ctx.session.scalar(select(func.min(User.id)).where(User.login != READER))
        ctx.session.execute(text(_INSTANCES), {**bounds, "instance": instance, "other": other})
        ctx.session.execute(text(_TASKS), {**bounds, "instance": instance})
        groups = {"group": first_group, "groups": GROUPS - first_group}
        ctx.session.execute(text(_OFFERS), {**bounds, **groups})
    with installation.service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
