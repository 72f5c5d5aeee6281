"""docs/operating/settings.md and .env.example say what service/config.py reads, with its defaults."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from service.config import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `(XUANSHU_\w+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_every_setting_is_described_with_its_default() -> None:
    page = (ROOT / "docs/operating/settings.md").read_text(encoding="utf-8")
    described = {name: default for name, default, _meaning in ROW.findall(page)}

    assert described == {PREFIX + f.name.upper(): _write(f.default) for f in fields(Settings)}


def test_the_example_of_an_environment_is_one() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = [line.lstrip("# ").split("=", 1) for line in lines if re.match(r"(# )?XUANSHU_\w+=", line)]
    known = {PREFIX + f.name.upper() for f in fields(Settings)}

    assert {name.removesuffix("_FILE") for name, _ in pairs} <= known
    set_here = dict(line.split("=", 1) for line in lines if line.startswith(PREFIX))
    assert Settings.from_env(set_here).secure_cookies


def _write(default: Any) -> str:
    if default == "":
        return "*empty*"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
