"""The duty of delivering the outbox: what the service has to tell people outside it.

A message is claimed in one transaction, sent outside any, and marked in another. Nothing is lost;
a message is sent twice only if the process dies between the sending and the mark, and then with
the same key. Several messages to one recipient leave as one. Those of a channel that was taken out of
the settings lie untouched until it is back.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from service.connectors.channel import Message, Undeliverable
from service.models import OutboxMessage, OutboxStatus
from service.scheduler.wiring import Done, Wiring
from service.workflow.context import Context

#: longer than any channel may take, and than a process may be paused
LEASE = timedelta(minutes=10)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 60, 120, 240, 480))
MAX_ATTEMPTS = len(BACKOFF) + 1
#: messages in one digest
DIGEST = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """Messages to one recipient that this worker alone may send until the lease ends."""

    ids: tuple[int, ...]
    channel: str
    message: Message
    until: datetime


def run_once(wiring: Wiring) -> Done:
    """Send what is due for one recipient of one channel."""
    done = Done()
    with wiring.reading() as ctx:
        if (
            ctx.session.scalar(_due(ctx, wiring.channels).with_only_columns(OutboxMessage.id).limit(1))
            is None
        ):
            return done
    with wiring.transaction() as ctx:
        claim = _claim(ctx, wiring.channels)
    # a process that was paused may have lost its lease: somebody else sends, or has sent
    if claim is None or wiring.clock() >= claim.until:
        return done
    error = _send(wiring, claim)
    with wiring.transaction() as ctx:
        _mark(ctx, claim, error)
    done["发出消息" if error is None else "消息未能发出"] += len(claim.ids)
    return done


def _due(ctx: Context, channels: Collection[str]) -> Select[OutboxMessage]:
    waiting = OutboxMessage.status.in_((OutboxStatus.PENDING, OutboxStatus.SENDING))
    query = select(OutboxMessage).where(waiting, OutboxMessage.due_at <= ctx.now)
    query = query.where(OutboxMessage.channel.in_(channels))
    return query.order_by(OutboxMessage.due_at, OutboxMessage.id)


def _claim(ctx: Context, channels: Collection[str]) -> _Claim | None:
    locked = _due(ctx, channels).with_for_update(skip_locked=True)
    first = ctx.session.scalars(locked.limit(1)).first()
    if first is None:
        return None
    same = locked.where(
        OutboxMessage.channel == first.channel,
        OutboxMessage.recipient == first.recipient,
        OutboxMessage.status == first.status,
    )
    if first.status == OutboxStatus.SENDING:
        # whoever had them died: the same messages once more, so that the duplicate has the same key
        same = same.where(OutboxMessage.due_at == first.due_at)
    rows = list(ctx.session.scalars(same.limit(DIGEST)))
    until = ctx.now + LEASE
    for row in rows:
        row.status, row.due_at, row.attempts = OutboxStatus.SENDING, until, row.attempts + 1
    ids = tuple(row.id for row in rows)
    return _Claim(ids=ids, channel=first.channel, message=compose(rows, ctx.now), until=until)


def compose(rows: Sequence[OutboxMessage], at: datetime) -> Message:
    """Write one message out of the rows for one recipient."""
    subject, body = rows[0].subject, rows[0].body
    if len(rows) > 1:
        subject = f"选树：您有 {len(rows)} 条新消息"
        body = "\n".join(f"{number}. {row.body}" for number, row in enumerate(rows, start=1))
    key = "\n".join(sorted(row.dedupe_key for row in rows))
    return Message(key=key, recipient=rows[0].recipient, subject=subject, body=body, at=at)


def _send(wiring: Wiring, claim: _Claim) -> Exception | None:
    try:
        wiring.channels[claim.channel].send(claim.message)
    except Exception as error:
        log.warning("outbox messages %s were not sent: %s: %s", claim.ids, type(error).__name__, error)
        return error
    return None


def _mark(ctx: Context, claim: _Claim, error: Exception | None) -> None:
    query = select(OutboxMessage).where(
        OutboxMessage.id.in_(claim.ids),
        OutboxMessage.status == OutboxStatus.SENDING,
        OutboxMessage.due_at == claim.until,
    )
    given_up = []
    for row in ctx.session.scalars(query.with_for_update()):
        if error is None:
            row.status, row.sent_at, row.last_error = OutboxStatus.SENT, ctx.now, ""
            continue
        row.last_error = f"{type(error).__name__}: {error}".replace("\0", "")[:2000]
        if row.attempts >= MAX_ATTEMPTS or isinstance(error, Undeliverable):
            row.status = OutboxStatus.FAILED
            given_up.append(row.id)
        else:
            row.status = OutboxStatus.PENDING
            row.due_at = ctx.now + BACKOFF[row.attempts - 1]
    if given_up:
        log.error("outbox messages %s are given up", given_up)
