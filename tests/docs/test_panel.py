"""Every property of a user task that a pack may use is in the modeler's properties panel."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PANEL = ROOT / "frontend/src/modeler/features/xuanshu-properties/userTask.jsx"
TABLE = re.compile(r"\| property \| example \| meaning \|\n\|[-|]+\n((?:\|.*\n)+)")


def test_the_panel_has_every_property_of_the_reference() -> None:
    reference = TABLE.search((ROOT / "processes/README.md").read_text(encoding="utf-8"))
    assert reference is not None
    cells = [row.split("|")[1] for row in reference[1].splitlines()]

    described = {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}
    offered = set(re.findall(r"^  property\('([a-z-]+)'", PANEL.read_text(encoding="utf-8"), re.MULTILINE))

    assert offered == described
