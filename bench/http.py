"""Completions and starts by HTTP, beside the bare engine doing the same approval on the same database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

from bench import approvals, yardstick
from bench.table import Row, show
from service.app import create_app
from tests import postgresql
from tests.api.caller import Caller as InProcess
from tests.reliability.installation import Installation, hire, install
from tests.reliability.people_at_work import Caller
from tests.reliability.processes import free_port, processes, wait_until_served

INSTANCES = 60
STARTS = 60
TARGET = 4.0
LIMITS = {"sqlite": 5.0, "postgresql": 7.0}
BUDGET = 15


def main() -> None:
    """Print the figures for each kind of database."""
    for kind in ("sqlite", "postgresql"):
        try:
            _measure(kind)
        except postgresql.NoServer as missing:
            print(f"\nHTTP on {kind}: skipped, {missing}")


def _measure(kind: str) -> None:
    bare = _bare(kind)
    with install(kind, size=0) as installation:
        deployment = approvals.publish(installation.wiring)
        token = hire(installation, 1, "reviewer", "cz")[0]
        client = InProcess(create_app(installation.service).test_client(), token)
        _complete_all(installation, deployment, 5, lambda path: client.post(path, approvals.COMPLETION))
        with approvals.counted(installation.service.engine) as seen:
            inside = _complete_all(
                installation,
                deployment,
                INSTANCES,
                lambda path: client.post(path, approvals.COMPLETION),
                seen,
            )
        served, starts = _served(installation, deployment, token)
    show(f"HTTP on {kind}, one client", _rows(kind, inside, served, starts, dict(seen), bare))


def _bare(kind: str) -> dict[str, Any] | None:
    if kind == "sqlite":
        return yardstick.run(kind, instances=INSTANCES * 2)
    with postgresql.a_server() as server, postgresql.a_database(server) as dsn:
        return yardstick.run(kind, instances=INSTANCES * 2, dsn=dsn)


def _complete_all(
    installation: Installation,
    deployment: int,
    number: int,
    post: Callable[[str], Any],
    seen: dict[str, int] | None = None,
) -> list[float]:
    """Complete instances to their ends; returns the seconds of each completion."""
    took: list[float] = []
    for _ in range(number):
        instance = approvals.start(installation.wiring, deployment)
        while tasks := approvals.open_tasks(installation.wiring, instance):
            before = dict(seen or {})
            began = time.perf_counter()
            reply = post(f"/user-tasks/{tasks[0]}/complete")
            took.append(time.perf_counter() - began)
            assert getattr(reply, "status_code", None) == 200 or reply.status == 200, reply
            if seen is not None:
                for name in ("statements", "commits"):
                    seen[f"most {name}"] = max(seen.get(f"most {name}", 0), seen[name] - before.get(name, 0))
    return took


def _served(installation: Installation, deployment: int, token: str) -> tuple[list[float], list[float]]:
    settings = replace(installation.settings, port=free_port())
    with processes(settings, settings.data_dir, "serve"):
        wait_until_served(settings.port)
        caller = Caller(settings.port, token)
        post = lambda path: caller.post(path, approvals.COMPLETION)  # noqa: E731
        _complete_all(installation, deployment, 3, post)
        completions = _complete_all(installation, deployment, INSTANCES, post)
        league = Caller(settings.port, hire(installation, 1, "league", "liyang-qingfeng")[0])
        starts = []
        body = {"unit": "liyang-qingfeng", "category": "work_safety", "source": "unit", "name": "王𬭎"}
        for _ in range(STARTS):
            began = time.perf_counter()
            reply = league.post(f"/rounds/{installation.round_id}/nominations", body)
            starts.append(time.perf_counter() - began)
            assert reply.status == 201, reply.body
        caller.close()
        league.close()
    return completions, starts


def _rows(
    kind: str,
    inside: list[float],
    served: list[float],
    starts: list[float],
    seen: dict[str, int],
    bare: dict[str, Any] | None,
) -> list[Row]:
    ours, limit = median(inside) * 1e3, LIMITS[kind]
    rows = [
        Row(
            what="completion, server-side median",
            figure=f"{ours:.2f} ms",
            target=f"<= {limit:.0f} ms",
            met=ours <= limit,
        ),
        Row(
            what="statements and commits a completion, at most",
            figure=f"{seen['most statements']} and {seen['most commits']}",
            target=f"<= {BUDGET} and 1",
            met=seen["most statements"] <= BUDGET and seen["most commits"] == 1,
        ),
        Row(
            what="completions a second over a connection",
            figure=f"{len(served) / sum(served):.0f}/s, {median(served) * 1e3:.2f} ms",
        ),
        Row(
            what="starts of a nomination a second over a connection",
            figure=f"{len(starts) / sum(starts):.0f}/s, {median(starts) * 1e3:.2f} ms",
        ),
    ]
    if bare is None:
        return [*rows, Row(what="beside the bare engine", figure="skipped", beside=yardstick.missing())]
    ratio = ours / bare["median_ms"]
    beside = f"bare {bare['median_ms']:.2f} ms, {bare['completions_per_s']:.0f}/s"
    return [
        *rows,
        Row(
            what="completion to the bare engine's",
            figure=f"{ratio:.2f} x",
            beside=beside,
            target=f"<= {TARGET:.0f} x",
            met=ratio <= TARGET,
        ),
    ]
