"""Kill the service's processes at random moments while people work and a deadline closes a stage.

python -m tests.reliability.kill --kills 100 --database sqlite|postgresql [--seed 1] [--transitions 2000]

Prints one line of figures; exits with 1 where anything was lost, done twice or left half-done.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func, select

from service.models import Job, JobKind
from service.scheduler.wiring import Wiring
from tests import postgresql
from tests.reliability.audit import audit, count_due, count_transitions
from tests.reliability.installation import Installation, close_in, install, issue_tokens
from tests.reliability.people_at_work import Caller, Log, Worker
from tests.reliability.processes import Process, free_port, processes, wait_until_served

CLIENTS = 4
#: one that serves and two that do what is due
COMMANDS = ("serve", "worker", "worker")
#: seconds between two kills
PAUSES = (0.2, 2.2)
#: kills before which something must have moved: what is killed faster than it starts never does anything
IN_A_ROW = 3
#: the stage closes, and every process is killed over it, once this share of the transitions is reached
CLOSED_AFTER = 0.8
#: seconds everything due may take after the last restart
CATCH_UP = 10.0
#: seconds after which a run that does not reach its transitions is given up
GIVE_UP = 1800.0


@dataclass(kw_only=True)
class Outcome:
    """What a run came to."""

    database: str
    seed: int
    seconds: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)
    transitions: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    retried: int = 0
    refused: int = 0
    due: int = 0  #: jobs and nudges that were due when the last processes had been killed
    caught_up: float = 0.0  #: seconds from the last restart until nothing was due
    breaches: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Write the figures on one line."""
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        moved = ", ".join(f"{kind} {count}" for kind, count in sorted(self.transitions.items()))
        return (
            f"{self.database} seed {self.seed}: {sum(self.kills.values())} kills ({kills}) "
            f"in {self.seconds:.0f} s, {sum(self.transitions.values())} transitions ({moved}), "
            f"{self.accepted} completions accepted, "
            f"{self.retried} of them after a broken try, {self.refused} refused, {self.due} due at the last "
            f"restart and none {self.caught_up:.1f} s after it, {len(self.breaches)} breaches"
        )


def run(
    database: str,
    *,
    kills: int,
    transitions: int,
    seed: int,
    size: int,
    pauses: tuple[float, float] = PAUSES,
    catch_up: float = CATCH_UP,
) -> Outcome:
    """Run the whole thing once and audit what is left; ``catch_up`` in seconds, as ``CATCH_UP``."""
    outcome = Outcome(database=database, seed=seed)
    with install(database, size=size, unsent=size) as installation:
        port, before = free_port(), count_transitions(installation.wiring)
        served = replace(installation.settings, port=port)
        with processes(served, served.data_dir, *COMMANDS) as running:
            wait_until_served(port)
            log, failures = _live_through(
                installation, port, running, outcome, kills, transitions + before.total(), pauses
            )
        outcome.breaches = [*failures, *log.unexpected, *audit(installation.wiring, log.accepted)]
        outcome.breaches += [f"task {task_id} was accepted from two" for task_id in log.twice]
        outcome.breaches += _tracebacks(served.data_dir / "processes.log")
        outcome.transitions = dict(count_transitions(installation.wiring) - before)
    outcome.accepted, outcome.retried, outcome.refused = len(log.accepted), log.retried, len(log.refused)
    if outcome.caught_up > catch_up:
        outcome.breaches.append(f"things were due for {outcome.caught_up:.1f} s after the last restart")
    return outcome


def start_people(
    installation: Installation,
    port: int,
    log: Log,
    stop: threading.Event,
    *,
    seed: int,
    clients: int = CLIENTS,
) -> list[Worker]:
    """Start threads of people; everybody who has a task is somebody's to play."""
    tokens = list(issue_tokens(installation).values())
    people = [
        Worker(
            [Caller(port, token) for token in tokens],
            installation.answers,
            log,
            stop,
            seed=seed * 1000 + number,
        )
        for number in range(clients)
    ]
    for person in people:
        person.start()
    return people


def _live_through(
    installation: Installation,
    port: int,
    running: Sequence[Process],
    outcome: Outcome,
    kills: int,
    transitions: int,
    pauses: tuple[float, float],
) -> tuple[Log, list[str]]:
    log, stop, began = Log(), threading.Event(), time.monotonic()
    people = start_people(installation, port, log, stop, seed=outcome.seed)
    try:
        _kill_around(installation, running, outcome, kills - len(running), transitions, pauses)
        _kill_all_over_the_closing(installation, running, outcome)
        _catch_up(installation, outcome)
        wait_until_served(port)
        _wait(lambda: _moved(installation.wiring) >= transitions, GIVE_UP)
    finally:
        stop.set()
        for person in people:
            person.join(120)
    outcome.seconds = time.monotonic() - began
    failures = [f"a client gave up: {person.failure!r}" for person in people if person.failure]
    return log, failures + [f"a client hangs: {person}" for person in people if person.is_alive()]


def _kill_around(
    installation: Installation,
    running: Sequence[Process],
    outcome: Outcome,
    kills: int,
    transitions: int,
    pauses: tuple[float, float],
) -> None:
    """Kill one process after another, and start it again, until it is time for the stage to close."""
    chance, end, number = random.Random(outcome.seed), time.monotonic() + GIVE_UP, 0
    moved = _moved(installation.wiring)
    while number < kills or _moved(installation.wiring) < CLOSED_AFTER * transitions:
        if time.monotonic() > end:
            raise TimeoutError(f"{_moved(installation.wiring)} transitions after {number} kills")
        time.sleep(chance.uniform(*pauses))
        if number % IN_A_ROW == 0:
            _wait(lambda seen=moved: _moved(installation.wiring) > seen, 60)
            moved = _moved(installation.wiring)
        victim = chance.choice(running)
        _kill(victim, outcome)
        victim.start()
        number += 1


def _kill_all_over_the_closing(
    installation: Installation, running: Sequence[Process], outcome: Outcome
) -> None:
    """Close the stage and kill everything as soon as its signals are due; then start everything again."""
    close_in(installation, 0.2)
    _wait(lambda: _count_signals(installation.wiring) > 0, 60, every=0.002)
    for victim in running:
        victim.send(signal.SIGKILL)
    for victim in running:
        _kill(victim, outcome)
    outcome.due = count_due(installation.wiring)
    for victim in running:
        victim.start()


def _catch_up(installation: Installation, outcome: Outcome) -> None:
    restarted = time.monotonic()
    _wait(lambda: count_due(installation.wiring) == 0, 60)
    outcome.caught_up = time.monotonic() - restarted


def _kill(victim: Process, outcome: Outcome) -> None:
    victim.kill()
    name = victim.arguments[0]
    outcome.kills[name] = outcome.kills.get(name, 0) + 1


def _count_signals(wiring: Wiring) -> int:
    with wiring.reading() as ctx:
        query = select(func.count()).select_from(Job).where(Job.kind == JobKind.SIGNAL)
        return ctx.session.scalar(query) or 0


def _moved(wiring: Wiring) -> int:
    return count_transitions(wiring).total()


def _wait(until: Callable[[], bool], seconds: float, every: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        time.sleep(every)


def _tracebacks(log: Path) -> list[str]:
    """A killed process says nothing; one that is alive has no reason to print a traceback."""
    text = log.read_text("utf-8", "replace")
    parts = (part.split("timestamp=")[0].strip() for part in text.split("Traceback")[1:])
    return [f"log: {part[-300:]}" for part in parts]


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--transitions", type=int, default=2000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=400, help="nominations sent, and as many unsent")
    asked = parser.parse_args()
    try:
        outcome = run(
            asked.database, kills=asked.kills, transitions=asked.transitions, seed=asked.seed, size=asked.size
        )
    except postgresql.NoServer as missing:
        sys.exit(str(missing))
    for breach in outcome.breaches[:50]:
        print(breach)
    print(outcome.line())
    return 1 if outcome.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
