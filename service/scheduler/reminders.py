"""The duty of nudging: tasks whose next nudge is due, a batch a transaction."""

from __future__ import annotations

from service.db import is_unavailable
from service.scheduler.wiring import Done, Wiring
from service.workflow import notifications
from service.workflow.instance import reminders


def run_once(wiring: Wiring) -> Done:
    """Send one batch of due nudges. A task that cannot be nudged is put off and the others go on."""
    done = Done()
    with wiring.reading() as ctx:
        first = reminders.next_due(ctx)
        if first is None or first > ctx.now:
            return done
    current: int | None = None
    try:
        with wiring.transaction() as ctx:
            tasks = reminders.take_due(ctx)
            responsible = notifications.find_responsible(ctx, tasks)
            sent = reminders.find_sent(ctx, tasks)
            # each task asks only for rows of its own: what the others wrote is written once, at the end
            with ctx.session.no_autoflush:
                for task in tasks:
                    current = task.id
                    nudged = reminders.send(ctx, task, responsible[task.id], sent)
                    done["催办提醒" if nudged else "过期的催办已略过"] += 1
    except Exception as error:
        if current is None or is_unavailable(error):
            raise
        with wiring.transaction() as ctx:
            reminders.postpone(ctx, current, error)
        return Done({"催办失败，一小时后再试": 1})
    return done
