"""The duties of beginning instances, by the clock and by messages and signals: one transaction each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from service.db import is_unavailable
from service.models import Instance, PendingStart, StartTimer
from service.scheduler.wiring import Done, Wiring
from service.workflow.context import Context
from service.workflow.job import due_starts, event_starts, start_timers
from service.workflow.job.due_starts import Start

#: instances a call, so that the other duties get their turn
BATCH = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Source(Generic[Start]):
    """Rows of one kind that begin instances, and the words for what becomes of them."""

    kind: type[Start]
    begin: Callable[[Context, Start], Instance | int | None]
    begun: Callable[[Start], str]  #: what began it
    skipped: Callable[[Start], str]
    failed: str


_WORDS = {"signal": "信号", "message": "消息", "timer": "定时"}


def _word_of(pending: PendingStart) -> str:
    return _WORDS.get(pending.kind, "")


def _name_of(start: PendingStart | StartTimer, instance: Instance) -> str:
    """Return what was begun: of many that were begun for a subject each, what they have in common."""
    many = isinstance(start, PendingStart) and start.subject is not None
    return instance.title.partition(" · ")[0] if many else instance.title


TIMERS = _Source(
    kind=StartTimer,
    begin=start_timers.begin,
    begun=lambda _timer: "定时启动",
    skipped=lambda _timer: "错过的定时启动已略过",
    failed="定时启动失败，稍后重试",
)
EVENTS = _Source(
    kind=PendingStart,
    begin=event_starts.begin,
    begun=lambda pending: f"{_word_of(pending)}启动",
    skipped=lambda pending: f"多余的{_word_of(pending)}已略过",
    failed="由事件启动失败，稍后重试",
)


def begin_by_timers(wiring: Wiring) -> Done:
    """Begin a batch of instances whose time has come."""
    return _run_batch(wiring, TIMERS)


def begin_by_events(wiring: Wiring) -> Done:
    """Begin a batch of instances that a message or signal started."""
    return _run_batch(wiring, EVENTS)


def _run_batch(wiring: Wiring, source: _Source[Start]) -> Done:
    """Begin what is due. A start that fails is put off, the others go on."""
    done = Done()
    with wiring.reading() as ctx:
        first = due_starts.next_due(ctx, source.kind)
        if first is None or first > ctx.now:
            return done
    for _ in range(BATCH):
        label = _start_next(wiring, source)
        if label is None:
            break
        done[label] += 1
    return done


def _start_next(wiring: Wiring, source: _Source[Start]) -> str | None:
    start_id = None
    try:
        with wiring.transaction() as ctx:
            start = due_starts.take_due(ctx, source.kind)
            if start is None:
                return None
            start_id, begun, skipped = start.id, source.begun(start), source.skipped(start)
            instance = source.begin(ctx, start)
            if isinstance(instance, int):
                return f"{begun}，共 {instance} 件"
            return skipped if instance is None else f"{begun}“{_name_of(start, instance)}”"
    except Exception as error:
        # without a row, or without a database, there is nothing to note the failure in
        if start_id is None or is_unavailable(error):
            raise
        log.warning("%s %s failed: %s: %s", source.kind.__name__, start_id, type(error).__name__, error)
        with wiring.transaction() as ctx:
            due_starts.put_off(ctx, source.kind, start_id, error)
        return source.failed
