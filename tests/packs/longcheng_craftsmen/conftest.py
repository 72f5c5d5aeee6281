"""The round of the craftsmen's tests."""

from __future__ import annotations

from tests.programmes.conftest import packs
from tests.programmes.review.conftest import _panel_opened, panel, small_packs

__all__ = ["_panel_opened", "packs", "panel", "small_packs"]
