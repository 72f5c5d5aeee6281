"""The settings a command works with."""

from __future__ import annotations

import os

from service.config import Settings


def read_settings() -> Settings:
    """Return the settings of the environment; raises BadSetting for an unknown or malformed one."""
    return Settings.from_env(os.environ)
