"""What is tried again: the columns of a row that waits to be worked off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Id

#: failures, some two hours of them, after which a row waits for somebody
MAX_ATTEMPTS = 8


class Retried:
    """For tables whose rows are worked off one by one, each until it succeeds or has failed too often."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    try_at: Mapped[datetime] = mapped_column(index=True)  #: when to look at it; later after a failure
    attempts: Mapped[int] = mapped_column(default=0)  #: that failed
    last_error: Mapped[str] = mapped_column(String(2000), default="")

    @property
    def is_given_up(self) -> bool:
        """Whether nobody tries it any more until somebody says so."""
        return self.attempts >= MAX_ATTEMPTS
