"""Instances: who may read one, and where in its diagram it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select

from service.errors import NotFound
from service.models import (
    HistoryEvent,
    Incident,
    Instance,
    Job,
    JobKind,
    Submission,
    SubscriptionRow,
    TaskCopy,
    TaskStatus,
    UserTask,
)
from service.workflow import history
from service.workflow.context import Context
from service.workflow.task import tasklist


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an instance stands, as ids of elements of its diagram."""

    active: tuple[str, ...]  #: wait for a person, a moment, a topic, a signal or a message
    completed: tuple[str, ...]  #: were passed at least once, in the order they first were
    troubled: tuple[str, ...]  #: have an open incident


def get_visible(ctx: Context, instance_id: int) -> Instance:
    """Return an instance the actor may read; any other does not exist for him.

    Besides those the domain lets see it: whoever has a task in it, did one, or was given a copy.
    """
    instance = ctx.session.get(Instance, instance_id)
    if instance is None or not may_read(ctx, instance):
        raise NotFound("没有这个流程，或您无权查看。")
    return instance


def may_read(ctx: Context, instance: Instance) -> bool:
    """Say whether the actor may read an instance."""
    return ctx.domain.may_see(ctx, instance) or _takes_part(ctx, instance)


def read_history(ctx: Context, instance: Instance) -> list[HistoryEvent]:
    """Return an instance's events, oldest first, but for those of steps that are kept from the actor."""
    hidden = ctx.domain.hidden_steps(ctx, instance)
    return [event for event in history.of_instance(ctx, instance) if event.element_id not in hidden]


def stand_of(ctx: Context, instance: Instance) -> Standing:
    """Return where an instance stands, but for steps that are kept from the actor."""
    tasks = select(UserTask.element_id).where(
        UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN
    )
    jobs = select(Job.element_id).where(
        Job.instance_id == instance.id, Job.kind.in_((JobKind.TIMER, JobKind.TOPIC))
    )
    waits = select(SubscriptionRow.element_id).where(SubscriptionRow.instance_id == instance.id)
    passed = select(HistoryEvent.element_id).where(
        HistoryEvent.stream == f"instance:{instance.id}",
        HistoryEvent.kind.in_(("element.completed", "task.completed")),
        HistoryEvent.element_id.is_not(None),
    )
    troubled = select(Incident.element_id).where(
        Incident.instance_id == instance.id, Incident.resolved_at.is_(None)
    )
    hidden = ctx.domain.hidden_steps(ctx, instance)

    def shown(ids: Iterable[str | None]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None and id_ not in hidden))

    return Standing(
        active=tuple(sorted(shown(ctx.session.scalars(tasks.union(jobs, waits))))),
        completed=shown(ctx.session.scalars(passed.order_by(HistoryEvent.seq))),
        troubled=tuple(sorted(shown(ctx.session.scalars(troubled)))),
    )


def _takes_part(ctx: Context, instance: Instance) -> bool:
    me = ctx.actor.user_id
    if me is None:
        return False
    of_instance = UserTask.instance_id == instance.id
    offered = select(UserTask.id).where(of_instance, tasklist.is_todo(ctx))
    done = select(UserTask.id).where(of_instance, UserTask.completed_by_id == me)
    copied = select(TaskCopy.id).join(UserTask).where(of_instance, TaskCopy.user_id == me)
    submitted = select(Submission.id).where(Submission.instance_id == instance.id, Submission.user_id == me)
    return (
        ctx.session.scalar(select(exists(offered) | exists(done) | exists(copied) | exists(submitted)))
        or False
    )
