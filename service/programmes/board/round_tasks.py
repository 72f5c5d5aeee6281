"""The tasks of a round's own process: what has been done in it, and what is left and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from service.models import Candidate, Round, TaskStatus, Unit, User, UserTask
from service.workflow import notifications
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the round's process and how often it waits, or was done."""

    element_id: str
    name: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A task of the round: whose it is while it is open, and who did it."""

    task: UserTask
    units: Sequence[str]
    people: Sequence[str]


def list_steps(ctx: Context, entry: Round, status: TaskStatus) -> Sequence[Step]:
    """Return the steps that have tasks of a status, in the order in which they first had one."""
    columns = (UserTask.element_id, func.min(UserTask.name), func.count())
    query = _of_round(entry, status, select(*columns)).group_by(UserTask.element_id)
    rows = ctx.session.execute(query.order_by(func.min(UserTask.id)))
    return [Step(element_id=row[0], name=row[1], number=row[2]) for row in rows]


def list_page(
    ctx: Context, entry: Round, status: TaskStatus, *, element_id: str = "", limit: int, offset: int = 0
) -> Sequence[Duty]:
    """Return some tasks of a status: those that wait in the order they are due, the others newest first."""
    query = _of_round(entry, status, select(UserTask))
    if element_id:
        query = query.where(UserTask.element_id == element_id)
    is_open = status == TaskStatus.OPEN
    order = (
        (UserTask.due_date.nulls_last(), UserTask.id)
        if is_open
        else (UserTask.completed_at.desc(), UserTask.id.desc())
    )
    tasks = list(ctx.session.scalars(query.order_by(*order).limit(limit).offset(offset)))
    if not tasks:
        return []
    return _list_waiting(ctx, tasks) if is_open else _list_done(ctx, tasks)


def _of_round(entry: Round, status: TaskStatus, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.where(UserTask.instance_id == entry.instance_id, UserTask.status == status)


def _list_waiting(ctx: Context, tasks: Sequence[UserTask]) -> Sequence[Duty]:
    people = notifications.find_responsible(ctx, tasks)
    offered: dict[int, list[str]] = {task.id: [] for task in tasks}
    groups = select(Candidate.user_task_id, Candidate.group_key).where(Candidate.user_task_id.in_(offered))
    for task_id, group in ctx.session.execute(groups.order_by(Candidate.group_key)):
        offered[task_id].append(group.rpartition("@")[2])
    codes = {code for keys in offered.values() for code in keys}
    rows = ctx.session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes)))
    names = {row[0]: row[1] for row in rows}
    return [
        Duty(
            task=task,
            units=list(dict.fromkeys(names[code] for code in offered[task.id] if code in names)),
            people=[user.name for user in people[task.id]],
        )
        for task in tasks
    ]


def _list_done(ctx: Context, tasks: Sequence[UserTask]) -> Sequence[Duty]:
    query = select(User.id, User.name, Unit.name).join(Unit, Unit.id == User.unit_id)
    rows = ctx.session.execute(query.where(User.id.in_({task.completed_by_id for task in tasks})))
    known = {row[0]: (row[1], row[2]) for row in rows}
    found = []
    for task in tasks:
        name, unit = known.get(task.completed_by_id or 0, ("系统", ""))
        found.append(Duty(task=task, units=[unit] if unit else [], people=[name]))
    return found
