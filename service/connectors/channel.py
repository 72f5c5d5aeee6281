"""What every way out looks like: it takes one message and either delivers it or raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something to tell somebody outside the service."""

    key: str  #: names the occasion; two deliveries with one key are a duplicate
    recipient: str  #: an address the channel understands; empty where the channel has one of its own
    subject: str
    body: str
    at: datetime  #: when it is sent; aware


class Channel(Protocol):
    """A way out. New ones: copy ``apprise.py``, implement ``send``, name it in ``channels.py``."""

    def send(self, message: Message) -> None:
        """Deliver a message. Raises Undeliverable if it never can be, anything else to be asked again."""
        ...


class Undeliverable(Exception):
    """The channel refused this message for good: sending it again cannot help."""
