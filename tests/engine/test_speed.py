"""A completion costs no more than the bare library's own, measured beside it in the same run."""

from __future__ import annotations

import json
import pathlib
import statistics
import time
from collections.abc import Callable
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from service import engine
from tests.engine.conftest import NOON, SHANGHAI, Walk

FOLDER = pathlib.Path(__file__).parent / "speed"
ANSWER = {"nominee": "Made-up Name", "justification": "x" * 400, "score": 87, "outcome": "accept"}
REGISTRY = BpmnWorkflowSerializer().registry


def bare_completions(instances: int) -> list[float]:
    """Restore, complete, run and save with the library's own parts; the spec is parsed once."""
    parser = BpmnParser()
    parser.add_bpmn_file(str(FOLDER / "bare.bpmn"))
    spec, costs = parser.get_spec("p"), []
    for _ in range(instances):
        workflow = BpmnWorkflow(spec, {})
        workflow.do_engine_steps()
        text = json.dumps([REGISTRY.convert(task) for task in workflow.tasks.values()])
        while text:
            began = time.perf_counter()
            workflow = BpmnWorkflow(spec, {}, deserializing=True)
            workflow.tasks = {}
            for row in json.loads(text):
                workflow.tasks[UUID(row["id"])] = REGISTRY.restore(row, workflow=workflow)
            workflow.task_tree = next(task for task in workflow.tasks.values() if task.parent is None)
            task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
            task.data.update(ANSWER)
            task.run()
            workflow.do_engine_steps()
            text = json.dumps([REGISTRY.convert(task) for task in workflow.tasks.values()])
            costs.append(time.perf_counter() - began)
            text = "" if workflow.is_completed() else text
    return costs


def our_completions(instances: int) -> list[float]:
    diagram = engine.compile_diagram((FOLDER / "approval.bpmn").read_bytes())
    env = engine.Environment(now=NOON, zone=SHANGHAI)
    costs = []
    for _ in range(instances):
        step = engine.advance(diagram, "approval", None, engine.Start(), env)
        while not step.completed:
            command = engine.CompleteUserTask(key=step.user_tasks[0].key, variables=dict(ANSWER))
            began = time.perf_counter()
            step = engine.advance(diagram, "approval", step.state, command, env)
            costs.append(time.perf_counter() - began)
    return costs


def test_completion_costs_no_more_than_the_bare_library() -> None:
    bare, ours = statistics.median(bare_completions(15)), statistics.median(our_completions(15))

    assert ours <= bare * 1.3


def test_state_is_small(walk: Callable[..., Walk]) -> None:
    ours = walk('start s\nuser A groups=r@self\nxor g\nend e\ns -> A -> g\ng -> A ? =outcome = "x"\ng -> e *')
    ours.start(nomination_id="n1")
    for _ in range(5):
        ours.complete("A", outcome="x")

    assert len(ours.step.state) < 400
