"""The period of the selection's tests."""

from __future__ import annotations

from tests.programmes.conftest import packs, period_2021

__all__ = ["packs", "period_2021"]
