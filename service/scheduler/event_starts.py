"""The duty of beginning instances that a message or signal started: one transaction an instance."""

from __future__ import annotations

import logging

from service.db import is_unavailable
from service.scheduler.wiring import Done, Wiring
from service.workflow import event_starts

#: instances a call, so that the other duties get their turn
BATCH = 50

log = logging.getLogger(__name__)


def run_once(wiring: Wiring) -> Done:
    """Begin a batch of instances. One that cannot begin is put off, the others go on."""
    done = Done()
    with wiring.reading() as ctx:
        first = event_starts.next_due(ctx)
        if first is None or first > ctx.now:
            return done
    for _ in range(BATCH):
        label = _start_next(wiring)
        if label is None:
            break
        done[label] += 1
    return done


def _start_next(wiring: Wiring) -> str | None:
    pending_id = None
    try:
        with wiring.transaction() as ctx:
            pending = event_starts.take_due(ctx)
            if pending is None:
                return None
            pending_id, what = pending.id, "信号" if pending.kind == "signal" else "消息"
            instance = event_starts.run(ctx, pending)
            return f"多余的{what}已略过" if instance is None else f"{what}启动“{instance.title}”"
    except Exception as error:
        # without a row, or without a database, there is nothing to note the failure in
        if pending_id is None or is_unavailable(error):
            raise
        log.warning("pending start %s failed: %s: %s", pending_id, type(error).__name__, error)
        with wiring.transaction() as ctx:
            event_starts.put_off(ctx, pending_id, error)
        return "由事件启动失败，稍后重试"
