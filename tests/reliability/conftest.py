"""Which databases these tests run on."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` and ``postgresql``; skipped, with the reason, where there is no server."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql_server")
    return str(request.param)
