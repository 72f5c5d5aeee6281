"""Two web processes on PostgreSQL beside one, with clients enough to keep both busy."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bench import approvals
from bench.http import over_a_connection
from bench.table import Row, show
from tests import postgresql
from tests.reliability.installation import Installation, hire, install
from tests.reliability.people_at_work import Caller
from tests.reliability.processes import free_port, processes, wait_until_served

CLIENTS = 8
EACH = 15  #: instances a client, of four completions each
TARGET = 1.7


def main() -> None:
    """Print the figure."""
    try:
        with install("postgresql", size=0) as installation:
            tokens = hire(installation, CLIENTS, "reviewer", "cz")
            deployment = approvals.publish(installation.wiring)
            rates = [_rate(installation, deployment, tokens, number) for number in (1, 2, 1, 2)]
    except postgresql.NoServer as missing:
        print(f"\nWeb processes: skipped, {missing}")
        return
    one, two = max(rates[0], rates[2]), max(rates[1], rates[3])
    show(
        f"Web processes on postgresql, {CLIENTS} clients, {os.cpu_count()} cores for all of it",
        [
            Row(
                what="completions a second with two, to one",
                figure=f"{two / one:.2f} x",
                beside=f"{two:.0f}/s to {one:.0f}/s",
                target=f">= {TARGET} x",
                met=two >= one * TARGET,
            )
        ],
    )


def _rate(installation: Installation, deployment: int, tokens: list[str], number: int) -> float:
    settings = replace(installation.settings, port=free_port(), web_processes=number)
    count = range(CLIENTS * EACH)
    instances = [approvals.start(installation.wiring, deployment) for _ in count]
    with processes(settings, settings.data_dir, "serve"), ThreadPoolExecutor(CLIENTS) as pool:
        wait_until_served(settings.port)
        shares = [instances[client::CLIENTS] for client in range(CLIENTS)]
        began = time.perf_counter()
        done = pool.map(lambda share, token: _work(installation, settings.port, token, share), shares, tokens)
        completions = sum(done)
        return completions / (time.perf_counter() - began)


def _work(installation: Installation, port: int, token: str, instances: list[int]) -> int:
    caller, completions = Caller(port, token), 0
    prepare = over_a_connection(caller)
    for instance in instances:
        while tasks := approvals.open_tasks(installation.wiring, instance):
            status = prepare(f"/user-tasks/{tasks[0]}/complete")()
            assert status == 200, status
            completions += 1
    caller.close()
    return completions


if __name__ == "__main__":
    main()
