"""Repetition: entered again, counted, ended early."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from tests.engine.bare import Bare
from tests.engine.conftest import Walk
from tests.engine.sketch import draw

Maker = Callable[..., Walk]


MULTI = """
start s
user P groups=r@self
user M groups=r@self {loop}
user R groups=r@self
xor g
end e
s -> P -> M -> R -> g
g -> M ? {condition}
g -> e *
"""


def test_multi_instance_can_be_entered_again(walk: Maker) -> None:
    ours = walk(MULTI.format(loop='parallel over="=people" item=who', condition="=again"))
    ours.start()
    ours.complete("P", people=["a", "b"])

    for _ in range(3):
        ours.complete("M")
        ours.complete("M")
        ours.complete("R", again=True)

    assert ours.open == ["M", "M"]


def run_a_repetition(bare: Bare) -> None:
    next(task for task in bare.all(TaskState.READY) if task.task_spec.name.startswith("M")).run()
    bare.workflow.do_engine_steps()


def test_library_fails_when_a_multi_instance_is_entered_again() -> None:
    loop = (
        b"<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>"
        b'<bpmn:inputDataItem id="who" name="who"/></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )
    drawn = draw(p=MULTI.format(loop="", condition="again"))
    bare = Bare(drawn.replace(b'</bpmn:userTask><bpmn:userTask id="R"', loop + b'<bpmn:userTask id="R"'))
    bare.complete("P", people=["a", "b"])
    for _ in range(2):
        run_a_repetition(bare)

    with pytest.raises(WorkflowDataException, match="already exists"):
        bare.complete("R", again=True)


@pytest.mark.parametrize("name", ["numberOfCompletedInstances", "nrOfCompletedInstances"])
def test_library_does_not_know_the_counts(name: str) -> None:
    bare = Bare(f'start s\nuser P\nuser M parallel times=3 until="{name} >= 2"\nend e\ns -> P -> M -> e')
    bare.complete("P")

    with pytest.raises(WorkflowException, match="Error evaluating expression"):
        run_a_repetition(bare)


def test_library_gives_a_sequence_its_first_item_only() -> None:
    drawn = draw(p="start s\nuser P\nuser M sequential\nend e\ns -> P -> M -> e")
    items = (
        b'isSequential="true"><bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>'
        b'<bpmn:inputDataItem id="who" name="who"/>'
    )
    bare = Bare(drawn.replace(b'isSequential="true">', items))
    bare.complete("P", people=["a", "b"])

    with pytest.raises(WorkflowDataException, match="already exists"):
        run_a_repetition(bare)


def test_completion_condition_knows_the_counts(walk: Maker) -> None:
    condition = (
        "=numberOfInstances = 3 and numberOfCompletedInstances = 2 and numberOfActiveInstances = 1 "
        "and loopCounter >= 1"
    )
    ours = walk(
        MULTI.format(loop=f'parallel over="=people" item=who until="{condition}"', condition="=again")
    )
    ours.start()
    ours.complete("P", people=["a", "b", "c"])

    ours.complete("M")
    assert ours.open == ["M", "M"]
    ours.complete("M")
    assert ours.open == ["R"]
