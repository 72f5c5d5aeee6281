"""Steering a demonstration's clock from a page, while nothing else of the process runs by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from service.scheduler import demonstration_clock
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.stepping import Happening
from service.scheduler.ticker import Ticker
from service.scheduler.wiring import Wiring


class Steering:
    """Moves the demonstration's clock by way of everything that becomes due."""

    def __init__(
        self, wiring: Wiring, clock: DemonstrationClock, ticker: Callable[[], Ticker | None]
    ) -> None:
        self._wiring = wiring
        self._clock = clock
        self._ticker = ticker

    def move_to(self, moment: datetime) -> Sequence[Happening]:
        """Move to a moment and return what happened on the way."""
        with self._alone():
            return demonstration_clock.move_to(self._wiring, self._clock, moment)

    def move_to_next_due(self) -> Sequence[Happening]:
        """Move to the next moment at which something is due and return what happened."""
        with self._alone():
            return demonstration_clock.move_to_next_due(self._wiring, self._clock)

    def _alone(self) -> AbstractContextManager[object]:
        ticker = self._ticker()
        return ticker.pulse.paused() if ticker else nullcontext()
