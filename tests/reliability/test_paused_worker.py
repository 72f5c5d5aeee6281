"""The short form of ``python -m tests.reliability.paused_worker``."""

from __future__ import annotations

from tests.reliability import paused_worker


def test_worker_paused_in_a_flood_and_resumed_doubles_nothing(kind: str) -> None:
    outcome = paused_worker.run(kind, jobs=500, seconds=3)

    assert outcome.breaches == [], outcome.line()
    assert outcome.paused_at < outcome.received == 500
