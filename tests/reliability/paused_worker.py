"""Pause one of two workers in the middle of a flood of due work, and resume it when the other has gone on.

python -m tests.reliability.paused_worker --seconds 60 --database sqlite|postgresql [--jobs 600]
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests import postgresql
from tests.reliability.audit import audit, count_due, count_transitions
from tests.reliability.installation import Installation, close_in, install
from tests.reliability.processes import processes

PATIENCE = 120.0


@dataclass(kw_only=True)
class Outcome:
    """What a run came to."""

    database: str
    jobs: int
    paused_at: int = 0  #: signals received when the worker was stopped
    resumed_at: int = 0  #: and when it went on
    received: int = 0
    breaches: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Write the figures on one line."""
        return (
            f"{self.database}: {self.jobs} signals, one worker stopped after {self.paused_at} and resumed "
            f"after {self.resumed_at}; {self.received} received, {len(self.breaches)} breaches"
        )


def run(database: str, *, jobs: int, seconds: float) -> Outcome:
    """Close a stage over ``jobs`` nominations with two workers, one of them stopped for a while."""
    outcome = Outcome(database=database, jobs=jobs)
    with install(database, size=0, unsent=jobs) as installation:
        folder = installation.settings.data_dir
        with processes(installation.settings, folder, "worker", "worker") as (paused, _other):
            close_in(installation, 0.5)
            _wait(lambda: _received(installation) > 0)
            paused.send(signal.SIGSTOP)
            outcome.paused_at = _received(installation)
            time.sleep(seconds)
            outcome.resumed_at = _received(installation)
            paused.send(signal.SIGCONT)
            _wait(lambda: _received(installation) >= jobs and count_due(installation.wiring) == 0)
        outcome.received = _received(installation)
        outcome.breaches = audit(installation.wiring, {})
    if outcome.received != jobs:
        outcome.breaches.append(f"{jobs} signals were due and {outcome.received} received")
    return outcome


def _received(installation: Installation) -> int:
    return count_transitions(installation.wiring)["signal.received"]


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until() and time.monotonic() < end:
        time.sleep(0.05)


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=600)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    try:
        outcome = run(asked.database, jobs=asked.jobs, seconds=asked.seconds)
    except postgresql.NoServer as missing:
        sys.exit(str(missing))
    for breach in outcome.breaches[:50]:
        print(breach)
    print(outcome.line())
    return 1 if outcome.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
