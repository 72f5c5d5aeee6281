"""The duty of watching where the calendar of working days ends, before a window needs the next year."""

from __future__ import annotations

import logging

from service.programmes.round import calendar_watch, calendars
from service.scheduler.wiring import Done, Wiring

log = logging.getLogger(__name__)


def run_once(wiring: Wiring) -> Done:
    """Plan nudges by a year that came with an upgrade; tell people, once a week, where the data ends."""
    with wiring.transaction() as ctx:
        last = calendars.replan_grown(ctx)
    if last is not None:
        log.info("the calendar of working days reaches to the end of %s", last)
    with wiring.transaction() as ctx:
        told = calendar_watch.tell(ctx)
    return Done({"提醒录入工作日历": told} if told else {})
