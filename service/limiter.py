"""Limits on how often an address may do something."""

from __future__ import annotations

import flask_limiter
from flask_limiter.util import get_remote_address


class Limiter(flask_limiter.Limiter):
    """Limits the views that ask for it: those look for themselves, so no other request is held up.

    The library looks before every request, too, for limits of the whole application. There are none.
    """

    def __init__(self, *, headers_enabled: bool) -> None:
        super().__init__(get_remote_address, storage_uri="memory://", headers_enabled=headers_enabled)

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)
