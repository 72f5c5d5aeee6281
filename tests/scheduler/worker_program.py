"""A worker as a process of its own, with the domain of leave requests: ``worker_program.py URL MOMENT``."""

from __future__ import annotations

import sys
import threading
from datetime import datetime

from service.clock import MovableClock
from service.db import create_engine, create_session_factory
from service.models.crypto import Keyring, use_keyring
from service.scheduler.wiring import Wiring
from service.scheduler.worker import run_worker
from service.workflow.context import House
from tests.workflow.leave_domain import LeaveDomain


def main(url: str, moment: str) -> None:
    use_keyring(Keyring(bytes(range(32))))
    wiring = Wiring(
        session_factory=create_session_factory(create_engine(url)),
        clock=MovableClock(datetime.fromisoformat(moment)),
        house=House(domain=LeaveDomain()),
    )
    print("ready", flush=True)
    run_worker(wiring, threading.Event(), seconds=0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
