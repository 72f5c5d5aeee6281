"""Activities: nodes that take time, may repeat, and carry boundary events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from SpiffWorkflow.util.task import TaskState

from service.engine.nodes.node import Drawn, Node

if TYPE_CHECKING:
    from service.engine.instance import ProcessSpec
    from service.engine.token import Token


class Loop(Protocol):
    """What multi-instance and standard loops answer."""

    def begin(self, body: Token) -> bool:
        """Start the instances of a body that has just been entered. True if there are none to wait for."""

    def instance_done(self, body: Token, instance: Token) -> None:
        """Take in a finished instance and go on, or complete the body."""


class Activity(Node):
    """A task or sub-process. With a loop, its token is the body and each repetition hangs under it."""

    def __init__(self, process: ProcessSpec, drawn: Drawn) -> None:
        super().__init__(process, drawn)
        self.loop: Loop | None = None
        self.boundaries: tuple[Any, ...] = ()  #: BoundaryEvent nodes attached to it
        self.is_immediate = False  #: never waits, so nothing needs to be armed

    def is_body(self, token: Token) -> bool:
        """Whether the token stands for all repetitions together."""
        return self.loop is not None and "locals" not in token.internal_data

    def is_repetition(self, token: Token) -> bool:
        """Whether the token is one repetition of a loop."""
        return self.loop is not None and "locals" in token.internal_data

    def open(self, token: Token) -> bool:  # noqa: ARG002  # for those who override
        """Begin one execution; the same contract as ``Node.enter``."""
        return True

    def arm(self, token: Token) -> None:
        """Let the boundary events of this activity listen."""
        if not self.is_repetition(token):
            for boundary in self.boundaries:
                boundary.arm_on(token)

    def open_body(self, token: Token) -> None:
        """Let a body stand, with its boundary events, before its first repetition."""
        token._set_state(TaskState.STARTED)
        token.internal_data.pop("flow", None)
        self.arm(token)

    def _update_hook(self, my_task: Token) -> bool:
        if not self.is_body(my_task):
            return super()._update_hook(my_task)
        self.open_body(my_task)
        if self.loop.begin(my_task):  # type: ignore[union-attr]  # a body has a loop
            my_task._set_state(TaskState.READY)
            my_task.workflow.top_workflow.ready.append(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool | None:
        return True if self.is_body(my_task) else self.execute(my_task)

    def enter(self, token: Token) -> bool:
        """Take in the mapped variables, arm the boundary events, then open."""
        self.mappings.take_in(token)
        if not self.is_immediate:
            self.arm(token)
        return self.open(token)

    def _on_complete_hook(self, my_task: Token) -> None:
        for child in my_task.children:
            child.cancel()
        top = my_task.workflow.top_workflow
        if not self.is_body(my_task):
            self.mappings.hand_back(my_task)
        if self.is_repetition(my_task):
            top.record(my_task, "completed")
            self.loop.instance_done(my_task.attached_to, my_task)  # type: ignore[union-attr, arg-type]
            return
        if not self.is_body(my_task):
            top.record(my_task, "completed")
        self.leave(my_task)

    def _on_cancel(self, my_task: Token) -> None:
        if not self.is_body(my_task):
            super()._on_cancel(my_task)


class AbstractTask(Activity):
    """A task of no kind: passes straight through."""

    def __init__(self, process: ProcessSpec, drawn: Drawn) -> None:
        super().__init__(process, drawn)
        self.is_immediate = True
