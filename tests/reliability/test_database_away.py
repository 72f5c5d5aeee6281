"""A database that is locked, cut off or full: a clear answer, nothing half-written, and healed by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from service.app import create_app
from service.config import Settings
from tests.api.caller import Caller
from tests.reliability.audit import audit, count_transitions
from tests.reliability.installation import Installation, bring_to, close_in, hire, install
from tests.reliability.kill import start_people
from tests.reliability.people_at_work import Log
from tests.reliability.processes import free_port, processes, wait_until, wait_until_served
from tests.reliability.relay import Relay

STEP = "workplace_league_opinion"
UNIT = "liyang-qingfeng"
COMPLETION = {"outcome": "approve", "answers": {"text": "同意推荐"}}
#: holds the write lock until its standard input closes
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_sqlite_locked_by_another_process_answers_503_and_heals() -> None:
    with install("sqlite", size=2, unit=UNIT) as installation:
        task = bring_to(installation, STEP)[0]
        caller = _caller(installation)

        with _locked(installation.settings.data_dir / "xuanshu.db"):
            refused = caller.post(f"/user-tasks/{task}/complete", COMPLETION)
            read = caller.get(f"/user-tasks/{task}")
        done = caller.post(f"/user-tasks/{task}/complete", COMPLETION)

        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.get_json()["detail"] == (
            "数据库暂时无法写入，这次操作没有生效，也没有办一半，请稍后重试。"
        )
        assert (read.status_code, read.get_json()["status"]) == (200, "open")
        assert done.status_code == 200
        assert audit(installation.wiring, {task: "approve"}) == []


@pytest.mark.postgresql
def test_postgresql_connections_cut_under_load_heal_by_themselves(postgresql_server: str) -> None:
    log, stop = Log(), threading.Event()
    with install("postgresql", size=60) as installation:
        settings = replace(installation.settings, port=free_port())
        with processes(settings, settings.data_dir, "serve", "worker"):
            wait_until_served(settings.port)
            people = start_people(installation, settings.port, log, stop, seed=1)
            healed = [_cut(postgresql_server, installation, log) for _ in range(5)]
            stop.set()
            for person in people:
                person.join(60)

        assert max(healed) <= 5, healed
        assert [person.failure for person in people if person.failure] == []
        assert (log.unexpected, log.twice) == ([], [])
        installation.service.engine.dispose()  # the test's own connections were cut as well
        assert audit(installation.wiring, log.accepted) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system to fill")
def test_full_disk_answers_503_and_keeps_the_database_whole(tmp_path: Path) -> None:
    with (
        _small_disk(tmp_path / "disk", "24m") as disk,
        install("sqlite", size=4, unit=UNIT, folder=disk) as at,
    ):
        tasks = bring_to(at, STEP)
        caller = _caller(at)

        _fill(disk / "filler")
        refused = _complete_until_refused(caller, tasks)
        (disk / "filler").unlink()
        done = [caller.post(f"/user-tasks/{task}/complete", COMPLETION).status_code for task in tasks]

        assert refused == (503, "unavailable")
        assert 200 in done
        assert set(done) <= {200, 409}
        with at.service.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert audit(at.wiring, dict.fromkeys(tasks, "approve")) == []


def test_service_started_before_its_database_begins_when_it_comes(kind: str) -> None:
    with install(kind, size=0, unsent=3, unit=UNIT) as installation, _away(installation) as (settings, back):
        log = settings.data_dir / "processes.log"
        with processes(settings, settings.data_dir, "serve", "worker"):
            wait_until(lambda: _ask(settings.port, "/healthz")[0] == 503)
            wait_until(lambda: "the database is away or busy, trying again" in log.read_text("utf-8"))
            health, page = _ask(settings.port, "/healthz"), _ask(settings.port, "/login")
            back()
            wait_until(lambda: _ask(settings.port, "/healthz") == (200, "ok\n"))
            close_in(installation, 0.2)
            wait_until(lambda: count_transitions(installation.wiring)["signal.received"] == 3)

        assert health == (503, "the database does not answer\n")
        assert (page[0], "系统繁忙" in page[1]) == (503, True)
        assert "Traceback" not in log.read_text("utf-8")


@contextmanager
def _away(installation: Installation) -> Iterator[tuple[Settings, Callable[[], None]]]:
    """Give settings with a database that does not answer, and what brings it."""
    settings = replace(installation.settings, port=free_port(), tick_seconds=0.2)
    if settings.database_url:
        url = make_url(settings.database_url)
        with Relay(url.host or "127.0.0.1", url.port or 5432) as relay:
            through = url.set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False)
            yield replace(settings, database_url=through), relay.open
        return
    folder = settings.data_dir / "elsewhere"
    # a directory that is not there yet, as where a disk is not mounted
    yield (
        replace(settings, database_url=f"sqlite:///{folder}/xuanshu.db"),
        partial(folder.symlink_to, settings.data_dir),
    )


def _ask(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    return 0, ""


def _caller(installation: Installation) -> Caller:
    token = hire(installation, 1, "league", UNIT)[0]
    return Caller(create_app(installation.service).test_client(), token)


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    program = [sys.executable, "-c", HOLDER, str(database)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield


def _cut(server: str, installation: Installation, log: Log) -> float:
    """Terminate every connection to the database; return the seconds until a completion was accepted."""
    _wait_for_more(log, 5)
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    name = installation.settings.url.rpartition("/")[2]
    with psycopg.connect(server, autocommit=True) as connection:
        cut = connection.execute(query, (name,)).fetchall()
    assert cut
    began = time.monotonic()
    _wait_for_more(log, 1)
    return time.monotonic() - began


def _wait_for_more(log: Log, number: int) -> None:
    wanted, end = len(log.accepted) + number, time.monotonic() + 60
    while len(log.accepted) < wanted and time.monotonic() < end:
        time.sleep(0.01)


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("ab", buffering=0) as filler:
        while filler.write(b"\0" * 4096):
            pass


def _complete_until_refused(caller: Caller, tasks: list[int]) -> tuple[int, str] | None:
    """What fits into pages the file already has is still accepted."""
    for task in tasks:
        reply = caller.post(f"/user-tasks/{task}/complete", COMPLETION)
        if reply.status_code != 200:
            return reply.status_code, reply.get_json()["code"]
    return None
