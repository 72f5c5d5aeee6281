"""Signals reach every waiting instance of a round, messages the one they correlate with: as rows.

What waits inside an instance hears by a job row, a start event of a published process by a pending start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, insert, literal, select
from sqlalchemy import types as sql

from service import engine
from service.engine.records import ThrownEvent
from service.models import (
    Deployment,
    HistoryEvent,
    Instance,
    Job,
    JobKind,
    JobStatus,
    PendingStart,
    StartSubscription,
    SubscriptionRow,
)
from service.models.base import Moment
from service.workflow import subjects
from service.workflow.context import Context
from service.workflow.definition import deployments

#: history: somebody threw an event by hand; its details say which ``event`` (kind) and ``name``
THROWN = "event.thrown"
_OPEN_JOB = ["kind", "name", "due_at", "payload", "status", "attempts", "last_error"]
_WAITING = ["round_id", "instance_id", "key", "element_id"]
_STARTED = ["deployment_id", "process_id", "element_id", "kind", "name"]
_BEGUN = ["round_id", "correlation_key", "payload", "try_at", "attempts", "last_error", "subject"]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Who may hear an event."""

    round_id: int | None  #: waiting instances of this round
    key: str | ColumnElement[str]  #: start events of the newest version published under this key
    besides: int | None = None  #: the instance that threw it: it heard it inside its own step already


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Who hears an event."""

    waiting: int = 0  #: subscriptions of running instances
    starts: int = 0  #: start events of published processes


def publish(ctx: Context, thrower: Instance, event: ThrownEvent) -> Heard:
    """Turn an event an instance threw into rows for whoever hears it; the thrower itself does not."""
    key = select(Deployment.key).where(Deployment.id == thrower.deployment_id).scalar_subquery()
    return throw(ctx, Reach(round_id=thrower.round_id, key=key, besides=thrower.id), event)


def throw(ctx: Context, reach: Reach, event: ThrownEvent) -> Heard:
    """Turn an event into one job for each instance that hears it and one pending start for each start event.

    A message goes to one: to the instance that has waited longest under its key, and only if none waits
    does it begin one. One statement each however many listen, so that closing a stage of 100,000
    nominations is one insert; the rows are worked off in batches and survive a restart.
    """
    waiting = _tell_waiting(ctx, reach, event)
    starts = 0 if event.kind == "message" and waiting else _tell_starts(ctx, reach, event)
    if event.kind == "signal":
        ctx.domain.after_broadcast(ctx, reach.round_id, event.name)
    return Heard(waiting=waiting, starts=starts)


def list_thrown_since(ctx: Context, instance: Instance, event_id: int) -> set[tuple[str, str]]:
    """Return kind and name of what was thrown in an instance's round after an event of the history.

    By the other instances, and by hand. What the instance threw itself it has heard.
    """
    later = (
        HistoryEvent.round_id.is_not_distinct_from(instance.round_id),
        HistoryEvent.id > event_id,
        HistoryEvent.instance_id.is_distinct_from(instance.id),
    )
    passed = (
        select(HistoryEvent.element_id, Instance.deployment_id, Instance.deployment_hash)
        .join(Instance, Instance.id == HistoryEvent.instance_id)
        .where(*later, HistoryEvent.kind == "element.completed")
        .distinct()
    )
    by_diagrams = {
        engine.find_thrown(deployments.diagram_of(ctx, row[1], row[2]), row[0] or "")
        for row in ctx.session.execute(passed)
    }
    by_hand = select(HistoryEvent.details).where(*later, HistoryEvent.kind == THROWN)
    given = {(details["event"], details["name"]) for details in ctx.session.scalars(by_hand)}
    return given.union(one for one in by_diagrams if one is not None)


def _tell_waiting(ctx: Context, reach: Reach, event: ThrownEvent) -> int:
    kind = JobKind.SIGNAL if event.kind == "signal" else JobKind.MESSAGE
    heard = select(
        *(getattr(SubscriptionRow, name) for name in _WAITING),
        literal(kind.value, sql.String),
        SubscriptionRow.name,
        literal(ctx.now, Moment),
        literal(event.variables, sql.JSON),
        literal(JobStatus.PENDING.value, sql.String),
        literal(0, sql.Integer),
        literal("", sql.String),
    ).where(
        SubscriptionRow.round_id.is_not_distinct_from(reach.round_id),
        SubscriptionRow.kind == event.kind,
        SubscriptionRow.name == event.name,
    )
    if reach.besides is not None:
        heard = heard.where(SubscriptionRow.instance_id != reach.besides)
    if event.kind == "message":
        heard = _the_one(heard, event)
    return _count(ctx, insert(Job).from_select([*_WAITING, *_OPEN_JOB], heard))


def _the_one(heard: Select[Any], event: ThrownEvent) -> Select[Any]:
    """Of those that wait for a message take one, if possible one that is not to get another already."""
    promised = exists().where(
        Job.instance_id == SubscriptionRow.instance_id,
        Job.key == SubscriptionRow.key,
        Job.kind == JobKind.MESSAGE,
    )
    mine = SubscriptionRow.correlation_key.is_not_distinct_from(event.correlation_key)
    return heard.where(mine).order_by(promised, SubscriptionRow.id).limit(1)


def _tell_starts(ctx: Context, reach: Reach, event: ThrownEvent) -> int:
    told = _tell_subjects(ctx, reach, event) if event.kind == "signal" else 0
    named = StartSubscription.subject + ":" + literal(event.correlation_key, sql.String)
    begun = select(
        *(getattr(StartSubscription, name) for name in _STARTED),
        literal(reach.round_id, sql.BigInteger),
        literal(event.correlation_key, sql.String),
        literal(event.variables, sql.JSON),
        literal(ctx.now, Moment),
        literal(0, sql.Integer),
        literal("", sql.String),
        case((StartSubscription.subject != "", named)),
    ).where(*_hears(reach, event))
    if event.kind == "signal":
        begun = begun.where(StartSubscription.subject == "")
    return told + _count(ctx, insert(PendingStart).from_select([*_STARTED, *_BEGUN], begun))


def _tell_subjects(ctx: Context, reach: Reach, event: ThrownEvent) -> int:
    query = select(StartSubscription).where(*_hears(reach, event), StartSubscription.subject != "")
    starts = ctx.session.scalars(query.order_by(StartSubscription.id)).all()
    return sum(subjects.tell(ctx, start, reach.round_id, event.variables) for start in starts)


def _hears(reach: Reach, event: ThrownEvent) -> tuple[ColumnElement[bool], ...]:
    return (
        StartSubscription.key == reach.key,
        StartSubscription.kind == event.kind,
        StartSubscription.name == event.name,
    )


def _count(ctx: Context, statement: Any) -> int:
    result: Any = ctx.session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)
