"""A running instance and its scopes: SpiffWorkflow's workflows, holding only what is open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from service.engine import rows
from service.engine.asleep import OPEN, Asleep
from service.engine.expressions import Broken, FeelEngine
from service.engine.nodes.node import Node
from service.engine.records import Environment, ThrownEvent, TraceEvent
from service.engine.token import Token

MAX_AUTOMATIC_ELEMENTS: Final = 20_000  #: run in one step before a loop without a wait is called endless


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """What a process or sub-process consists of. Read-only once the diagram is compiled."""

    def __init__(self, element_id: str, label: str) -> None:
        super().__init__(name=element_id)
        self.label = label
        self.task_specs: dict[
            str, Node
        ] = {}  # without the library's End and EndJoin: the scope's end is its own
        self.starts: dict[str, Node] = {}  #: start events by id; nodes without incoming flow if there is none
        self.entry: tuple[str, ...] = ()  #: where the scope starts when nobody picks
        self.listeners: tuple[Node, ...] = ()  #: event sub-processes


class _Tokens:
    """What an instance and a sub-process have in common."""

    tasks: dict[str, Token]
    task_tree: Token
    spec: ProcessSpec
    top_workflow: Instance
    data: Mapping[str, Any]
    host: Token | None
    _remove_task: Callable[[str], None]

    def grow_root(self, key: str) -> None:
        """Make the root that every token of the scope hangs under."""
        self.task_tree = Token(self, self.spec.start, state=TaskState.COMPLETED, id=key)

    def tokens(self) -> Iterator[Token]:
        """Yield every token of this scope except the root, oldest first."""
        return (token for token in list(self.tasks.values()) if token is not self.task_tree)

    def is_empty(self) -> bool:
        """Whether nothing is left that keeps the scope open."""
        root = self.task_tree
        return all(token.is_armed for token in self.tasks.values() if token is not root)

    def place(
        self, spec: Node, *, parent: Token | None = None, origin: Token | None = None, **internal: Any
    ) -> Token:
        """Put a new token on a node, carrying on what ``origin``'s branch wrote; ``enter`` it next."""
        top = self.top_workflow
        top.serial += 1
        token = Token(self, spec, parent or self.task_tree, TaskState.FUTURE, str(top.serial))
        if origin is not None:
            token.data = origin.data
        token.internal_data.update(internal)
        return token

    def begin(self, start_ids: tuple[str, ...]) -> None:
        """Put tokens on the starts of a scope, after arming its event sub-processes."""
        for listener in self.spec.listeners:
            listener.arm_in(self)
        for start_id in start_ids:
            self.place(self.spec.task_specs[start_id]).enter()

    def cancel_tokens(self, keep: Token | None = None) -> None:
        """Cancel everything in the scope, except one token."""
        for token in self.tokens():
            if token is not keep:
                token.cancel()

    def close(self) -> None:
        """Take the scope away: nothing is open in it any more, and what only listened goes."""
        self.cancel_tokens()
        self.completed = True
        if self.host is not None:
            self.top_workflow.subprocesses.pop(self.host.id, None)

    def finish(self) -> None:
        """Close the scope and let the activity around it go on."""
        self.close()
        if self.host is not None:
            self.host.task_spec.scope_finished(self.host, self)

    def _task_completed_notify(self, token: Token) -> None:
        self.last_task = token
        if token.alive:
            self._remove_task(token.id)
        if not self.completed and self.is_empty():
            self.finish()


class Scope(_Tokens, BpmnSubWorkflow):  # type: ignore[misc]
    """A running sub-process or called process."""

    def __init__(self, spec: ProcessSpec, host: Token) -> None:
        self.host: Token = host
        super().__init__(spec, host.id, host.workflow.top_workflow, deserializing=True)
        self.holds_variables = False  #: True for a called process
        self.grow_root(f"{host.id}@")
        self.top_workflow.subprocesses[host.id] = self

    @property
    def parent_workflow(self) -> Instance | Scope:
        """The scope around this one."""
        return self.host.workflow


class Instance(_Tokens, BpmnWorkflow):  # type: ignore[misc]
    """A running process: lives for one step, between restoring its state and saving it again."""

    holds_variables: Final = True
    host = None

    def __init__(
        self, spec: ProcessSpec, subprocess_specs: Mapping[str, ProcessSpec], environment: Environment
    ) -> None:
        self.ready: deque[Token] = deque()
        self.serial = 0  #: the last key given out
        self.trace: list[TraceEvent] = []
        self.thrown: list[ThrownEvent] = []
        self.end_events: list[str] = []
        self.environment = environment
        self.asleep = Asleep()
        super().__init__(spec, subprocess_specs, FeelEngine(environment), deserializing=True)
        self.grow_root("@")

    def scopes(self) -> Iterator[Instance | Scope]:
        """Yield the process and every open sub-process, outer before inner."""
        yield self
        yield from list(self.subprocesses.values())

    def all_tokens(self) -> Iterator[Token]:
        """Yield every token of the instance that is awake."""
        for scope in self.scopes():
            yield from scope.tokens()

    def find(self, key: str) -> Token | None:
        """Return the token with a key, wherever it is; a repetition that sleeps wakes."""
        token = self.find_awake(key)
        for kind in OPEN if token is None and self.asleep else ():
            found = self.asleep.take(kind, key)
            if found is not None:
                rows.wake(self.find_awake(found[0]), found)
                return self.find_awake(key)
        return token

    def wake_all(self, kind: str) -> None:
        """Wake every repetition in which something of a kind waits."""
        for found in self.asleep.take_with(kind) if self.asleep else ():
            rows.wake(self.find_awake(found[0]), found)

    def wake_everything(self) -> None:
        """Wake every repetition, each body's in their order."""
        bodies: dict[str, Token] = {}
        for found in self.asleep.take_all() if self.asleep else ():
            body = self.find_awake(found[0])
            rows.wake(body, found)
            if body is not None:
                bodies[body.id] = body
        for body in bodies.values():
            body._children.sort(key=int)

    def wake_under(self, body: Token) -> None:
        """Wake every repetition of a body, oldest first."""
        if self.asleep and body.task_spec.is_body(body):
            for found in self.asleep.take_of(body.id):
                rows.wake(body, found)
            body._children.sort(key=int)

    def find_awake(self, key: str) -> Token | None:
        """Return the token with a key if it is awake."""
        for scope in self.scopes():
            token = scope.tasks.get(key)
            if token is not None and token is not scope.task_tree:
                return token
        return None

    def open_scope(self, host: Token, spec_name: str) -> Scope:
        """Make the scope inside an activity's token."""
        return Scope(self.subprocess_specs[spec_name], host)

    def get_task_from_id(self, task_id: str) -> Token | None:
        """Return the token with an id; None instead of the library's exception."""
        return self.find(task_id)

    def record(self, token: Token, kind: Any) -> None:
        """Note that something happened to an element."""
        spec = token.task_spec
        self.trace.append(
            TraceEvent(element_id=spec.name, kind=kind, name=spec.bpmn_name or "", type=spec.type)
        )

    def run_to_wait(self, settle: Callable[[Instance], bool]) -> None:
        """Run automatic elements, oldest token first, until only waits are left.

        ``settle`` is asked whenever nothing is ready: inclusive joins and conditions that look at the
        whole scope may let more run.
        """
        count = 0
        while True:
            while self.ready:
                token = self.ready.popleft()
                if token.alive and token.state == TaskState.READY:
                    token.run()
                count += 1
                if count > MAX_AUTOMATIC_ELEMENTS:
                    message = f"{token.task_spec.label}所在的循环没有任何等待，永远不会停下"
                    raise Broken(token.task_spec.name, "endless", message)
            if self.completed or not settle(self):
                return
