"""The engine alone: restoring, completing and saving in memory, beside the bare library's own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

from bench import approvals, yardstick
from bench.table import Row, show
from service import engine

INSTANCES = 300


def main() -> None:
    """Print the figures."""
    ours = median(_completions()) * 1e3
    bare = yardstick.run("memory", instances=INSTANCES)
    beside = f"bare, never saved: {bare['median_ms']:.2f} ms" if bare else yardstick.missing()
    row = Row(what="completion with loading and saving its state", figure=f"{ours:.2f} ms", beside=beside)
    show("Engine in memory", [row])


def _completions() -> list[float]:
    diagram = engine.compile_diagram(approvals.DIAGRAM)
    environment = engine.Environment(now=datetime(2024, 3, 15, 4, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
    variables: engine.Variables = {**approvals.ANSWERS, "outcome": "accept"}
    took = []
    for _ in range(INSTANCES):
        step = engine.advance(diagram, "approval", None, engine.Start(), environment)
        while not step.completed:
            command = engine.CompleteUserTask(key=step.user_tasks[0].key, variables=dict(variables))
            began = time.perf_counter()
            step = engine.advance(diagram, "approval", step.state, command, environment)
            took.append(time.perf_counter() - began)
    return took
