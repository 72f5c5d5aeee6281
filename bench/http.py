"""Completions and starts by HTTP, beside the bare engine doing the same approval on the same database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from statistics import median

from werkzeug.test import EnvironBuilder

from bench import approvals, yardstick
from bench.table import Row, show
from service.api.frame.blueprint import VERSION_PREFIX
from service.app import App, create_app
from tests import postgresql
from tests.reliability.installation import Installation, hire, install
from tests.reliability.people_at_work import Caller
from tests.reliability.processes import free_port, processes, wait_until_served

INSTANCES, WARM_UP = 60, 10
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
    bare: list[float] = []
    with install(kind, size=0) as installation, _beside(kind) as approve:
        deployment = approvals.publish(installation.wiring)
        token = hire(installation, 1, "reviewer", "cz")[0]
        prepare = at_the_door(create_app(installation.service), token)
        between: Callable[[], list[float]] = approve or list
        for _ in range(WARM_UP):
            _complete_all(installation, deployment, 1, prepare)
            between()
        with approvals.counted(installation.service.engine) as seen:
            inside = _complete_all(
                installation,
                deployment,
                INSTANCES,
                prepare,
                seen,
                lambda: bare.extend(between()),
            )
        served, starts = _served(installation, deployment, token)
    show(f"HTTP on {kind}, one client", _rows(kind, inside, served, starts, dict(seen), bare))


@contextmanager
def _beside(kind: str) -> Iterator[Callable[[], list[float]] | None]:
    """Give the bare engine on a database of its own, for one approval whenever asked."""
    with ExitStack() as stack:
        dsn = ""
        if kind == "postgresql":
            dsn = stack.enter_context(postgresql.a_database(stack.enter_context(postgresql.a_server())))
        yield stack.enter_context(yardstick.in_turn(kind, dsn))


def _complete_all(
    installation: Installation,
    deployment: int,
    number: int,
    prepare: Callable[[str], Callable[[], int]],
    seen: dict[str, int] | None = None,
    between: Callable[[], None] = lambda: None,
) -> list[float]:
    """Complete instances to their ends, and do something between them; returns each completion's seconds."""
    took: list[float] = []
    for _ in range(number):
        instance = approvals.start(installation.wiring, deployment)
        while tasks := approvals.open_tasks(installation.wiring, instance):
            before = dict(seen or {})
            send = prepare(f"/user-tasks/{tasks[0]}/complete")
            began = time.perf_counter()
            status = send()
            took.append(time.perf_counter() - began)
            assert status == 200
            if seen is not None:
                for name in ("statements", "commits"):
                    seen[f"most {name}"] = max(seen.get(f"most {name}", 0), seen[name] - before.get(name, 0))
        between()
    return took


def at_the_door(app: App, token: str) -> Callable[[str], Callable[[], int]]:
    """Call the application as its server does: what is measured begins and ends at its WSGI door."""

    def prepare(path: str) -> Callable[[], int]:
        authorization = {"Authorization": f"Bearer {token}"}
        builder = EnvironBuilder(
            path=VERSION_PREFIX + path, method="POST", json=approvals.COMPLETION, headers=authorization
        )
        environ = builder.get_environ()
        statuses: list[str] = []

        def send() -> int:
            body = app(environ, lambda status, _headers, _info=None: statuses.append(status))
            for _part in body:
                pass
            body.close()
            return int(statuses[0].split()[0])

        return send

    return prepare


def over_a_connection(caller: Caller) -> Callable[[str], Callable[[], int]]:
    """Send by HTTP over an open connection."""
    return lambda path: lambda: caller.post(path, approvals.COMPLETION).status


def _served(installation: Installation, deployment: int, token: str) -> tuple[list[float], list[float]]:
    settings = replace(installation.settings, port=free_port())
    with processes(settings, settings.data_dir, "serve"):
        wait_until_served(settings.port)
        caller = Caller(settings.port, token)
        prepare = over_a_connection(caller)
        _complete_all(installation, deployment, 3, prepare)
        completions = _complete_all(installation, deployment, INSTANCES, prepare)
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
    bare: list[float],
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
    if not bare:
        return [*rows, Row(what="beside the bare engine", figure="skipped", beside=yardstick.missing())]
    theirs = median(bare) * 1e3
    ratio = ours / theirs
    return [
        *rows,
        Row(
            what="completion to the bare engine's",
            figure=f"{ratio:.2f} x",
            beside=f"bare {theirs:.2f} ms, in turn",
            target=f"<= {TARGET:.0f} x",
            met=ratio <= TARGET,
        ),
    ]
