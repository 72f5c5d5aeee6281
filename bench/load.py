"""Clients that cost next to nothing: one thread, prepared requests, a connection for each."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench import approvals
from service.api.frame.blueprint import VERSION_PREFIX

_LISTEN_AGAIN = 0.2


@dataclass(kw_only=True)
class Load:
    """What a web server did in a window."""

    seconds: float
    statuses: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.statuses) / self.seconds


def complete(task_id: int, token: str) -> bytes:
    """Return the request that completes a task."""
    body = json.dumps(approvals.COMPLETION).encode()
    lines = [
        f"POST {VERSION_PREFIX}/user-tasks/{task_id}/complete HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, requests: Iterator[bytes], *, at_once: int, seconds: float) -> Load:
    """Keep so many requests under way until the seconds are over or there are no more; await the last."""
    load, began = Load(seconds=0.0), time.perf_counter()
    with selectors.DefaultSelector() as waiting:
        for request in (next(requests, None) for _ in range(at_once)):
            _begin(waiting, port, request)
        while waiting.get_map():
            for key, _ in waiting.select(_LISTEN_AGAIN):
                if (status := _go_on(waiting, key)) is not None:
                    load.statuses.append(status)
                    is_over = time.perf_counter() - began >= seconds
                    _begin(waiting, port, None if is_over else next(requests, None))
    load.seconds = time.perf_counter() - began
    return load


def _begin(waiting: selectors.BaseSelector, port: int, request: bytes | None) -> None:
    if request is None:
        return
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(request)
    waiting.register(connection, selectors.EVENT_READ, bytearray())


def _go_on(waiting: selectors.BaseSelector, key: selectors.SelectorKey) -> int | None:
    """Read on; returns the status once the server has closed the connection."""
    connection = key.fileobj
    assert isinstance(connection, socket.socket)
    part = connection.recv(65536)
    key.data.extend(part)
    if part:
        return None
    waiting.unregister(connection)
    connection.close()
    return int(key.data.split(b" ", 2)[1])
