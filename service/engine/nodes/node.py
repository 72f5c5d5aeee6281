"""What every flow node does: enter, run, leave along its flows. Kinds of node override the parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from service.engine.expressions import Broken, Text
from service.engine.nodes.mappings import Mappings
from service.engine.records import TraceEvent

if TYPE_CHECKING:
    from service.engine.instance import ProcessSpec
    from service.engine.token import Token


@dataclass(frozen=True)
class Flow:
    """A sequence flow as it leaves its source."""

    id: str
    name: str
    source: str
    target: str
    condition: Text | None = None
    is_default: bool = False


@dataclass
class Drawn:
    """How a node was drawn: enough to name it and to list it."""

    id: str
    type: str
    name: str = ""
    label: str = field(default="")

    def __post_init__(self) -> None:
        self.label = self.label or (f"「{self.name}」（{self.id}）" if self.name else f"「{self.id}」")


class Node(BpmnTaskSpec):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """A flow node. Predicts nothing: tokens move only where they really go."""

    def __init__(self, process: ProcessSpec, drawn: Drawn) -> None:
        super().__init__(process, drawn.id)
        self.process = process
        self.bpmn_id = drawn.id
        self.bpmn_name = drawn.name
        self.type = drawn.type
        self.label = drawn.label
        self.mappings = Mappings()
        self.outgoing: tuple[Flow, ...] = ()
        self.incoming: tuple[Flow, ...] = ()

    def enter(self, token: Token) -> bool:  # noqa: ARG002  # for those who override
        """Take the token in. True to run at once; otherwise the override has set the state it waits in."""
        return True

    def execute(self, token: Token) -> bool | None:  # noqa: ARG002  # for those who override
        """Do the node's work. None leaves the token STARTED until somebody completes it."""
        return True

    def leave(self, token: Token) -> None:
        """Pass the token on along the flows that apply; with none drawn it ends here."""
        flows = self.choose(token)
        if len(flows) > 1:
            token.settle_data()
        scope, trace = token.workflow, token.workflow.top_workflow.trace
        targets = []
        for flow in flows:
            trace.append(
                TraceEvent(element_id=flow.id, kind="completed", name=flow.name, type="sequenceFlow")
            )
            target = scope.spec.task_specs[flow.target]
            targets.append(scope.place(target, origin=token, flow=flow.id))
        for placed in targets:
            if placed.alive:
                placed.enter()

    def choose(self, token: Token) -> list[Flow]:
        """Return every flow without condition or whose condition holds, else the default flow."""
        chosen = [flow for flow in self.outgoing if not flow.is_default and self.may_take(token, flow)]
        if not chosen:
            chosen = [flow for flow in self.outgoing if flow.is_default]
        return self._some(chosen)

    def may_take(self, token: Token, flow: Flow) -> bool:
        """Whether a flow's condition, if it has one, holds here."""
        return flow.condition is None or token.workflow.script_engine.holds(token, flow.condition)

    def _some(self, chosen: list[Flow]) -> list[Flow]:
        if chosen or not self.outgoing:
            return chosen
        conditions = "；".join(f.condition.source for f in self.outgoing if f.condition is not None)
        message = f"{self.label}之后没有一条流转的条件成立，也没有默认流转：{conditions}"
        raise Broken(self.name, "no-branch", message)

    def is_body(self, token: Token) -> bool:  # noqa: ARG002  # for those who override
        """Whether the token stands for all repetitions of an activity together."""
        return False

    def scope_finished(self, token: Token, scope: Any) -> None:
        """Hear that the scope inside this node is done."""
        raise NotImplementedError(self.name)

    def arm_in(self, scope: Any) -> None:
        """Start listening in a scope that has just begun."""
        raise NotImplementedError(self.name)

    def fire(self, token: Token, payload: dict[str, Any]) -> None:
        """React to the event this token waits for."""
        raise NotImplementedError(self.name)

    # what follows are SpiffWorkflow's hooks

    def test(self) -> None:
        """Skip the library's check: a node may be the first or the last of its scope."""

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """Predict nothing: the future is in the diagram."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task.internal_data.pop("flow", None)  # only a join asks where its tokens came from
        my_task.workflow.top_workflow.record(my_task, "entered")
        return self.enter(my_task)

    def _on_ready_hook(self, my_task: Token) -> None:
        if not self.manual:
            my_task.workflow.top_workflow.ready.append(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return self.execute(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.top_workflow.record(my_task, "completed")
        self.leave(my_task)

    def _on_cancel(self, my_task: Token) -> None:
        if not my_task.is_armed:
            my_task.workflow.top_workflow.record(my_task, "cancelled")
