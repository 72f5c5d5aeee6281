"""The short form of ``python -m tests.reliability.kill``."""

from __future__ import annotations

import pytest

from tests.reliability import kill

#: two installations at once on a small machine would be killed faster than they start
pytestmark = pytest.mark.xdist_group("kills")


def test_killed_processes_lose_nothing_and_double_nothing(kind: str) -> None:
    outcome = kill.run(kind, kills=6, transitions=40, seed=7, size=40, pauses=(0.3, 2.5))

    assert outcome.breaches == [], outcome.line()
    assert sum(outcome.kills.values()) >= 6
    assert outcome.accepted > 0
    assert outcome.due > 0
