"""Sub-processes, called processes and event sub-processes: activities with a scope inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from service.engine.nodes.activity import Activity
from service.engine.nodes.events import UNHEARD, listen, rearm
from service.engine.nodes.node import Drawn
from service.engine.records import Variables
from service.engine.timers import Timer

if TYPE_CHECKING:
    from service.engine.instance import Instance, ProcessSpec, Scope
    from service.engine.token import Token


class SubProcess(Activity):
    """An embedded sub-process."""

    def open(self, token: Token) -> bool:
        """Start the scope inside."""
        token._set_state(TaskState.STARTED)
        scope = token.workflow.top_workflow.open_scope(token, self.name)
        scope.begin(scope.spec.entry)
        return scope.is_empty()

    def execute(self, token: Token) -> bool | None:
        """Pass on at once, because nothing is inside."""
        token.workflow.top_workflow.get_subprocess(token).close()
        return True

    def scope_finished(self, token: Token, scope: Scope) -> None:  # noqa: ARG002
        """Go on when nothing inside is open."""
        token.complete()


class CallActivity(Activity):
    """A process of the same file run as a step of this one, with variables of its own."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, called: str, *, propagates_all: bool) -> None:
        super().__init__(process, drawn)
        self.called = called
        self.propagates_all = propagates_all

    def open(self, token: Token) -> bool:
        """Start the called process with a copy of every variable visible here."""
        token._set_state(TaskState.STARTED)
        scope = token.workflow.top_workflow.open_scope(token, self.called)
        scope.holds_variables = True
        scope.data = token.variables()
        scope.begin(scope.spec.entry)
        return False  # a called process has a start event at least

    def scope_finished(self, token: Token, scope: Scope) -> None:
        """Take over the called process's variables and go on."""
        if self.propagates_all:
            before = token.variables()
            token.write({name: value for name, value in scope.data.items() if before.get(name, ...) != value})
        token.complete()


class EventSubProcess(SubProcess):
    """A sub-process that an event starts while the scope around it is open."""

    is_event_subprocess = True

    def __init__(
        self, process: ProcessSpec, drawn: Drawn, definition: Any, *, start: str, interrupting: bool
    ) -> None:
        super().__init__(process, drawn)
        self.event_definition = definition
        self.start = start  #: id of its start event, the name under which it listens
        self.interrupting = interrupting

    def arm_in(self, scope: Instance | Scope) -> None:
        """Listen from the scope's first moment. Errors and escalations come without listening."""
        if not isinstance(self.event_definition, UNHEARD):
            listen(scope.place(self, armed=True), self.event_definition)

    def fire(self, token: Token, payload: Variables) -> None:
        """Start, instead of everything else in the scope when interrupting."""
        scope = token.workflow
        if self.interrupting or not isinstance(self.event_definition, Timer) or rearm(token):
            self._start(scope, payload)

    def caught(self, at: Token, payload: Variables) -> None:
        """Start because an error or escalation climbed to the scope of ``at``."""
        self._start(at.workflow, payload)

    def _start(self, scope: Instance | Scope, payload: Variables) -> None:
        token = scope.place(self)
        if self.interrupting:
            scope.cancel_tokens(keep=token)
        token.write(payload)
        token.enter()
