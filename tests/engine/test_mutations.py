"""Damaged diagrams: whatever is done to them, they are refused or they run; nothing crashes."""

from __future__ import annotations

import copy
import pathlib
import random
import time

import pytest
from lxml import etree

from service import engine
from tests.engine.conftest import NOON, SHANGHAI

#: processor seconds a second of ours may take on a slow or busy machine: this is no benchmark
PATIENCE = 4

FILES = sorted((pathlib.Path(__file__).parent / "cases").glob("*/process.bpmn"))
WORDS = ["=", "=1", "true", "false", "", "= x", "P1D", "名字", "{}", "=a.b"]


def damage(xml: bytes, chance: random.Random) -> bytes:
    root = etree.fromstring(xml)
    for _ in range(chance.randint(1, 4)):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        one, other = chance.choice(elements), chance.choice(elements)
        match chance.randrange(5):
            case 0 if one.getparent() is not None:
                one.getparent().remove(one)
            case 1 if one.attrib:
                del one.attrib[chance.choice(list(one.attrib))]
            case 2 if one.attrib:
                one.set(chance.choice(list(one.attrib)), chance.choice([other.get("id") or "", *WORDS]))
            case 3 if one.getparent() is not None:
                other.append(copy.deepcopy(one))
            case _:
                one.tag, one.text = other.tag, chance.choice(WORDS)
    return bytes(etree.tostring(root))


@pytest.mark.parametrize("seed", range(4))
def test_damaged_diagrams_are_refused_or_run(seed: int) -> None:
    chance = random.Random(seed)
    env = engine.Environment(now=NOON, zone=SHANGHAI)

    for _ in range(150):
        xml = damage(chance.choice(FILES).read_bytes(), chance)
        began = time.process_time()
        problems = engine.check_diagram(xml)
        if any(problem.severity == "error" for problem in problems):
            assert all(problem.message and problem.fix and problem.rule for problem in problems)
            continue
        diagram = engine.compile_diagram(xml)
        for process_id, info in diagram.processes.items():
            for start_event in info.start_events:
                step = engine.advance(diagram, process_id, None, engine.Start(start_event=start_event), env)
                assert step.completed or step.fault is not None or len(step.state) > 0
        assert time.process_time() - began < 5 * PATIENCE
