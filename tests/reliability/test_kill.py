"""The short form of ``python -m tests.reliability.kill``."""

from __future__ import annotations

import pytest

from tests.reliability import kill

#: two installations at once on a small machine would be killed faster than they start
pytestmark = pytest.mark.xdist_group("kills")


def test_killed_processes_lose_nothing_and_double_nothing(kind: str) -> None:
    # how fast things are caught up with is for the long form, on a machine that does nothing else
    outcome = kill.run(kind, kills=6, transitions=40, seed=7, size=40, pauses=(0.3, 2.5), catch_up=60)

    assert outcome.breaches == [], outcome.line()
    assert sum(outcome.kills.values()) >= 6
    assert outcome.accepted > 0
    assert outcome.due > 0


def test_both_databases_are_killed_on_one_worker(request: pytest.FixtureRequest) -> None:
    """pytest-xdist groups tests by the end of their names, and says nothing where it cannot."""
    if not request.config.getoption("loadgroup", False):
        pytest.skip("the tests run in one process, or without --dist loadgroup")
    assert request.node.nodeid.endswith("@kills")
