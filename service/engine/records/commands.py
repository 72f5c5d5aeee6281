"""What may be asked of an instance."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.engine.records.variables import JSON, Variables


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
    """Leave an open user task for an earlier element (退回) that the diagram need not draw.

    Only inside one scope (process or the same embedded sub-process) and only when nothing else is
    open in that scope besides what is bound to the task: a token cannot jump out of one branch of a
    parallel split. Anything else raises ``Unreachable``.
    """

    key: str  #: the open user task to leave
    element_id: str  #: the user task to open again
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TakeBack:
    """Open a user task again in the place of everything its completion opened (撤回), in one branch or more.

    Give it only after ``rehearse_taking_back``. What was closed around the task opens anew. Raises
    ``Unreachable`` where there is no way.
    """

    element_id: str  #: the user task that was completed last


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """Let one more do a user task that is done side by side: an item that its collection did not have.

    While others are at it he joins them. When all are done the instance goes back to the task for him
    alone, as long as nothing but an event is waited for after it. Anything else raises ``Unreachable``.
    """

    element_id: str  #: a user task with a parallel multi-instance
    item: JSON  #: what the collection would have held for him


Command = (
    Start
    | CompleteUserTask
    | CompleteServiceTask
    | FailServiceTask
    | FireTimer
    | DeliverEvent
    | ReturnTo
    | TakeBack
    | Repeat
)
