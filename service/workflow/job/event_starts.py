"""Message and signal start events: each thrown one begins one instance, or one a subject, exactly once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from service.models import Deployment, Instance, InstanceStatus, PendingStart
from service.workflow import history, subjects
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution

MAX_TITLE = 200


def begin(ctx: Context, pending: PendingStart) -> Instance | None:
    """Begin the instance and remove the pending start, in this transaction.

    None if another worker was faster, if an instance that the same process began for the same
    correlation key still runs (a message is for one), or if the subject has it already or is not
    there any more. Raises whatever goes wrong: roll back, then call ``due_starts.put_off`` in a new
    transaction.
    """
    removed: Any = ctx.session.execute(
        delete(PendingStart).where(PendingStart.id == pending.id),
        execution_options={"synchronize_session": False},
    )
    ctx.session.expunge(pending)
    if not removed.rowcount or _runs_already(ctx, pending):
        return None
    if pending.subject:
        return _begin_for_subject(ctx, pending, pending.subject)
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


def _begin_for_subject(ctx: Context, pending: PendingStart, subject: str) -> Instance | None:
    introduced = ctx.domain.introduce(ctx, subject)
    key = _free_key(ctx, subjects.business_key(pending))
    if introduced is None or key is None:
        return None
    deployment = ctx.session.get_one(Deployment, pending.deployment_id)
    diagram = deployments.diagram_of(ctx, deployment.id, deployment.content_hash)
    return execution.start(
        ctx,
        deployment,
        pending.process_id,
        business_key=key,
        title=f"{diagram.processes[pending.process_id].name} · {introduced.title}"[:MAX_TITLE],
        round_id=introduced.round_id,
        variables={**introduced.variables, **pending.payload},
        start_event=pending.element_id,
    )


def _free_key(ctx: Context, key: str) -> str | None:
    """Return the key of a subject's next instance; None while one runs or has run to its end.

    One that was stopped from outside does not count: it may be begun anew.
    """
    mine = (Instance.business_key == key) | Instance.business_key.startswith(f"{key}:again:", autoescape=True)
    statuses = ctx.session.scalars(select(Instance.status).where(mine)).all()
    if any(status != InstanceStatus.CANCELLED for status in statuses):
        return None
    return f"{key}:again:{len(statuses)}" if statuses else key


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
    begun_by = f"{pending.subject}:{pending.process_id}:" if pending.subject else _begun_by(pending)
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
