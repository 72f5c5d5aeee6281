"""SpiffWorkflow as it comes, to show beside each trap what the library does by itself."""

from __future__ import annotations

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tests.engine.sketch import draw


class Bare:
    """One instance in the bare library. Conditions in its sketches are Python, without the ``=``."""

    def __init__(self, sketch: str | bytes, **others: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(draw(p=sketch, **others) if isinstance(sketch, str) else sketch)
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        self.workflow.do_engine_steps()

    def ready(self, name: str) -> Task:
        return next(t for t in self.all(TaskState.READY) if t.task_spec.name == name)

    def complete(self, name: str, **data: object) -> None:
        task = self.ready(name)
        task.data.update(data)
        task.run()
        self.workflow.do_engine_steps()

    def all(self, state: int) -> list[Task]:
        """Every task in a state, wherever it is, without the library's limited iterator."""
        inside = [task for scope in self.workflow.subprocesses.values() for task in scope.tasks.values()]
        return [task for task in [*self.workflow.tasks.values(), *inside] if task.has_state(state)]
