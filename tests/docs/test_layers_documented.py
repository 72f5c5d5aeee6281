"""service/README.md lists the layers as the import contracts hold them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_layers_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [re.findall(r"service\.(\w+)", layer) for layer in contracts[0]["layers"]]
    rows = re.findall(r"^\| \d+ \| (.+?) \|", (ROOT / "service/README.md").read_text(), re.MULTILINE)
    listed = [re.findall(r"`(\w+)`", part) for row in rows for part in row.split(", then ")]

    assert listed == layers
