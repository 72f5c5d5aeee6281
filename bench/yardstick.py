"""The yardstick: SpiffWorkflow with next to nothing around it. It lies outside the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BARE = Path(__file__).resolve().parents[2] / "shared" / "bench" / "bare.py"


def run(kind: str, *, instances: int, dsn: str = "") -> dict[str, Any] | None:
    """Run the yardstick now and return its figures, or None where it is not there.

    ``BARE`` in the environment says where it is, if not at ../shared/bench/bare.py.
    """
    program = Path(os.environ.get("BARE", BARE))
    if not program.is_file():
        return None
    command = [sys.executable, str(program), kind, "--instances", str(instances)]
    if dsn:
        command += ["--dsn", dsn]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def missing() -> str:
    """Say that there is no yardstick to compare with."""
    return f"no yardstick: {os.environ.get('BARE', BARE)} is absent"
