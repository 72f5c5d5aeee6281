"""Event sub-processes: the library does not interrupt, and an armed one keeps a finished process open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from tests.engine.bare import Bare
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]

SKETCH = "start s\nuser U\nend e\nesp E {{\nstart b {start}\nuser H\nend x\nb -> H -> x\n}}\ns -> U -> e"


def tell(bare: Bare) -> None:
    bare.workflow.catch(BpmnEvent(MessageEventDefinition("told"), {}))


def signal(bare: Bare) -> None:
    bare.workflow.catch(BpmnEvent(SignalEventDefinition("told")))


@pytest.mark.parametrize(
    ("start", "begin"),
    [
        ("message told", tell),
        ("signal told", signal),
        ("timer \"'PT0S'\"", lambda bare: bare.workflow.refresh_timers()),
    ],
    ids=["message", "signal", "timer"],
)
def test_library_leaves_running_what_an_event_subprocess_interrupts(
    start: str, begin: Callable[[Bare], None]
) -> None:
    bare = Bare(SKETCH.format(start=start))

    begin(bare)
    bare.workflow.do_engine_steps()
    bare.complete("H")

    assert not bare.workflow.is_completed()
    assert [task.task_spec.name for task in bare.all(TaskState.READY)] == ["U"]


@pytest.mark.parametrize("start", ["message told", "signal told", "timer PT0S"])
def test_event_subprocess_that_interrupts_leaves_nothing_else_running(walk: Maker, start: str) -> None:
    ours = walk(SKETCH.format(start=start))
    ours.start()

    if start.startswith("timer"):
        ours.fire("b")
    else:
        ours.deliver("b")

    assert ours.open == ["H"]
    assert ours.complete("H").completed


def test_interrupting_event_subprocess_cancels_its_scope(walk: Maker) -> None:
    bare = Bare(SKETCH.format(start="escalation hurry"))
    assert "H" in [task.task_spec.name for task in bare.all(TaskState.READY)]  # runs at once, unasked

    ours = walk(SKETCH.format(start="message told"))
    ours.start()
    ours.deliver("b")

    assert ours.open == ["H"]
    assert ours.complete("H").completed


def test_armed_event_subprocess_does_not_keep_a_finished_process_open(walk: Maker) -> None:
    bare = Bare(SKETCH.format(start="timer \"'PT1H'\""))
    bare.complete("U")
    assert not bare.workflow.is_completed()

    ours = walk(SKETCH.format(start="timer PT1H"))
    ours.start()

    assert ours.complete("U").completed


def test_two_event_subprocesses_of_one_scope_end_each_other(walk: Maker) -> None:
    ours = walk("""
        start s
        user U
        esp E {
          start b message told
          user H
          b -> H
        }
        esp F {
          start c signal closed non-interrupting
          user I
          c -> I
        }
        s -> U
        """)
    ours.start()
    ours.deliver("c")
    ours.deliver("c")
    assert ours.open == ["U", "I", "I"]

    ours.deliver("b")

    assert ours.open == ["H"]
    assert ours.step.subscriptions == ()
