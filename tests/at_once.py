"""Doing things at the same moment, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from service.errors import ServiceError

T = TypeVar("T")


def at_once(actions: Sequence[Callable[[], T]]) -> list[T]:
    """Run actions in threads that begin together; return their results, or raise what one raised."""
    gate = threading.Barrier(len(actions))
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = actions[number]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(actions))]


def list_refusals(actions: Sequence[Callable[[], object]]) -> list[ServiceError | None]:
    """Run actions that begin together; return for each the error it was refused with, None if it was not."""
    return at_once([partial(_find_refusal, action) for action in actions])


def _find_refusal(action: Callable[[], object]) -> ServiceError | None:
    try:
        action()
    except ServiceError as refused:
        return refused
    return None
