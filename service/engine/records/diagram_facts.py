"""What the rest of the service may know of a diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding about a diagram."""

    element_id: str | None
    message: str  #: one sentence, Chinese, naming the element as drawn
    fix: str  #: what to do about it, Chinese
    severity: Literal["error", "warning"] = "error"
    rule: str = ""  #: short stable name, e.g. "dangling-flow"


@dataclass(frozen=True, kw_only=True)
class Element:
    """One flow node of a diagram as the rest of the service sees it."""

    id: str
    name: str
    type: str  #: BPMN local name
    lane: str | None = None  #: name of the innermost lane
    scope: str | None = None  #: id of the embedded sub-process around it, or of the called process
    form_id: str | None = None
    candidate_groups: tuple[str, ...] = ()  #: as written, before evaluation
    topic: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  #: zeebe:taskHeaders
    decision: str | None = None  #: id of the decision a business rule task calls
    properties: Mapping[str, str] = field(default_factory=dict)  #: zeebe:properties
    documentation: str = ""

    @property
    def called(self) -> str:
        """What a sentence calls it: the drawn name, or the id where nothing is drawn."""
        return self.name or self.id


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
    reached: Mapping[str, Element]  #: the elements and those of the processes it calls, at any depth
    start_events: tuple[str, ...]  #: ids of its start events, first the none start event
    start_triggers: tuple[StartTrigger, ...] = ()  #: start events that wait for something
    throws: frozenset[tuple[str, str]] = frozenset()  #: kind and name of each message and signal thrown in it
