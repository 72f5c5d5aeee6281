"""Finding a PostgreSQL server for the tests, or starting one that lives as long as they do."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


class NoServer(Exception):
    """No server was found and none could be started; the text says why."""


@contextmanager
def a_server() -> Iterator[str]:
    """Give the URL of a server on which databases may be made."""
    configured = os.environ.get("XUANSHU_TEST_POSTGRESQL")
    if configured:
        yield configured
    elif _answers(LOCAL):
        yield LOCAL
    else:
        with _throw_away_server() as url:
            yield url


@contextmanager
def a_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """Make a database under a name no other process takes, give its URL, and drop it whoever is connected."""
    name = f"xuanshu_test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def _throw_away_server() -> Iterator[str]:
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="xuanshu-postgresql-"))
    data, port = folder / "data", _free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    try:
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _run(
            programs / "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"
        )
        _run(programs / "pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoServer("no PostgreSQL: set XUANSHU_TEST_POSTGRESQL, run one on port 5432, or install it")
    return Path(on_path).parent


def _run(program: Path, *arguments: str) -> None:
    # the server refuses to run as root
    user = "postgres" if os.getuid() == 0 else None
    done = subprocess.run(
        [str(program), *arguments], user=user, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=False, cwd="/", timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise NoServer(f"{program.name} failed: {done.stderr.strip()[-300:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
