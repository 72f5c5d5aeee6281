"""What the composition root gives every duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from service.clock import Clock
from service.connectors.channel import Channel
from service.db import SessionFactory, read_only
from service.workflow.context import SYSTEM, Context, House
from service.workflow.job.jobs import RemoteTopic

#: what a duty did: a short Chinese label and how often; empty when nothing was due
Done = Counter[str]


def _let_pass() -> None:
    """Let every transaction begin."""


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """The same for the life of the process."""

    session_factory: SessionFactory
    clock: Clock
    house: House
    remote: Mapping[str, RemoteTopic] = field(default_factory=dict)  #: remote topics by name
    channels: Mapping[str, Channel] = field(default_factory=dict)  #: ways out, by the outbox's names
    wall_clock: Clock | None = None  #: what log-ins, locks and tokens go by; None: by ``clock``
    hourly: tuple[Callable[[Wiring], Done], ...] = ()  #: the domain's own housekeeping
    daily: tuple[Callable[[Wiring], Done], ...] = ()  #: what looks through everything that is kept
    gate: Callable[[], None] = _let_pass  #: asked before every transaction; raises while it must not begin

    @contextmanager
    def transaction(self) -> Iterator[Context]:
        """Open a transaction in which the system acts; commits at the end, rolls back on an error."""
        self.gate()
        with self.session_factory() as session, session.begin():
            yield self.context(session)

    @contextmanager
    def reading(self) -> Iterator[Context]:
        """Open a transaction that only reads: on SQLite it waits for no writer.

        It ends with a commit as well: psycopg forgets a connection's prepared statements at a rollback.
        """
        self.gate()
        with self.session_factory() as session:
            yield self.context(read_only(session))
            session.commit()

    def context(self, session: Session) -> Context:
        """Return the context of a transaction that begins now, in which the system acts."""
        wall_now = None if self.wall_clock is None else self.wall_clock()
        return Context(session=session, now=self.clock(), wall_now=wall_now, actor=SYSTEM, house=self.house)


Duty = Callable[[Wiring], Done]
