"""The clock: a function that returns an aware UTC datetime. Entry points ask it once; nothing below does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the present moment in UTC. The only place that reads the machine's clock."""
    return datetime.now(UTC)


class MovableClock:
    """A clock that stands still until it is moved: for tests and rehearsals."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def move(self, **delta: float) -> datetime:
        """Move on by a timedelta's keywords (``days=2``) and return the new moment."""
        self._now += timedelta(**delta)
        return self._now

    def move_to(self, moment: datetime) -> datetime:
        """Move to an aware moment and return it in UTC."""
        self._now = moment.astimezone(UTC)
        return self._now
