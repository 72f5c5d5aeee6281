"""The round of the programmes' tests."""

from __future__ import annotations

from tests.programmes.conftest import _opened, packs, round_2024

__all__ = ["_opened", "packs", "round_2024"]
