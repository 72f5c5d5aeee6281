"""Moving a clock through time by way of everything that is due: demonstrations and rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select

from service.models import (
    ItemStatus,
    Job,
    JobStatus,
    MigrationItem,
    OutboxMessage,
    OutboxStatus,
    PendingStart,
    StartTimer,
    UserTask,
)
from service.models.process.retry import MAX_ATTEMPTS
from service.scheduler.wiring import Done
from service.workflow.context import Context

#: rounds of the duties at one moment before it is given up as endless
MAX_ROUNDS = 10_000


class Movable(Protocol):
    """A clock that can be moved on."""

    def __call__(self) -> datetime:
        """Return the moment it shows."""
        ...

    def move_to(self, moment: datetime) -> datetime:
        """Show a later moment."""
        ...


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What the duties did at one moment."""

    at: datetime
    sentence: str  #: Chinese, for the page and the timeline


class Endless(Exception):
    """The duties always find something due at one moment: a process goes in circles."""


def advance_clock(
    clock: Movable,
    until: datetime,
    duties: Sequence[Callable[[], Done]],
    next_due: Callable[[datetime], datetime | None],
) -> list[Happening]:
    """Move a clock to a moment, stopping at each moment at which something is due, and do it then.

    ``next_due`` is given a moment and returns the first later one at which something is due. What
    is done at one moment may make more due before ``until``; that is done in its turn.
    """
    happened: list[Happening] = []
    while True:
        happened += _do_all(clock(), duties)
        upcoming = next_due(clock())
        if upcoming is None or upcoming > until:
            break
        clock.move_to(upcoming)
    if clock() < until:
        clock.move_to(until)
        happened += _do_all(until, duties)
    return happened


def find_next_due(ctx: Context, after: datetime, *, with_timer_starts: bool = True) -> datetime | None:
    """Return the first moment after another at which a job, a start, a nudge, a move or a message is due."""
    moments = [
        select(func.min(Job.due_at)).where(Job.status == JobStatus.PENDING, Job.due_at > after),
        select(func.min(PendingStart.try_at)).where(
            PendingStart.try_at > after, PendingStart.attempts < MAX_ATTEMPTS
        ),
        select(func.min(UserTask.remind_at)).where(UserTask.remind_at > after),
        select(func.min(MigrationItem.try_at)).where(
            MigrationItem.status == ItemStatus.PENDING, MigrationItem.try_at > after
        ),
        select(func.min(OutboxMessage.due_at)).where(
            OutboxMessage.status == OutboxStatus.PENDING, OutboxMessage.due_at > after
        ),
    ]
    if with_timer_starts:
        tried = StartTimer.attempts < MAX_ATTEMPTS
        moments.append(select(func.min(StartTimer.try_at)).where(StartTimer.try_at > after, tried))
    found = [ctx.session.scalar(query) for query in moments]
    return min((moment for moment in found if moment is not None), default=None)


def _do_all(at: datetime, duties: Sequence[Callable[[], Done]]) -> list[Happening]:
    total = Done()
    for _ in range(MAX_ROUNDS):
        done = [duty() for duty in duties]
        for counted in done:
            total += counted
        if not any(done):
            return [Happening(at=at, sentence=_say(label, count)) for label, count in total.items()]
    raise Endless(f"something is always due at {at.isoformat()}: {dict(total)}")


def _say(label: str, count: int) -> str:
    return f"{label}，共 {count} 件" if count > 1 else label
