"""Two web processes on PostgreSQL beside one, and two bare engines beside one as the limit of the machine.

Both servers are there from the beginning and are asked in turn, so that other work on the machine meets
both. Every part is bounded in time: about a minute on a quiet machine, a minute and a half on a busy one.
"""

from __future__ import annotations

import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import cycle

from sqlalchemy import select

from bench import approvals, load, yardstick
from bench.table import Row, show
from service.models import TaskStatus, UserTask
from tests import postgresql
from tests.reliability.installation import Installation, hire, install
from tests.reliability.processes import free_port, processes, wait_until_served

CLIENTS = 4
IN_TURN = (1, 2, 2, 1)
WINDOW, STARTING, MEASURING = 2.0, 10.0, 25.0  #: seconds at most, but for one measurement of each
INSTANCES = 1_000  #: of four completions each
FEWEST = 100  #: tasks a window needs
BARE = 25
TARGET = 1.7


def main() -> None:
    """Print the figures."""
    try:
        with install("postgresql", size=0) as installation, _serving(installation) as ports:
            rates, client = _measure(installation, ports)
        bare = _measure_bare()
    except postgresql.NoServer as missing:
        print(f"\nWeb processes: skipped, {missing}")
        return
    cores, busy = os.cpu_count(), os.getloadavg()[0]
    title = f"Web processes on postgresql, {CLIENTS} clients, {cores} cores for all of it, load {busy:.1f}"
    show(title, [_row("completions a second with two, to one", rates, TARGET), *_limit(rates, bare, client)])


@contextmanager
def _serving(installation: Installation) -> Iterator[dict[int, int]]:
    """Serve with one process and with two; gives the port of each."""
    ports = {}
    with ExitStack() as stack:
        for number in (1, 2):
            settings = replace(installation.settings, port=free_port(), web_processes=number)
            stack.enter_context(processes(settings, settings.data_dir, "serve"))
            ports[number] = settings.port
        for port in ports.values():
            wait_until_served(port)
        yield ports


def _measure(installation: Installation, ports: dict[int, int]) -> tuple[dict[int, list[float]], float]:
    """Return completions a second by the number of processes, and the share of a core the client took."""
    tokens = hire(installation, CLIENTS, "reviewer", "cz")
    _start(installation)
    for number in (1, 2):
        _send(installation, ports[number], tokens)  # whoever comes first reads the diagram and fills caches
    rates: dict[int, list[float]] = defaultdict(list)
    used, took = time.process_time(), 0.0
    end = time.monotonic() + MEASURING
    for number in cycle(IN_TURN):
        done = _send(installation, ports[number], tokens)
        if done is None or (time.monotonic() > end and len(rates[1]) == len(rates[2]) > 1):
            break
        rates[number].append(done.rate)
        took += done.seconds
    return rates, (time.process_time() - used) / took


def _send(installation: Installation, port: int, tokens: list[str]) -> load.Load | None:
    """Complete open tasks for the time of a window; None where there are too few left."""
    tasks = _list_open(installation)
    if len(tasks) < FEWEST:
        return None
    requests = (load.complete(task, token) for task, token in zip(tasks, cycle(tokens), strict=False))
    done = load.send(port, requests, at_once=CLIENTS, seconds=WINDOW)
    assert set(done.statuses) == {200}, set(done.statuses)
    return done


def _start(installation: Installation) -> None:
    deployment, end = approvals.publish(installation.wiring), time.monotonic() + STARTING
    for _ in range(INSTANCES):
        approvals.start(installation.wiring, deployment)
        if time.monotonic() > end:
            return


def _list_open(installation: Installation) -> list[int]:
    """Return the open tasks of approvals, in an order that favours no step."""
    query = select(UserTask.id).where(UserTask.status == TaskStatus.OPEN, UserTask.form_id == "bench.review")
    with installation.wiring.reading() as ctx:
        tasks = list(ctx.session.scalars(query.order_by(UserTask.id)))
    random.Random(1).shuffle(tasks)
    return tasks


def _measure_bare() -> dict[int, list[float]]:
    """Return completions a second of one bare engine and of two at once, each on a database of its own."""
    rates: dict[int, list[float]] = defaultdict(list)
    with postgresql.a_server() as server, ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        databases = [stack.enter_context(postgresql.a_database(server)) for _ in range(2)]
        for number in IN_TURN:
            runs = pool.map(
                lambda dsn: yardstick.run("postgresql", instances=BARE, dsn=dsn), databases[:number]
            )
            figures = [run for run in runs if run is not None]
            rates[number].append(sum(run["completions_per_s"] for run in figures))
    return rates


def _row(what: str, rates: dict[int, list[float]], target: float | None = None) -> Row:
    one, two = sum(rates[1]) / len(rates[1]), sum(rates[2]) / len(rates[2])
    return Row(
        what=what,
        figure=f"{two / one:.2f} x",
        beside=f"{two:.0f}/s to {one:.0f}/s",
        target=f">= {target} x" if target else "",
        met=two >= one * target if target else None,
    )


def _limit(rates: dict[int, list[float]], bare: dict[int, list[float]], client: float) -> list[Row]:
    share = Row(what="of a core, what the client took", figure=f"{client:.0%}")
    if not any(bare[1]):
        return [share, Row(what="beside the machine's limit", figure="skipped", beside=yardstick.missing())]
    gained = sum(rates[2]) / sum(rates[1])
    possible = sum(bare[2]) / sum(bare[1])
    return [
        share,
        _row("limit of the machine: two bare engines, to one", bare),
        Row(what="of what the machine gave, the service took", figure=f"{gained / possible:.0%}"),
    ]


if __name__ == "__main__":
    main()
