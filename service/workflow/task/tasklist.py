"""The inbox: 待办, 已办, 我发起 and 抄送, with filters, pages and counts. One query a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, func, select, union_all
from sqlalchemy.orm import aliased, joinedload

from service.models import (
    Candidate,
    HeldDecision,
    Instance,
    Signer,
    SignerPlace,
    TaskCopy,
    TaskStatus,
    UserTask,
)
from service.workflow.context import Context

PAGE = 30
MAX_COUNT = 1000  #: counts stop here: nobody needs to know whether it is 1,000 or 40,000
_HORIZON = {"today": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What an inbox list is narrowed to."""

    text: str = ""  #: part of the title
    element_id: str = ""
    round_id: int | None = None
    batch_key: str = ""
    #: later: before its follow-up date; recused: those the actor must step back from
    due: Literal["", "overdue", "today", "week", "later", "recused"] = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list."""

    rows: Sequence[Any]
    number: int
    has_next: bool


def list_todo(ctx: Context, narrow: Filter, *, page: int = 1) -> Page:
    """Return the open tasks offered or assigned to the actor, the most urgent first.

    What has a follow-up date is not among them before it, nor what he must step back from (回避), unless
    it is asked for. Whoever has the address of the first may do it, of the second pass it on.
    """
    when = UserTask.follow_up_date > ctx.now if narrow.due == "later" else _may_begin(ctx)
    asked = _is_offered(ctx) & _steps_back(ctx) if narrow.due == "recused" else is_todo(ctx)
    query = _narrowed(ctx, select(UserTask).where(asked, when), narrow)
    order = (UserTask.due_date.is_(None), UserTask.due_date, UserTask.priority.desc(), UserTask.id)
    return _page(ctx, query.order_by(*order), page)


def list_done(ctx: Context, narrow: Filter, *, page: int = 1) -> Page:
    """Return the tasks the actor completed, newest first."""
    query = select(UserTask).where(UserTask.completed_by_id == ctx.actor.user_id)
    return _page(
        ctx, _narrowed(ctx, query, narrow).order_by(UserTask.completed_at.desc(), UserTask.id.desc()), page
    )


def list_started(ctx: Context, narrow: Filter, *, page: int = 1) -> Page:
    """Return the instances the actor started, newest first."""
    query = select(Instance).where(Instance.started_by_id == ctx.actor.user_id)
    if narrow.text:
        query = query.where(Instance.title.contains(narrow.text, autoescape=True))
    if narrow.round_id is not None:
        query = query.where(Instance.round_id == narrow.round_id)
    return _page(ctx, query.order_by(Instance.id.desc()), page)


def list_copies(ctx: Context, narrow: Filter, *, page: int = 1) -> Page:
    """Return the copies the actor received, newest first."""
    query = select(TaskCopy).join(TaskCopy.task).where(TaskCopy.user_id == ctx.actor.user_id)
    query = _narrowed(ctx, query, narrow).options(joinedload(TaskCopy.task))
    return _page(ctx, query.order_by(TaskCopy.copied_at.desc()), page)


def list_signing(ctx: Context, narrow: Filter, *, page: int = 1) -> Page:
    """Return the open tasks the actor is asked to sign (加签), those asked first first."""
    query = select(Signer).join(Signer.task).where(_is_to_sign(ctx))
    query = _narrowed(ctx, query, narrow).options(joinedload(Signer.task))
    return _page(ctx, query.order_by(Signer.id), page)


def _is_to_sign(ctx: Context) -> ColumnElement[bool]:
    """Asked and not answered: before the task may be completed, or after it was decided."""
    decided = exists().where(HeldDecision.user_task_id == UserTask.id)
    return (
        Signer.user_id.in_(sorted(ctx.actor.may_act_as))
        & Signer.answered_at.is_(None)
        & (UserTask.status == TaskStatus.OPEN)
        & ((Signer.place == SignerPlace.BEFORE) | decided)
    )


def count(ctx: Context) -> dict[str, int]:
    """Return how many rows each list has, up to MAX_COUNT, in one statement."""
    me = ctx.actor.user_id
    lists: dict[str, Any] = {
        "todo": select(UserTask.id).where(is_todo(ctx), _may_begin(ctx)),
        "signing": select(Signer.id).join(Signer.task).where(_is_to_sign(ctx)),
        "done": select(UserTask.id).where(UserTask.completed_by_id == me),
        "started": select(Instance.id).where(Instance.started_by_id == me),
        "copies": select(TaskCopy.id).where(TaskCopy.user_id == me),
    }
    capped = [
        select(func.count()).select_from(query.limit(MAX_COUNT).subquery()).scalar_subquery().label(name)
        for name, query in lists.items()
    ]
    row = ctx.session.execute(select(*capped)).one()
    return dict(row._mapping)


def count_todo(ctx: Context) -> int:
    """Return how many tasks the actor has to do, up to MAX_COUNT: what every page shows."""
    found = select(UserTask.id).where(is_todo(ctx), _may_begin(ctx)).limit(MAX_COUNT)
    return ctx.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def list_steps(ctx: Context) -> list[tuple[str, str]]:
    """Return (element_id, name) of the steps at which something waits for the actor."""
    query = select(UserTask.element_id, func.min(UserTask.name)).where(is_todo(ctx))
    query = query.group_by(UserTask.element_id).order_by(UserTask.element_id)
    return [(row[0], row[1]) for row in ctx.session.execute(query)]


def list_batch(ctx: Context, round_id: int, element_id: str, batch_key: str | None = None) -> list[UserTask]:
    """Return the open tasks of one step the actor may do on one page, by title."""
    query = select(UserTask).where(
        is_todo(ctx), _may_begin(ctx), UserTask.round_id == round_id, UserTask.element_id == element_id
    )
    if batch_key is not None:
        query = query.where(UserTask.batch_key == batch_key)
    return list(ctx.session.scalars(query.order_by(UserTask.id)))


def list_batches(ctx: Context) -> list[Any]:
    """Return (round_id, element_id, name, batch_key, open) for the steps the actor may do in batches."""
    query = (
        select(
            UserTask.round_id,
            UserTask.element_id,
            UserTask.name,
            UserTask.batch_key,
            func.count().label("open"),
        )
        .where(is_todo(ctx), _may_begin(ctx), UserTask.batch_key.is_not(None))
        .group_by(UserTask.round_id, UserTask.element_id, UserTask.name, UserTask.batch_key)
        .order_by(UserTask.round_id, UserTask.element_id, UserTask.batch_key)
    )
    return list(ctx.session.execute(query))


def is_todo(ctx: Context) -> ColumnElement[bool]:
    """Return the condition under which an open task is the actor's to do, now that he need not step back."""
    return _is_offered(ctx) & ~_steps_back(ctx)


def _steps_back(ctx: Context) -> ColumnElement[bool]:
    """What he was given by name he must pass on himself, so it stays with him."""
    marked = UserTask.steps_back.is_not(None) & UserTask.assignee_id.is_(None)
    return marked & ctx.domain.must_step_back(ctx)


def _is_offered(ctx: Context) -> ColumnElement[bool]:
    """Return the condition under which an open task is offered or assigned to the actor.

    It names the tasks by two indexes, his own and those of his groups: tasks of others cost nothing.
    """
    me = ctx.actor.user_id
    found = select(Candidate.user_task_id).where(Candidate.group_key.in_(sorted(ctx.actor.task_groups)))
    free_or_mine = UserTask.assignee_id.is_(None)
    if me is not None:
        own = aliased(UserTask)
        ours = sorted(ctx.actor.may_act_as)
        claimed = select(own.id).where(own.assignee_id.in_(ours), own.status == TaskStatus.OPEN)
        return (
            (UserTask.status == TaskStatus.OPEN)
            & UserTask.id.in_(union_all(found, claimed))
            & (free_or_mine | UserTask.assignee_id.in_(ours))
        )
    return (UserTask.status == TaskStatus.OPEN) & UserTask.id.in_(found) & free_or_mine


def _may_begin(ctx: Context) -> ColumnElement[bool]:
    """Whether a task's follow-up date, if it has one, has come (as in Camunda's own task list)."""
    return UserTask.follow_up_date.is_(None) | (UserTask.follow_up_date <= ctx.now)


def _narrowed(ctx: Context, query: Select[Any], narrow: Filter) -> Select[Any]:
    if narrow.text:
        query = query.where(UserTask.title.contains(narrow.text, autoescape=True))
    if narrow.element_id:
        query = query.where(UserTask.element_id == narrow.element_id)
    if narrow.round_id is not None:
        query = query.where(UserTask.round_id == narrow.round_id)
    if narrow.batch_key:
        query = query.where(UserTask.batch_key == narrow.batch_key)
    if narrow.due == "overdue":
        query = query.where(UserTask.due_date < ctx.now)
    elif narrow.due in _HORIZON:
        query = query.where(UserTask.due_date.between(ctx.now, ctx.now + _HORIZON[narrow.due]))
    return query


def _page(ctx: Context, query: Select[Any], number: int) -> Page:
    number = max(1, number)
    rows = list(ctx.session.scalars(query.limit(PAGE + 1).offset((number - 1) * PAGE)))
    return Page(rows=rows[:PAGE], number=number, has_next=len(rows) > PAGE)
