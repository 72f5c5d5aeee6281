"""Signals reach every waiting instance of a round, messages the one they correlate with: as job rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy import types as sql

from service.engine.records import ThrownEvent
from service.models import Instance, Job, JobKind, JobStatus, SubscriptionRow
from service.models.base import Moment
from service.workflow.context import Context


def publish(ctx: Context, thrower: Instance, event: ThrownEvent) -> int:
    """Turn a thrown event into one job an open subscription; returns how many heard it.

    The thrower itself heard it inside its own step already.

    One statement however many listen, so that closing a stage of 100,000 nominations is one insert;
    the jobs are worked off in batches and survive a restart.
    """
    kind = JobKind.SIGNAL if event.kind == "signal" else JobKind.MESSAGE
    heard = select(
        SubscriptionRow.round_id,
        SubscriptionRow.instance_id,
        literal(kind.value, sql.String),
        SubscriptionRow.key,
        SubscriptionRow.element_id,
        SubscriptionRow.name,
        literal(ctx.now, Moment),
        literal(event.variables, sql.JSON),
        literal(JobStatus.PENDING.value, sql.String),
        literal(0, sql.Integer),
        literal("", sql.String),
    ).where(
        SubscriptionRow.round_id.is_not_distinct_from(thrower.round_id),
        SubscriptionRow.instance_id != thrower.id,
        SubscriptionRow.kind == event.kind,
        SubscriptionRow.name == event.name,
    )
    if event.kind == "message":
        heard = heard.where(SubscriptionRow.correlation_key == event.correlation_key)
    columns = ["round_id", "instance_id", "kind", "key", "element_id", "name", "due_at", "payload"]
    statement = insert(Job).from_select([*columns, "status", "attempts", "last_error"], heard)
    result: Any = ctx.session.execute(statement)
    if event.kind == "signal":
        ctx.domain.after_broadcast(ctx, thrower.round_id, event.name)
    return int(result.rowcount)
