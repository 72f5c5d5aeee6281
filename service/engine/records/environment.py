"""What a step may ask of the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.engine.records.open_work import OpenServiceTask
from service.engine.records.variables import Variables

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
