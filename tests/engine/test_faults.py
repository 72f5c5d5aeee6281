"""What goes wrong inside an instance is data, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from service import engine
from tests.engine.bare import Bare
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]


def test_fault_leaves_the_state_and_the_same_command_may_be_tried_again(walk: Maker) -> None:
    bare = Bare("start s\nuser A\nxor g\nend e\nuser B\ns -> A -> g\ng -> B ? n > 1\ng -> e *")
    with pytest.raises(WorkflowException):
        bare.complete("A")
    assert [task.task_spec.name for task in bare.all(TaskState.ERROR)] == ["g"]
    bare.workflow.do_engine_steps()
    assert [task.task_spec.name for task in bare.all(TaskState.ERROR)] == ["g"]  # for ever

    ours = walk("start s\nuser A groups=r@self\nxor g\nend e\nuser B\ns -> A -> g\ng -> B ? =n > 1\ng -> e *")
    before = ours.start().state
    faulted = ours.complete("A")

    assert faulted.fault is not None
    assert (faulted.fault.element_id, faulted.fault.kind) == ("g", "expression")
    assert "n > 1" in faulted.fault.message
    assert faulted.state == before
    assert ours.complete("A", n=2).fault is None
    assert ours.open == ["B"]


def test_task_completed_already_is_not_open(walk: Maker) -> None:
    bare = Bare("start s\nuser A\nuser B\ns -> A -> B")
    task = bare.ready("A")
    bare.complete("A")
    assert task.run() is True  # the library says nothing

    ours = walk("start s\nuser A groups=r@self\nuser B groups=r@self\ns -> A -> B")
    key = ours.start().user_tasks[0].key
    ours.complete("A")

    for command in (
        engine.CompleteUserTask(key=key),
        engine.FireTimer(key=key),
        engine.DeliverEvent(key="99"),
    ):
        with pytest.raises(engine.NotOpen):
            ours.do(command)


def test_instance_with_nothing_open_is_stuck_not_silent(walk: Maker) -> None:
    ours = walk(
        "start s\nand f\nuser X groups=r@self\nboundary b on X signal a\nuser Y groups=r@self\nand j\nend e\n"
        "end x\ns -> f\nf -> X -> j\nf -> Y -> j\nj -> e\nb -> x"
    )
    ours.start()
    before = ours.complete("Y").state

    step = ours.deliver("b")

    assert step.fault is not None
    assert (step.fault.kind, step.fault.element_id) == ("stuck", "j")
    assert step.state == before


def test_condition_on_a_single_flow_is_heeded(walk: Maker) -> None:
    bare = Bare("start s\nuser A\nuser B\ns -> A\nA -> B ? False")
    bare.complete("A")
    assert [t.task_spec.name for t in bare.all(TaskState.READY)] == ["B"]  # ignored

    ours = walk("start s\nuser A groups=r@self\nuser B\ns -> A\nA -> B ? =false")
    ours.start()
    step = ours.complete("A")

    assert step.fault is not None
    assert step.fault.kind == "no-branch"


def test_long_chain_of_elements_that_pass_at_once_runs(walk: Maker) -> None:
    names = [f"e{number}" for number in range(240)]
    empty = "\n".join(f"sub {name} {{\n}}" for name in names[:120])
    none = "\n".join(f'manual {name} parallel over="=[]"' for name in names[120:])

    assert walk(f"start s\n{empty}\n{none}\ns -> {' -> '.join(names)}").start().completed


@pytest.mark.parametrize(
    "inside", ["task X", "sub X {\n}", 'manual X parallel over="=[]"', "throw X signal go"]
)
def test_loop_without_a_wait_is_a_fault(walk: Maker, inside: str) -> None:
    step = walk(
        f"start s\nxor m\n{inside}\nxor d\nend e\ns -> m -> X -> d\nd -> e ? =false\nd -> m *"
    ).start()

    assert step.fault is not None
    assert step.fault.kind == "endless"


def test_commands_that_make_no_sense_are_errors_of_the_caller(walk: Maker) -> None:
    ours = walk("start s\nmanual A\ns -> A")
    ours.start()

    with pytest.raises(ValueError, match="needs no state"):
        engine.advance(ours.diagram, "p", ours.step.state, engine.Start(), ours.env)
    with pytest.raises(ValueError, match="every other command needs one"):
        engine.advance(ours.diagram, "p", None, engine.FireTimer(key="1"), ours.env)
    with pytest.raises(ValueError, match="aware"):
        engine.advance(ours.diagram, "p", None, engine.Start(), replace(ours.env, now=datetime(2024, 3, 1)))  # noqa: DTZ001


def test_wait_for_a_condition_nothing_can_make_true_is_stuck(walk: Maker) -> None:
    ours = walk('start s\nmanual A\ncatch c condition "=n > 1"\nmanual B\ns -> A -> c -> B')
    ours.start()

    step = ours.complete("A", n=1)

    assert step.fault is not None
    assert (step.fault.kind, step.fault.element_id) == ("stuck", "c")
    assert ours.complete("A", n=2).fault is None
    assert ours.open == ["B"]
