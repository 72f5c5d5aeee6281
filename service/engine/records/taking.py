"""What taking a completion back comes to."""

from __future__ import annotations

from dataclasses import dataclass

from service.engine.records.open_work import OpenServiceTask, OpenUserTask, Subscription
from service.engine.records.step import ThrownEvent, TraceEvent


@dataclass(frozen=True, kw_only=True)
class Taking:
    """What taking a completion back would close and open, and what the completion had set off."""

    user_tasks: tuple[OpenUserTask, ...]  #: that close
    service_tasks: tuple[OpenServiceTask, ...]  #: remote work that closes
    closes: tuple[Subscription, ...]  #: waits that end
    listens: tuple[Subscription, ...]  #: waits that begin anew
    topics: tuple[OpenServiceTask, ...]  #: worked inside the completion's step, in order
    thrown: tuple[ThrownEvent, ...]  #: by the completion
    trace: tuple[TraceEvent, ...]  #: of the completion, as it has to have been
