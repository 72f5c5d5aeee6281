"""The duty of beginning instances by the clock: one transaction an occurrence."""

from __future__ import annotations

import logging

from service.db import is_unavailable
from service.scheduler.wiring import Done, Wiring
from service.workflow import start_timers

#: occurrences a call, so that the other duties get their turn while a long outage is made up for
BATCH = 50

log = logging.getLogger(__name__)


def run_once(wiring: Wiring) -> Done:
    """Begin a batch of instances that are due. An occurrence that fails is put off, the others go on."""
    done = Done()
    with wiring.reading() as ctx:
        first = start_timers.next_due(ctx)
        if first is None or first > ctx.now:
            return done
    for _ in range(BATCH):
        label = _start_next(wiring)
        if label is None:
            break
        done[label] += 1
    return done


def _start_next(wiring: Wiring) -> str | None:
    timer_id = None
    try:
        with wiring.transaction() as ctx:
            timer = start_timers.take_due(ctx)
            if timer is None:
                return None
            timer_id = timer.id
            instance = start_timers.run(ctx, timer)
            return "错过的定时启动已略过" if instance is None else f"定时启动“{instance.title}”"
    except Exception as error:
        # without a timer, or without a database, there is nothing to note the failure in
        if timer_id is None or is_unavailable(error):
            raise
        log.warning("start timer %s failed: %s: %s", timer_id, type(error).__name__, error)
        with wiring.transaction() as ctx:
            start_timers.put_off(ctx, timer_id, error)
        return "定时启动失败，稍后重试"
