"""What the composition root gives every duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.clock import Clock
from service.connectors.channel import Channel
from service.db import SessionFactory, read_only
from service.workflow.context import SYSTEM, Context, House
from service.workflow.jobs import RemoteTopic

#: what a duty did: a short Chinese label and how often; empty when nothing was due
Done = Counter[str]


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """The same for the life of the process."""

    session_factory: SessionFactory
    clock: Clock
    house: House
    remote: Mapping[str, RemoteTopic] = field(default_factory=dict)  #: remote topics by name
    channels: Mapping[str, Channel] = field(default_factory=dict)  #: ways out, by the outbox's names

    @contextmanager
    def transaction(self) -> Iterator[Context]:
        """Open a transaction in which the system acts; commits at the end, rolls back on an error."""
        with self.session_factory() as session, session.begin():
            yield Context(session=session, now=self.clock(), actor=SYSTEM, house=self.house)

    @contextmanager
    def reading(self) -> Iterator[Context]:
        """Open a transaction that only reads: on SQLite it waits for no writer."""
        with self.session_factory() as session:
            yield Context(session=read_only(session), now=self.clock(), actor=SYSTEM, house=self.house)


Duty = Callable[[Wiring], Done]
