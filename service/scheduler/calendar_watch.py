"""The duty of telling people that the calendar of working days ends, before a window needs the next year."""

from __future__ import annotations

from service.programmes.round import calendar_watch
from service.scheduler.wiring import Done, Wiring


def run_once(wiring: Wiring) -> Done:
    """Tell administrators and organisers where the data ends soon; once a week."""
    with wiring.transaction() as ctx:
        told = calendar_watch.tell(ctx)
    return Done({"提醒录入工作日历": told} if told else {})
