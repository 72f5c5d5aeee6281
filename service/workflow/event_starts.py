"""Message and signal start events: each thrown one begins one instance, exactly once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from service.models import Deployment, Instance, InstanceStatus, PendingStart
from service.workflow import deployments, execution, history
from service.workflow.context import Context

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)


def next_due(ctx: Context) -> datetime | None:
    """Return when a pending start is next to be looked at."""
    return ctx.session.scalar(select(PendingStart.try_at).order_by(PendingStart.try_at).limit(1))


def take_due(ctx: Context) -> PendingStart | None:
    """Return the pending start that is due first, locked, or None. Those held by others are skipped."""
    query = (
        select(PendingStart)
        .where(PendingStart.try_at <= ctx.now)
        .order_by(PendingStart.try_at, PendingStart.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return ctx.session.scalar(query.execution_options(populate_existing=True))


def run(ctx: Context, pending: PendingStart) -> Instance | None:
    """Begin the instance and remove the pending start, in this transaction.

    None if another worker was faster, or if an instance that the same process began for the same
    correlation key still runs: a message is for one. Raises whatever goes wrong: roll back, then call
    ``put_off`` in a new transaction.
    """
    removed: Any = ctx.session.execute(
        delete(PendingStart).where(PendingStart.id == pending.id),
        execution_options={"synchronize_session": False},
    )
    ctx.session.expunge(pending)
    if not removed.rowcount or _runs_already(ctx, pending):
        return None
    deployment = ctx.session.get_one(Deployment, pending.deployment_id)
    diagram = deployments.diagram_of(ctx, deployment.id, deployment.content_hash)
    instance = execution.start(
        ctx,
        deployment,
        pending.process_id,
        # unique: a start that somebody worked off already cannot begin again
        business_key=f"{_begun_by(pending)}{pending.id}",
        title=diagram.processes[pending.process_id].name,
        round_id=pending.round_id,
        variables=pending.payload,
        start_event=pending.element_id,
    )
    history.record(
        ctx, instance, f"{pending.kind}.received", element_id=pending.element_id, name=pending.name
    )
    return instance


def put_off(ctx: Context, pending_id: int, error: BaseException) -> None:
    """Note that an instance could not begin, and try again later: it is late, not lost."""
    pending = ctx.session.get(PendingStart, pending_id, with_for_update=True, populate_existing=True)
    if pending is None:
        return
    pending.attempts += 1
    pending.last_error = f"{type(error).__name__}: {error}"[:2000]
    pending.try_at = ctx.now + min(FIRST_BACKOFF * 2 ** min(pending.attempts - 1, 10), LONGEST_BACKOFF)


def list_failing(ctx: Context, round_id: int) -> Sequence[PendingStart]:
    """Return the starts of a round that have failed at least once, oldest first."""
    query = select(PendingStart).where(PendingStart.round_id == round_id, PendingStart.attempts > 0)
    return ctx.session.scalars(query.order_by(PendingStart.id)).all()


def _begun_by(pending: PendingStart) -> str:
    """Return what the business keys of instances begun by the same event for the same key begin with."""
    what = [pending.round_id, pending.process_id, pending.element_id, pending.name, pending.correlation_key]
    digest = hashlib.sha256(repr(what).encode()).hexdigest()[:32]
    return f"{pending.kind}:{digest}:"


def _runs_already(ctx: Context, pending: PendingStart) -> bool:
    if pending.kind != "message" or pending.correlation_key is None:
        return False
    begun_by = _begun_by(pending)
    query = select(Instance.id).where(
        Instance.round_id.is_not_distinct_from(pending.round_id),
        Instance.process_id == pending.process_id,
        Instance.status == InstanceStatus.ACTIVE,
        Instance.business_key.startswith(begun_by, autoescape=True),
    )
    running = ctx.session.scalar(query.order_by(Instance.id).limit(1))
    if running is None:
        return False
    history.record(
        ctx, execution.lock(ctx, running), "message.missed", element_id=pending.element_id, name=pending.name
    )
    return True
