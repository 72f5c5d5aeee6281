"""What crosses the seam of the engine: commands in, a step out. Plain, frozen, free of SpiffWorkflow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeVar, overload
from zoneinfo import ZoneInfo

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
Variables = dict[str, JSON]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Start:
    """Begin an instance. The state given with it is None."""

    variables: Variables = field(default_factory=dict)
    start_event: str | None = None  #: id of the start event; None means the only none start event


@dataclass(frozen=True, kw_only=True)
class CompleteUserTask:
    """A person has finished an open user task."""

    key: str  #: OpenUserTask.key
    variables: Variables = field(default_factory=dict)  #: merged into the scope of the task


@dataclass(frozen=True, kw_only=True)
class CompleteServiceTask:
    """A remote topic has finished an open service task."""

    key: str  #: OpenServiceTask.key
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FailServiceTask:
    """A remote topic ended in a BPMN error. Uncaught by the diagram, it becomes a fault."""

    key: str
    error_code: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class FireTimer:
    """A timer is due. The engine fires it whatever ``now`` is: the caller owns the clock."""

    key: str  #: PendingTimer.key


@dataclass(frozen=True, kw_only=True)
class DeliverEvent:
    """A signal or message reaches one open subscription of this instance."""

    key: str  #: Subscription.key
    variables: Variables = field(default_factory=dict)  #: the payload, merged where it is caught


@dataclass(frozen=True, kw_only=True)
class ReturnTo:
    """Leave an open user task for an earlier element (退回 / 撤回) that the diagram need not draw.

    Only inside one scope (process or the same embedded sub-process) and only when nothing else is
    open in that scope besides what is bound to the task: a token cannot jump out of one branch of a
    parallel split. Anything else raises ``Unreachable``.
    """

    key: str  #: the open user task to leave
    element_id: str  #: the user task to open again
    variables: Variables = field(default_factory=dict)


Command = (
    Start | CompleteUserTask | CompleteServiceTask | FailServiceTask | FireTimer | DeliverEvent | ReturnTo
)


@dataclass(frozen=True, kw_only=True)
class OpenUserTask:
    """A user task (or manual task) that waits for a person."""

    key: str  #: unique in the instance, stable from step to step until it closes
    element_id: str
    name: str
    assignee: str | None = None  #: evaluated zeebe:assignmentDefinition
    candidate_groups: tuple[str, ...] = ()  #: each ``role@scope``, evaluated
    form_id: str | None = None
    due_date: datetime | None = None  #: aware, UTC
    follow_up_date: datetime | None = None  #: aware, UTC
    priority: int = 50
    inputs: Variables = field(
        default_factory=dict
    )  #: multi-instance input element, loopCounter, input mappings


@dataclass(frozen=True, kw_only=True)
class OpenServiceTask:
    """A service task that waits for its topic to be worked."""

    key: str
    element_id: str
    name: str
    topic: str  #: zeebe:taskDefinition type
    headers: Mapping[str, str] = field(default_factory=dict)  #: zeebe:taskHeaders
    variables: Variables = field(default_factory=dict)  #: the variables it can see
    retries: int = 3


@dataclass(frozen=True, kw_only=True)
class PendingTimer:
    """A timer the instance waits for."""

    key: str  #: each occurrence of a cycle has its own
    element_id: str
    due_at: datetime  #: aware, UTC


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A signal or message the instance waits for."""

    key: str
    element_id: str
    kind: Literal["signal", "message"]
    name: str
    correlation_key: str | None = None  #: evaluated zeebe:subscription; messages only


@dataclass(frozen=True, kw_only=True)
class ThrownEvent:
    """A signal or message this step threw, for others to catch.

    What waited for it inside the throwing instance has caught it already: deliver it to other
    instances only. A message caught inside does not appear here at all.
    """

    element_id: str
    kind: Literal["signal", "message"]
    name: str
    correlation_key: str | None = None
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TraceEvent:
    """Something that happened to an element during this step, in order."""

    element_id: str
    kind: Literal["entered", "completed", "cancelled"]
    name: str = ""
    type: str = ""  #: BPMN local name: userTask, exclusiveGateway, sequenceFlow …


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What went wrong inside the instance. The state in the Step is the one from before the command."""

    element_id: str
    kind: str  #: expression, uncaught-error, no-branch, stuck, ...
    message: str  #: a sentence that names the element and the offending text


class Open(Sequence[T]):
    """What is open of one kind, oldest first: the keys at once, each record when it is asked for."""

    def __init__(self, keys: Callable[[], list[str]] = list, load: Callable[[str], T] | None = None) -> None:
        self._find_keys, self._load = keys, load
        self._records: dict[str, T] = {}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The engine's keys, of everything."""
        return tuple(sorted(self._find_keys(), key=int))

    def besides(self, known: Collection[str]) -> list[T]:
        """Return the records whose key is not among those known: the others are not even read."""
        return [self._of(key) for key in self.keys if key not in known]

    def _of(self, key: str) -> T:
        if key not in self._records:
            if self._load is None:
                raise KeyError(key)
            self._records[key] = self._load(key)
        return self._records[key]

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(self._of(key) for key in self.keys[index])
        return self._of(self.keys[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as a list

    def __repr__(self) -> str:
        return repr(tuple(self))


@dataclass(frozen=True, kw_only=True)
class Step:
    """Everything that is open after a command, not what changed: reconciling it is idempotent."""

    state: bytes  #: empty when a Start ended in a fault: there is no instance
    variables: Variables  #: of the process scope
    user_tasks: Open[OpenUserTask] = field(default_factory=Open)
    service_tasks: Open[OpenServiceTask] = field(default_factory=Open)
    timers: Open[PendingTimer] = field(default_factory=Open)
    subscriptions: Open[Subscription] = field(default_factory=Open)
    thrown: tuple[ThrownEvent, ...] = ()  #: by this command only
    trace: tuple[TraceEvent, ...] = ()  #: of this command only
    completed: bool = False
    end_events: tuple[str, ...] = ()  #: ids of the process-level end events reached, when completed
    fault: Fault | None = None


class BpmnError(Exception):
    """Raised by a service task's worker: a boundary error event with this code may catch it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


class UncaughtBpmnError(Exception):
    """A BpmnError that no event in the diagram catches: the whole command is refused."""

    def __init__(self, element_id: str, error: BpmnError) -> None:
        super().__init__(f"{element_id}: {error.message or error.code}")
        self.element_id = element_id
        self.error = error


class NotOpen(Exception):
    """The command names something that is not open (any more)."""


class Unreachable(Exception):
    """A ReturnTo that the rules of scope forbid; the text says which."""


#: Works a service task inside the step: returns its result variables, or None to leave it open
#: (a remote topic). Raising BpmnError throws it into the diagram; any other exception leaves
#: ``advance`` untouched, so the caller's transaction rolls back.
Perform = Callable[[OpenServiceTask], Variables | None]


def leave_open(_task: OpenServiceTask) -> None:
    """Perform nothing: every service task waits for CompleteServiceTask."""
    return


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a step may ask of the world. ``now`` is an argument; no expression can read a clock."""

    now: datetime  #: aware, UTC
    zone: ZoneInfo  #: of the programme: dates, ``24:00`` and date-only timers are meant in it
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  #: extra FEEL functions by name
    perform: Perform = leave_open


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding about a diagram."""

    element_id: str | None
    message: str  #: one sentence, Chinese, naming the element as drawn
    fix: str  #: what to do about it, Chinese
    severity: Literal["error", "warning"] = "error"
    rule: str = ""  #: short stable name, e.g. "dangling-flow"


class Refused(Exception):
    """A diagram that cannot be published. Carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.element_id}: {p.message}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Element:
    """One flow node of a diagram as the rest of the service sees it."""

    id: str
    name: str
    type: str  #: BPMN local name
    lane: str | None = None  #: name of the innermost lane
    scope: str | None = None  #: id of the embedded sub-process around it
    form_id: str | None = None
    candidate_groups: tuple[str, ...] = ()  #: as written, before evaluation
    topic: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)  #: zeebe:properties
    documentation: str = ""


@dataclass(frozen=True, kw_only=True)
class StartTrigger:
    """What begins an instance by itself: the caller listens, and gives ``Start`` the element's id."""

    element_id: str  #: of the start event
    kind: Literal["message", "signal", "timer"]
    name: str  #: of the message or signal; a timer's text as written, see ``next_start``


@dataclass(frozen=True, kw_only=True)
class ProcessInfo:
    """One executable process of a diagram."""

    id: str
    name: str
    elements: Mapping[str, Element]
    start_events: tuple[str, ...]  #: ids of its start events, first the none start event
    start_triggers: tuple[StartTrigger, ...] = ()  #: start events that wait for something
