"""Telling people: a line in their messages at once, and mail or other channels through the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select, update

from service.models import Candidate, Delegation, Membership, Notification, OutboxMessage, User, UserTask
from service.workflow.context import Context

MAX_COUNT = 1000  #: counts stop here: nobody needs to know whether it is 1,000 or 40,000


def notify(
    ctx: Context,
    users: Iterable[User],
    *,
    kind: str,
    text: str,
    dedupe: str,
    round_id: int | None = None,
    task: UserTask | None = None,
) -> int:
    """Tell each user once; returns how many were told.

    ``dedupe`` names the occasion: the outbox refuses a second message for the same occasion,
    channel and person, whoever tries.
    """
    told = 0
    for user in users:
        told += 1
        ctx.session.add(
            Notification(
                round_id=round_id,
                user_id=user.id,
                user_task_id=task.id if task else None,
                kind=kind,
                text=text[:500],
                created_at=ctx.now,
            )
        )
        if "mail" in ctx.house.channels and user.email:
            _queue(ctx, "mail", user.email, text, f"{dedupe}:{user.id}", round_id, task)
    for channel in sorted(ctx.house.channels - {"mail"}) if told else ():
        _queue(ctx, channel, "", text, dedupe, round_id, task)
    return told


def responsible(ctx: Context, task: UserTask) -> list[User]:
    """Return who has to act on an open task: its assignee, or everybody it is offered to.

    Who acts for one of them while he is away comes after them.
    """
    if task.assignee_id is not None:
        query = select(User).where(User.id == task.assignee_id, User.active)
        return _with_delegates(ctx, list(ctx.session.scalars(query)))
    offered = select(Candidate.group_key).where(Candidate.user_task_id == task.id)
    return _with_delegates(ctx, holders(ctx, list(ctx.session.scalars(offered))))


def holders(ctx: Context, groups: Iterable[str]) -> list[User]:
    """Return the active users behind group keys (``role@unit`` or ``user:<id>``), each once."""
    groups = list(groups)
    ids = [int(key.removeprefix("user:")) for key in groups if key.startswith("user:")]
    held = select(Membership.user_id).where(Membership.group_key.in_(groups))
    query = select(User).where(User.active, User.id.in_(held) | User.id.in_(ids)).order_by(User.id)
    return list(ctx.session.scalars(query))


def _with_delegates(ctx: Context, users: list[User]) -> list[User]:
    """Add whoever acts for one of them just now; those who are told anyway are told once."""
    query = (
        select(User)
        .join(Delegation, Delegation.delegate_id == User.id)
        .where(
            Delegation.principal_id.in_([user.id for user in users]),
            Delegation.starts_at <= ctx.now,
            Delegation.ends_at > ctx.now,
            User.active,
        )
        .order_by(User.id)
    )
    told = {user.id for user in users}
    return users + [user for user in dict.fromkeys(ctx.session.scalars(query)) if user.id not in told]


def list_recent(ctx: Context, *, limit: int = 50) -> list[Notification]:
    """Return the actor's newest messages."""
    query = select(Notification).where(Notification.user_id == ctx.actor.user_id)
    return list(ctx.session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def count_unread(ctx: Context) -> int:
    """Return how many of the actor's messages are unread, up to MAX_COUNT."""
    unread = select(Notification.id).where(
        Notification.user_id == ctx.actor.user_id, Notification.read_at.is_(None)
    )
    query = select(func.count()).select_from(unread.limit(MAX_COUNT).subquery())
    return ctx.session.scalar(query) or 0


def mark_all_read(ctx: Context) -> None:
    """Mark the actor's messages as read."""
    unread = (Notification.user_id == ctx.actor.user_id, Notification.read_at.is_(None))
    ctx.session.execute(update(Notification).where(*unread).values(read_at=ctx.now))


def _queue(
    ctx: Context,
    channel: str,
    recipient: str,
    text: str,
    dedupe: str,
    round_id: int | None,
    task: UserTask | None,
) -> None:
    link = f"{ctx.house.public_url}/tasks/{task.id}" if task else ctx.house.public_url
    ctx.session.add(
        OutboxMessage(
            round_id=round_id,
            channel=channel,
            recipient=recipient,
            subject=text.split("。", maxsplit=1)[0][:200],
            body=f"{text}\n\n{link}\n",
            dedupe_key=f"{channel}:{dedupe}"[:200],
            due_at=ctx.now,
            created_at=ctx.now,
        )
    )
