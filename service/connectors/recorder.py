"""The in-memory twin of a channel, for tests and rehearsals: it keeps what it was given."""

from __future__ import annotations

from service.connectors.channel import Message


class Recorder:
    """Keeps every message in ``sent``; raises the errors put into ``refusals`` first, one a call."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.refusals: list[Exception] = []

    def send(self, message: Message) -> None:
        """Keep a message, or raise the next refusal."""
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.append(message)
