"""The duty of moving instances to another version of their diagram: one transaction each."""

from __future__ import annotations

import logging

from service.db import is_unavailable
from service.models import ItemStatus
from service.scheduler.wiring import Done, Wiring
from service.workflow.migration import moves

#: instances a call, so that the other duties get their turn
BATCH = 50
WORDS = {
    ItemStatus.MOVED: "实例迁移到新版流程",
    ItemStatus.LEFT: "实例留在原版流程",
    ItemStatus.PENDING: "实例迁移失败，稍后重试",
}

log = logging.getLogger(__name__)


def run_once(wiring: Wiring) -> Done:
    """Move a batch of instances. One that cannot move stays where it was; the others go on."""
    done = Done()
    with wiring.reading() as ctx:
        first = moves.next_due(ctx)
        if first is None or first > ctx.now:
            return done
    for _ in range(BATCH):
        status = _move_next(wiring)
        if status is None:
            break
        done[WORDS[status]] += 1
    if not done:
        with wiring.transaction() as ctx:
            done["迁移办完"] += len(moves.finish(ctx))
    return +done


def _move_next(wiring: Wiring) -> ItemStatus | None:
    item_id = None
    try:
        with wiring.transaction() as ctx:
            item = moves.take_due(ctx)
            if item is None:
                return None
            item_id = item.id
            return moves.do(ctx, item)
    except Exception as error:
        if item_id is None or is_unavailable(error):
            raise
        log.warning("migration item %s failed: %s: %s", item_id, type(error).__name__, error)
        with wiring.transaction() as ctx:
            return moves.fail(ctx, item_id, error) or ItemStatus.PENDING
