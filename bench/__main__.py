"""Run the benchmarks: ``python -m bench``, or some of them by name: ``python -m bench http drain``."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable

from bench import (
    drain,
    engine,
    engine_rounds,
    feel,
    http,
    inbox,
    migration,
    processes,
    rehearsal,
    roster,
    timers,
)

ALL: dict[str, Callable[[], object]] = {
    "http": http.main,
    "processes": processes.main,
    "engine": engine.main,
    "rounds": engine_rounds.main,
    "drain": drain.main,
    "timers": timers.main,
    "migration": migration.main,
    "rehearsal": rehearsal.main,
    "roster": roster.main,
    "inbox": inbox.main,
    "feel": feel.main,
}


def main() -> None:
    """Run them one after the other: side by side they would measure each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*ALL, []], help="all when left out")
    names = parser.parse_args().names or list(ALL)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name in names:
        ALL[name]()


if __name__ == "__main__":
    main()
