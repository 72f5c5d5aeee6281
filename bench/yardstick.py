"""The yardstick: SpiffWorkflow with next to nothing around it. It lies outside the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BARE = ROOT.parent / "shared" / "bench" / "bare.py"


def run(kind: str, *, instances: int, dsn: str = "") -> dict[str, Any] | None:
    """Run the yardstick now and return its figures, or None where it is not there.

    ``BARE`` in the environment says where it is, if not at ../shared/bench/bare.py.
    """
    program = _find()
    if program is None:
        return None
    command = [sys.executable, str(program), kind, "--instances", str(instances)]
    if dsn:
        command += ["--dsn", dsn]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@contextmanager
def in_turn(kind: str, dsn: str = "") -> Iterator[Callable[[], list[float]] | None]:
    """Give what runs one approval of the yardstick and returns the seconds of its steps; None without it.

    Asked between the steps it is compared with, it meets the same other work on the machine.
    """
    program = _find()
    if program is None:
        yield None
        return
    command = [sys.executable, "-m", "bench.bare_in_turn", str(program), kind, dsn]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        asked, answered = process.stdin, process.stdout
        assert asked is not None
        assert answered is not None

        def approve() -> list[float]:
            print(file=asked, flush=True)
            steps: list[float] = json.loads(answered.readline())
            return steps

        yield approve
        asked.close()


def _find() -> Path | None:
    program = Path(os.environ.get("BARE", BARE)).resolve()
    return program if program.is_file() else None


def missing() -> str:
    """Say that there is no yardstick to compare with."""
    return f"no yardstick: {os.environ.get('BARE', BARE)} is absent"
