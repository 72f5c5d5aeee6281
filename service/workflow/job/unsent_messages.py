"""Messages that nobody tries to send any more, or whose channel is gone: sent again by hand, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Delete, Update, and_, delete, func, or_, select, update

from service.errors import Conflict, Invalid, NotFound
from service.models import OutboxMessage, OutboxStatus
from service.workflow import history
from service.workflow.context import Context
from service.workflow.job.given_up_starts import LEAST_REASON


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """Messages of one round and channel that did not leave for the same reason."""

    first: OutboxMessage  #: the oldest; stands for all
    count: int
    recipients: int  #: addresses they go to


def list_all(ctx: Context) -> list[Unsent]:
    """Return what did not leave, by its reason, oldest first."""
    alike = (OutboxMessage.round_id, OutboxMessage.channel, OutboxMessage.status, OutboxMessage.last_error)
    groups = (
        select(
            func.min(OutboxMessage.id).label("first"),
            func.count().label("count"),
            func.count(OutboxMessage.recipient.distinct()).label("recipients"),
        )
        .where(_is_unsent(ctx))
        .group_by(*alike)
        .subquery()
    )
    query = select(OutboxMessage, groups.c.count, groups.c.recipients)
    query = query.join(groups, groups.c.first == OutboxMessage.id).order_by(OutboxMessage.id)
    found: Sequence[Any] = ctx.session.execute(query).all()
    return [Unsent(first=first, count=count, recipients=recipients) for first, count, recipients in found]


def get(ctx: Context, message_id: int) -> OutboxMessage:
    """Return a message that did not leave, locked."""
    query = select(OutboxMessage).where(OutboxMessage.id == message_id, _is_unsent(ctx))
    message = ctx.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if message is None:
        raise NotFound("没有这条未能发出的消息，可能已经重试或放弃。")
    return message


def retry(ctx: Context, message_id: int) -> None:
    """Let a message and those alike be tried again at once, as often as new ones."""
    message = get(ctx, message_id)
    if message.channel not in ctx.house.channels:
        raise Conflict("这个发送渠道已从设置中取消，恢复以后再重试。")
    fresh = update(OutboxMessage).values(status=OutboxStatus.PENDING, attempts=0, due_at=ctx.now)
    _settle(ctx, message, fresh, "message.retried")


def drop(ctx: Context, message_id: int, reason: str) -> None:
    """Let a message and those alike never leave, for a reason."""
    message = get(ctx, message_id)
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid("请写明放弃的原因。", fields={"reason": "例如：邮箱已停用，已电话告知"})
    _settle(ctx, message, delete(OutboxMessage), "message.dropped", reason=reason.strip()[:500])


def _settle(ctx: Context, message: OutboxMessage, statement: Update | Delete, kind: str, **said: str) -> None:
    """Do something to a message and those alike; the history tells neither whom they went to nor what of."""
    alike = statement.where(
        _is_unsent(ctx),
        OutboxMessage.round_id.is_not_distinct_from(message.round_id),
        OutboxMessage.channel == message.channel,
        OutboxMessage.status == message.status,
        OutboxMessage.last_error == message.last_error,
    )
    result: Any = ctx.session.execute(alike, execution_options={"synchronize_session": False})
    history.record_in(
        ctx, "system", kind, round_id=message.round_id, message=message.id, channel=message.channel,
        count=result.rowcount, **said,
    )  # fmt: skip


def _is_unsent(ctx: Context) -> ColumnElement[bool]:
    """Say whether a message was given up, or waits for a channel that is not in the settings."""
    is_orphan = OutboxMessage.channel.not_in(ctx.house.channels)
    return or_(
        OutboxMessage.status == OutboxStatus.FAILED,
        and_(OutboxMessage.status == OutboxStatus.PENDING, is_orphan),
    )
