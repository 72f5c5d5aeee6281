"""What a command came to: everything open, and what happened on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.engine.records.open_work import Open, OpenServiceTask, OpenUserTask, PendingTimer, Subscription
from service.engine.records.variables import JSON, Variables


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


@dataclass(frozen=True, kw_only=True)
class Step:
    """Everything that is open after a command, not what changed: reconciling it is idempotent."""

    state: bytes  #: empty when a Start ended in a fault: there is no instance
    variables: Mapping[str, JSON]  #: of the process scope; each is read when it is asked for
    user_tasks: Open[OpenUserTask] = field(default_factory=Open)
    service_tasks: Open[OpenServiceTask] = field(default_factory=Open)
    timers: Open[PendingTimer] = field(default_factory=Open)
    subscriptions: Open[Subscription] = field(default_factory=Open)
    thrown: tuple[ThrownEvent, ...] = ()  #: by this command only
    trace: tuple[TraceEvent, ...] = ()  #: of this command only
    completed: bool = False
    end_events: tuple[str, ...] = ()  #: ids of the process-level end events reached, when completed
    fault: Fault | None = None
