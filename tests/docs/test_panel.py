"""Every property of a user task that a pack may use is in the modeler's panel, and every topic has a name."""

from __future__ import annotations

import re
from pathlib import Path

from service.programmes.diagram import step_words
from service.programmes.topics import TOPICS

ROOT = Path(__file__).resolve().parents[2]
PANEL = ROOT / "frontend/src/modeler/features/xuanshu-properties/userTask.jsx"
TOPIC_NAMES = PANEL.with_name("topics.js")
TABLE = re.compile(r"\| property \| example \| meaning \|\n\|[-|]+\n((?:\|.*\n)+)")


def test_the_panel_has_every_property_of_the_reference() -> None:
    reference = TABLE.search((ROOT / "processes/README.md").read_text(encoding="utf-8"))
    assert reference is not None
    cells = [row.split("|")[1] for row in reference[1].splitlines()]

    described = {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}
    offered = set(re.findall(r"^  property\('([a-z-]+)'", PANEL.read_text(encoding="utf-8"), re.MULTILINE))

    assert offered == described


def test_the_panel_says_of_every_topic_what_it_does() -> None:
    named = re.findall(r"^  '([a-z_.]+)': '", TOPIC_NAMES.read_text(encoding="utf-8"), re.MULTILINE)

    assert named == sorted(TOPICS)


def test_the_panel_says_which_headers_a_topic_cannot_do_without() -> None:
    text = TOPIC_NAMES.read_text(encoding="utf-8")
    said = dict(re.findall(r"^  '([a-z_.]+)': '.*；任务参数 (.*)'", text, re.MULTILINE))

    assert said == {topic: "、".join(headers) for topic, headers in step_words.HEADERS.items()}
