"""The duty of clearing away what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from service.models import IdempotencyKey, Notification, OutboxMessage, OutboxStatus
from service.scheduler.wiring import Done, Wiring
from service.workflow.context import Context

KEEP_REPLIES = timedelta(hours=48)
KEEP_SENT = timedelta(days=90)
KEEP_READ = timedelta(days=180)
#: rows a transaction, so that nobody waits long behind it
BATCH = 1000


def run_once(wiring: Wiring) -> Done:
    """Delete a batch of idempotent replies, sent messages and read notifications past their time."""
    done = Done()
    with wiring.transaction() as ctx:
        for model, is_old in _old(ctx):
            count = _delete(ctx, model, is_old)
            if count:
                done["清理过期记录"] += count
    return done


def _old(ctx: Context) -> list[tuple[Any, ColumnElement[bool]]]:
    return [
        (IdempotencyKey, IdempotencyKey.created_at < ctx.now - KEEP_REPLIES),
        (
            OutboxMessage,
            (OutboxMessage.status == OutboxStatus.SENT) & (OutboxMessage.due_at < ctx.now - KEEP_SENT),
        ),
        (Notification, Notification.read_at < ctx.now - KEEP_READ),
    ]


def _delete(ctx: Context, model: Any, is_old: ColumnElement[bool]) -> int:
    ids = list(ctx.session.scalars(select(model.id).where(is_old).limit(BATCH)))
    if ids:
        ctx.session.execute(
            delete(model).where(model.id.in_(ids)), execution_options={"synchronize_session": False}
        )
    return len(ids)
