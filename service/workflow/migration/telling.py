"""Telling whoever has to act that a deadline of his moved with the diagram."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.engine.records import Deadline
from service.models import Instance, UserTask
from service.workflow import notifications
from service.workflow.context import Context

KIND = "deadline.moved"


def tell(
    ctx: Context, instance: Instance, tasks: Iterable[UserTask], deadlines: Sequence[Deadline], reason: str
) -> None:
    """Tell those who have to act on each task what moved, was added or fell away at it."""
    zone = ctx.domain.zone(ctx, instance)
    for task in tasks:
        mine = [one for one in deadlines if one.task_key == task.key]
        if not mine:
            continue
        what = "；".join(_say(one, zone) for one in mine)
        text = f"“{task.title} — {task.name}”随流程图改版调整：{what}。原因：{reason}"
        notifications.notify(
            ctx, notifications.list_responsible(ctx, task), kind=KIND, text=text,
            dedupe=f"migrated:{task.id}:{instance.moved}", round_id=task.round_id, task=task,
        )  # fmt: skip


def _say(deadline: Deadline, zone: ZoneInfo) -> str:
    what = "截止时间" if deadline.kind == "task" else f"“{deadline.name}”"
    if deadline.before is None and deadline.after is not None:
        return f"{what}新定为 {_write(deadline.after, zone)}"
    if deadline.after is None and deadline.before is not None:
        return f"{what}（{_write(deadline.before, zone)}）取消"
    moments = [_write(at, zone) for at in (deadline.before, deadline.after) if at is not None]
    return f"{what}由 {moments[0]} 改为 {moments[-1]}"


def _write(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment as people say it: midnight is the 24:00 of the day before."""
    there = moment.astimezone(zone)
    if (there.hour, there.minute) == (0, 0):
        return f"{there - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{there:%Y-%m-%d %H:%M}"
