"""Nudges: when a task's next one is due, and sending those that are.

A task says by ``reminders`` how many working days from its due date it nudges: ``-7,-3,-1,0,+1``; ``+5*``
is every fifth working day after it, for as long as the task is open. One that says nothing is nudged by
the domain's plan, one that says the empty text never. The hour is the domain's, in its zone. When the next
one is due stands in the task's row; that one was sent stands in a row of its own for (task, rule,
occurrence), so nothing is sent twice and one rule never hides another. What was missed while the service
was down is caught up once, with the newest.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, bindparam, exists, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from service.engine.records import Element
from service.errors import ServiceError
from service.models import Instance, Reminder, TaskStatus, User, UserTask
from service.models.base import table_of
from service.pending_rows import add_row
from service.workflow import notifications
from service.workflow.context import Calendar, Context
from service.workflow.definition import deployments

BATCH = 200
POSTPONED = timedelta(hours=1)
_REPEATED = "*"
_LOOK_AGAIN = timedelta(days=1)  # for a calendar that ended before a repeated nudge did

log = logging.getLogger(__name__)

_DUE = (
    select(UserTask, Instance)
    .join(Instance, Instance.id == UserTask.instance_id)
    .where(UserTask.remind_at.is_not(None), UserTask.remind_at <= bindparam("now"))
    .order_by(UserTask.remind_at, UserTask.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=UserTask)
    .execution_options(populate_existing=True)
)


_reminder = table_of(Reminder)


def _record_once() -> Insert:
    """Insert a nudge that was not sent before: no row says that it was."""
    columns = [_reminder.c[name] for name in ("round_id", "user_task_id", "rule", "occurrence", "sent_at")]
    row = {column.name: bindparam(column.name, type_=column.type) for column in columns}
    sent = exists().where(
        *(_reminder.c[name] == row[name] for name in ("user_task_id", "rule", "occurrence"))
    )
    new = insert(_reminder).from_select(columns, select(*row.values()).where(~sent.correlate(None)))
    return new.execution_options(preserve_rowcount=True)


_RECORD = _record_once()
_NOTE = insert(_reminder)
_SENT = select(_reminder.c.user_task_id, _reminder.c.rule, _reminder.c.occurrence).where(
    _reminder.c.user_task_id.in_(bindparam("tasks", expanding=True))
)

#: task, rule and occurrence of a nudge
Sent = tuple[int, str, datetime]


@dataclass(frozen=True, kw_only=True)
class Nudge:
    """One nudge of a plan."""

    rule: str  #: as written: "-3", "0", "+1"; of a repeated one the day itself: "+5", "+10"
    at: datetime
    days_left: int


def plan(
    due: datetime, rules: str, at: time, zone: ZoneInfo, calendar: Calendar, *, until: datetime | None = None
) -> list[Nudge]:
    """Return the nudges for a due date, earliest first. A due date of 24:00 belongs to the day that ends.

    What is repeated without end goes on to the first nudge after ``until``, or is there once. A nudge that
    lies where the calendar has no data is left out; ``replan`` brings it once there is some.
    """
    last_day = find_due_day(due, zone)
    nudges: list[Nudge] = []
    for rule in (part.strip() for part in rules.split(",") if part.strip()):
        with suppress(ServiceError):
            if rule.endswith(_REPEATED):
                nudges += _repeat(int(rule.removesuffix(_REPEATED)), last_day, at, zone, calendar, until)
            else:
                nudges.append(_place(rule, last_day, at, zone, calendar))
    return sorted(nudges, key=lambda nudge: nudge.at)


def _place(rule: str, last_day: date, at: time, zone: ZoneInfo, calendar: Calendar) -> Nudge:
    days = int(rule)
    day = calendar.shift(last_day, days) if days else last_day
    return Nudge(rule=rule, at=datetime.combine(day, at, zone), days_left=(last_day - day).days)


def _repeat(
    step: int, last_day: date, at: time, zone: ZoneInfo, calendar: Calendar, until: datetime | None
) -> Iterator[Nudge]:
    day, days = last_day, 0
    while True:
        try:
            day, days = calendar.shift(day, max(step, 1)), days + max(step, 1)
        except ServiceError:  # the year's holidays are not announced yet
            if days == 0 or until is None:
                raise
            yield Nudge(rule="", at=until + _LOOK_AGAIN, days_left=0)
            return
        nudge = Nudge(rule=f"+{days}", at=datetime.combine(day, at, zone), days_left=(last_day - day).days)
        yield nudge
        if until is None or nudge.at > until:
            return


def find_due_day(due: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day a due moment belongs to: midnight is the 24:00 of the day before."""
    return (due.astimezone(zone) - timedelta(microseconds=1)).date()


def find_first_due(ctx: Context, task: UserTask, element: Element) -> datetime | None:
    """Return when a new or re-dated task's next nudge is due, or None.

    Nudges whose moment has passed already are left out.
    """
    if task.due_date is None or element.properties.get("reminders") == "":
        return None
    instance = task.instance or ctx.session.get_one(Instance, task.instance_id)
    nudges = _plan_of(ctx, instance, element, task.due_date)
    return next((nudge.at for nudge in nudges if nudge.at > ctx.now), None)


def take_due(ctx: Context, *, limit: int = BATCH) -> list[UserTask]:
    """Lock and return a batch of tasks whose nudge is due.

    Rows are claimed with SKIP LOCKED, so several workers share the batch.
    """
    rows: list[Any] = list(ctx.session.execute(_DUE, {"now": ctx.now, "limit": limit}))
    for task, instance in rows:
        set_committed_value(task, "instance", instance)
    return [task for task, _ in rows]


def next_due(ctx: Context) -> datetime | None:
    """Return when the next nudge is due."""
    query = select(UserTask.remind_at).where(UserTask.remind_at.is_not(None))
    return ctx.session.scalar(query.order_by(UserTask.remind_at).limit(1))


def postpone(ctx: Context, task_id: int, error: BaseException) -> None:
    """Put off the nudge of a task that could not be nudged, so that it does not hold up the others."""
    task = ctx.session.get(UserTask, task_id, with_for_update=True)
    if task is not None and task.remind_at is not None and task.remind_at <= ctx.now:
        log.error("task %s could not be nudged, next try in %s: %s", task_id, POSTPONED, error)
        task.remind_at = ctx.now + POSTPONED


def find_sent(ctx: Context, tasks: Sequence[UserTask]) -> set[Sent]:
    """Return which nudges of tasks that ``take_due`` locked were sent; nobody else sends any meanwhile."""
    rows = ctx.session.execute(_SENT, {"tasks": [task.id for task in tasks]})
    return {(task_id, rule, occurrence) for task_id, rule, occurrence in rows}


def send(ctx: Context, task: UserTask, responsible: Sequence[User], sent: Collection[Sent]) -> bool:
    """Send whoever has to act the nudge of a task ``take_due`` returned and plan its next.

    False if none was left, or ``sent`` says that it went out before.
    """
    if task.status != TaskStatus.OPEN or task.due_date is None:
        task.remind_at = None
        return False
    element = deployments.get_element(ctx, task.instance, task.element_id)
    zone = ctx.domain.zone(ctx, task.instance)
    nudges = _plan_of(ctx, task.instance, element, task.due_date)
    due = [nudge for nudge in nudges if task.created_at < nudge.at <= ctx.now]
    task.remind_at = next((nudge.at for nudge in nudges if nudge.at > ctx.now), None)
    if not due or (task.id, due[-1].rule, task.due_date) in sent:
        return False
    add_row(ctx.session, _NOTE, **_row(ctx, task, due[-1].rule, task.due_date))
    days_left = (find_due_day(task.due_date, zone) - ctx.now.astimezone(zone).date()).days
    text = ctx.domain.reminder_text(ctx, task, days_left)
    dedupe = f"reminder:{task.id}:{due[-1].rule}:{task.due_date:%Y%m%d%H%M}"
    told = list(responsible)
    if due[-1].rule.startswith("+") and "escalate-to" in element.properties:
        told += _escalated(ctx, task, element, responsible)
    notifications.notify(
        ctx, told, kind="reminder", text=text, dedupe=dedupe, round_id=task.round_id, task=task
    )
    return True


def replan(ctx: Context, first: datetime, last: datetime) -> None:
    """Let the open tasks due in a period be planned anew on the next beat: the calendar knows more of it.

    What lay beyond it comes; of what was missed meanwhile, the newest; what was sent is not sent again.
    """
    due = UserTask.status == TaskStatus.OPEN, UserTask.due_date.between(first, last)
    ctx.session.execute(update(UserTask).where(*due).values(remind_at=ctx.now))


def rearm(ctx: Context, task: UserTask) -> None:
    """Plan a task's nudges anew after its due date moved."""
    element = deployments.get_element(ctx, task.instance, task.element_id)
    task.remind_at = find_first_due(ctx, task, element)


def nudge_by_hand(ctx: Context, task: UserTask) -> int:
    """Nudge (催办) whoever has to act, in the actor's name; once a minute and person at most."""
    occurrence = ctx.now.replace(second=0, microsecond=0)
    sent = _record(ctx, task, f"by:{ctx.actor.user_id}", occurrence)
    if not sent:
        return 0
    text = f"{ctx.actor.name} 催办：{task.title} — {task.name}。请尽快办理。"
    dedupe = f"nudge:{task.id}:{ctx.actor.user_id}:{occurrence:%Y%m%d%H%M}"
    return notifications.notify(
        ctx, notifications.list_responsible(ctx, task), kind="nudge", text=text, dedupe=dedupe,
        round_id=task.round_id, task=task,
    )  # fmt: skip


def _plan_of(ctx: Context, instance: Instance, element: Element, due: datetime) -> list[Nudge]:
    usual, at = ctx.domain.nudges(ctx, instance)
    rules = element.properties.get("reminders", usual)
    if not rules:
        return []
    zone, calendar = ctx.domain.zone(ctx, instance), ctx.domain.calendar(ctx, instance)
    return plan(due, rules, at, zone, calendar, until=ctx.now)


def _escalated(ctx: Context, task: UserTask, element: Element, responsible: Sequence[User]) -> list[User]:
    groups = tuple(part.strip() for part in element.properties["escalate-to"].split(",") if part.strip())
    resolved = ctx.domain.resolve(ctx, task.instance, groups)
    asked = {user.id for user in responsible}
    return [user for user in notifications.list_holders(ctx, resolved.groups) if user.id not in asked]


def _record(ctx: Context, task: UserTask, rule: str, occurrence: datetime) -> bool:
    """Note that a nudge is sent; False if it was sent before."""
    result: Any = ctx.session.execute(_RECORD, _row(ctx, task, rule, occurrence))
    return bool(result.rowcount)


def _row(ctx: Context, task: UserTask, rule: str, occurrence: datetime) -> dict[str, Any]:
    return {
        "round_id": task.round_id,
        "user_task_id": task.id,
        "rule": rule,
        "occurrence": occurrence,
        "sent_at": ctx.now,
    }
