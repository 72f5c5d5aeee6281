"""The four kinds of error an entry point can answer. Layers subclass them beside the code that raises."""

from __future__ import annotations

from collections.abc import Mapping


class ServiceError(Exception):
    """Something the caller can be told in one sentence.

    ``message`` is a sentence for a person, in the language of the interface: what is wrong and what
    to do. ``fields`` maps form fields to their own sentences.
    """

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class NotFound(ServiceError):
    """There is no such thing, or the actor may not know that there is."""


class Forbidden(ServiceError):
    """The actor may see it, and may not do this to it."""


class Invalid(ServiceError):
    """The request itself is wrong: the same request can never succeed."""


class Conflict(ServiceError):
    """The request was right, and came too late or found the place taken."""
