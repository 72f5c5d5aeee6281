"""The service's own processes: started, killed with everything they started, and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, fields
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from service.config import PREFIX, Settings
from tests.reliability.installation import ROOT

#: seconds a process may take to answer on a busy machine
PATIENCE = 60.0
#: a page that needs no log-in and no database row
PROBE = "/login"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process of the service has these settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    default = Settings()
    for entry in fields(settings):
        value = getattr(settings, entry.name)
        if value != getattr(default, entry.name):
            own[PREFIX + entry.name.upper()] = str(value)
    return own


@dataclass(kw_only=True)
class Process:
    """One process of the service, in a process group of its own."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: IO[bytes]
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it."""
        program = [sys.executable, "-c", "from service.cli import main; main()", *self.arguments]
        self.running = subprocess.Popen(
            program, cwd=ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, start_new_session=True,
        )  # fmt: skip

    def kill(self) -> None:
        """End it with SIGKILL, and whatever it started."""
        self.send(signal.SIGKILL)
        if self.running is not None:
            self.running.wait(PATIENCE)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it and whatever it started."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, number)


@contextmanager
def processes(settings: Settings, folder: Path, *commands: str) -> Iterator[list[Process]]:
    """Start a process of the service for each command (``serve``, ``worker``); kill them at the end."""
    environment = environment_of(settings)
    started: list[Process] = []
    with (folder / "processes.log").open("ab") as log:
        try:
            for command in commands:
                process = Process(arguments=(command,), environment=environment, log=log)
                process.start()
                started.append(process)
            yield started
        finally:
            for process in started:
                process.kill()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; raises TimeoutError when it does not."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("it does not come to hold")
        time.sleep(0.05)


def wait_until_served(port: int) -> None:
    """Wait until the service answers on a port."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        with closing(connection), suppress(OSError, HTTPException):
            connection.request("GET", PROBE)
            with connection.getresponse() as response:
                if response.status < 500:
                    return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port}")
