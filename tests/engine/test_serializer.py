"""State in and out of bytes, whatever a store does to it."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, NoneEventDefinition

from service import engine
from service.engine import serializer
from tests.engine.bare import Bare
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]


def test_state_survives_a_store_that_sorts_keys(walk: Maker) -> None:
    ours = walk(
        "start s\nand f\nuser X groups=r@self\nsub S {\nstart i\nuser I groups=r@self\ni -> I\n}\nuser B\n"
        "s -> f\nf -> X\nf -> S -> B"
    )
    before = ours.start(zebra=1, apple=[1, {"z": 1, "a": 2}])
    header, _, body = before.state.partition(b"\n")

    ours.step = replace(before, state=header + b"\n" + json.dumps(json.loads(body), sort_keys=True).encode())
    after = ours.complete("I", outcome="ok")

    assert after.variables == {"zebra": 1, "apple": [1, {"z": 1, "a": 2}], "outcome": "ok"}
    assert ours.open == ["X", "B"]


STATES = pathlib.Path(__file__).parent / "states"


@pytest.mark.parametrize("version", range(1, engine.STATE_VERSION + 1))
def test_state_of_every_released_version_loads_and_goes_on(version: int) -> None:
    folder = STATES / f"version_{version}"
    walk = Walk(engine.compile_diagram((folder / "process.bpmn").read_bytes()))
    walk.step = engine.Step(state=b"", variables={})

    walk.step = replace(walk.step, state=(folder / "state").read_bytes())
    assert walk.step.state.startswith(b"%d " % version)
    walk.do(engine.DeliverEvent(key="12"))
    walk.complete("review", outcome="ok")

    assert walk.open == ["vote", "vote", "fill"]
    assert walk.step.variables == {
        "people": ["甲", "乙", "丙"],
        "nid": "n1",
        "who_fills": "league@unit",
        "outcome": "ok",
    }
    assert [timer.due_at.isoformat() for timer in walk.step.timers] == ["2024-03-08T04:00:00+00:00"]


def test_state_of_another_diagram_is_refused(walk: Maker) -> None:
    ours, other = walk("start s\nmanual A\ns -> A"), walk("start s\nmanual B\ns -> B")
    other.start()
    ours.step = other.step

    with pytest.raises(engine.WrongState):
        ours.do(engine.CompleteUserTask(key="2"))


@pytest.mark.parametrize("state", [b"", b"1", b"1 abc\n{", b"99 abc\n{}", b"x y\n{}", b"{}"])
def test_unreadable_state_is_refused(walk: Maker, state: bytes) -> None:
    ours = walk("start s\nmanual A\ns -> A")
    ours.step = engine.Step(state=state, variables={})

    with pytest.raises(engine.WrongState):
        ours.do(engine.CompleteUserTask(key="2"))


def test_library_loses_data_when_keys_are_sorted() -> None:
    library = BpmnWorkflowSerializer()
    lost = 0
    for _ in range(20):
        bare = Bare("start s\nuser A\nuser B\ns -> A -> B")
        bare.complete("A", outcome="ok")
        text = json.dumps(json.loads(library.serialize_json(bare.workflow)), sort_keys=True)
        restored = library.deserialize_json(text)
        lost += [t.data for t in restored.tasks.values() if t.task_spec.name == "B"] != [{"outcome": "ok"}]

    assert lost > 0  # by the order of random ids


def test_library_upgrades_an_old_state_by_one_version_only() -> None:
    library = BpmnWorkflowSerializer()
    bare = Bare(
        "start s\nuser A\nrace g\ncatch m message hi\ncatch n message ho\ns -> A -> g\ng -> m\ng -> n"
    )

    def load(version: str) -> object:
        state = json.loads(library.serialize_json(bare.workflow))
        specs = state["spec"]["task_specs"]
        # as 1.3 and 1.4 wrote it: the events after a gateway were their own
        specs["m"]["event_definition"] = specs["g"]["event_definition"]["event_definitions"][0]
        restored = library.deserialize_json(json.dumps({**state, "serializer_version": version}))
        return type(restored.spec.task_specs["m"].event_definition)

    assert load("1.4") is NoneEventDefinition
    assert load("1.3") is MessageEventDefinition  # made a 1.4 and left there


def test_library_cannot_upgrade_a_state_with_a_sub_process() -> None:
    library = BpmnWorkflowSerializer()
    bare = Bare("start s\nsub S {\nstart i\nuser A\nend j\ni -> A -> j\n}\ns -> S")
    state = {**json.loads(library.serialize_json(bare.workflow)), "serializer_version": "1.3"}

    with pytest.raises(NameError):
        library.deserialize_json(json.dumps(state))


def test_state_of_a_newer_program_is_refused(walk: Maker) -> None:
    ours = walk("start s\nmanual A\ns -> A")
    ours.step = replace(ours.start(), state=b"99 " + ours.step.state.partition(b" ")[2])

    with pytest.raises(engine.WrongState, match="version 99"):
        ours.complete("A")


def test_every_released_version_can_be_upgraded_step_by_step() -> None:
    assert sorted(serializer.UPGRADES) == list(range(1, engine.STATE_VERSION))
