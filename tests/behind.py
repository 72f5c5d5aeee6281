"""Doing something while somebody else's transaction is open: what does not wait for it shows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

#: seconds in which whatever is not held up has long been done
HEAD_START = 1.0


def behind(action: Callable[[], T]) -> Callable[[], T]:
    """Begin an action in a thread while this one's transaction is open, and give it time to come to a lock.

    The call that is returned waits for the action's result, or raises what it raised; make it after the
    commit.
    """
    executor = ThreadPoolExecutor(max_workers=1)
    begun = executor.submit(action)
    executor.shutdown(wait=False)
    wait([begun], timeout=HEAD_START)
    return begun.result
