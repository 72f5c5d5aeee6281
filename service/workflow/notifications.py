"""Telling people: a line in their messages at once, and mail or other channels through the outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Select, bindparam, func, insert, select, update

from service.models import Candidate, Delegation, Membership, Notification, OutboxMessage, User, UserTask
from service.models.base import table_of
from service.pending_rows import add_row
from service.workflow.context import Context

MAX_COUNT = 1000  #: counts stop here: nobody needs to know whether it is 1,000 or 40,000
_USER = "user:"  #: begins the key of one person's own group

_TELL = insert(table_of(Notification))
_OFFERED = select(Candidate.user_task_id, Candidate.group_key).where(
    Candidate.user_task_id.in_(bindparam("tasks", expanding=True))
)
_ACTIVE = select(User).where(User.active, User.id.in_(bindparam("users", expanding=True)))
_HOLDING: Select[str, User] = (
    select(Membership.group_key, User)
    .join(User, User.id == Membership.user_id)
    .where(Membership.group_key.in_(bindparam("keys", expanding=True)), User.active)
)
_DELEGATES: Select[int, User] = (
    select(Delegation.principal_id, User)
    .join(User, User.id == Delegation.delegate_id)
    .where(
        Delegation.principal_id.in_(bindparam("principals", expanding=True)),
        Delegation.starts_at <= bindparam("now"),
        Delegation.ends_at > bindparam("now"),
        User.active,
    )
)


def notify(
    ctx: Context,
    users: Iterable[User],
    *,
    kind: str,
    text: str,
    dedupe: str,
    round_id: int | None = None,
    task: UserTask | None = None,
    instance_id: int | None = None,
) -> int:
    """Tell each user once; returns how many were told.

    ``dedupe`` names the occasion: the outbox refuses a second message for the same occasion,
    channel and person, whoever tries. ``instance_id`` says what is told of where no task does: when that
    is purged, its messages go.
    """
    users = list(users)
    if not users:
        return 0
    about = {"round_id": round_id, "instance_id": task.instance_id if task else instance_id}
    row = {
        **about,
        "user_task_id": task.id if task else None,
        "kind": kind,
        "text": text[:500],
        "created_at": ctx.now,
    }
    for user in users:
        add_row(ctx.session, _TELL, user_id=user.id, **row)
    for user in users if "mail" in ctx.house.channels else ():
        if user.email:
            _queue(ctx, "mail", user.email, text, f"{dedupe}:{user.id}", task, about)
    for channel in sorted(ctx.house.channels - {"mail"}):
        _queue(ctx, channel, "", text, dedupe, task, about)
    return len(users)


def mail(
    ctx: Context, address: str, *, subject: str, body: str, dedupe: str, round_id: int | None = None
) -> None:
    """Write to somebody who need not have an account, where mail is configured."""
    if "mail" not in ctx.house.channels:
        return
    ctx.session.add(
        OutboxMessage(
            round_id=round_id,
            channel="mail",
            recipient=address,
            subject=subject[:200],
            body=body,
            dedupe_key=f"mail:{dedupe}"[:200],
            due_at=ctx.now,
            created_at=ctx.now,
        )
    )


def list_responsible(ctx: Context, task: UserTask) -> list[User]:
    """Return who has to act on an open task: its assignee, or everybody it is offered to.

    Who acts for one of them while he is away comes after them.
    """
    return find_responsible(ctx, [task])[task.id]


def find_responsible(ctx: Context, tasks: Sequence[UserTask]) -> dict[int, list[User]]:
    """Return who has to act on each of some open tasks, by its number, in as few statements as for one."""
    groups: dict[int, list[str]] = {
        task.id: [f"{_USER}{task.assignee_id}"] for task in tasks if task.assignee_id is not None
    }
    offered = [task.id for task in tasks if task.id not in groups]
    if offered:
        groups |= {task_id: [] for task_id in offered}
        for task_id, key in ctx.session.execute(_OFFERED, {"tasks": offered}):
            groups[task_id].append(key)
    behind = _find_holders(ctx, {key for keys in groups.values() for key in keys})
    delegates = _find_delegates(ctx, {user for users in behind.values() for user in users})
    return {task_id: _with_delegates(_merge(behind, keys), delegates) for task_id, keys in groups.items()}


def list_holders(ctx: Context, groups: Iterable[str]) -> list[User]:
    """Return the active users behind group keys (``role@unit`` or ``user:<id>``), each once."""
    groups = list(groups)
    return _merge(_find_holders(ctx, groups), groups)


def _find_holders(ctx: Context, groups: Iterable[str]) -> dict[str, list[User]]:
    """Return the active users behind each group key; none for a key that nobody has."""
    groups = set(groups)
    ids = sorted(int(key.removeprefix(_USER)) for key in groups if key.startswith(_USER))
    keys = sorted(key for key in groups if not key.startswith(_USER))
    found: dict[str, list[User]] = {}
    if ids:
        found = {f"{_USER}{user.id}": [user] for user in ctx.session.scalars(_ACTIVE, {"users": ids})}
    if keys:
        for key, user in ctx.session.execute(_HOLDING, {"keys": keys}):
            found.setdefault(key, []).append(user)
    return found


def _merge(behind: Mapping[str, list[User]], groups: Iterable[str]) -> list[User]:
    users = {user for key in groups for user in behind.get(key, ())}
    return sorted(users, key=lambda user: user.id)


def _find_delegates(ctx: Context, users: Collection[User]) -> dict[int, list[User]]:
    """Return who acts just now for each of some users, by the absent one's number."""
    delegates: dict[int, list[User]] = {}
    if users:
        asked = {"principals": sorted(user.id for user in users), "now": ctx.now}
        for principal_id, delegate in ctx.session.execute(_DELEGATES, asked):
            delegates.setdefault(principal_id, []).append(delegate)
    return delegates


def _with_delegates(users: list[User], delegates: Mapping[int, list[User]]) -> list[User]:
    """Add whoever acts for one of them just now; those who are told anyway are told once."""
    acting = {delegate for user in users for delegate in delegates.get(user.id, ())}
    return users + sorted(acting.difference(users), key=lambda user: user.id)


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
    task: UserTask | None,
    about: Mapping[str, int | None],
) -> None:
    link = f"{ctx.house.public_url}/tasks/{task.id}" if task else ctx.house.public_url
    ctx.session.add(
        OutboxMessage(
            **about,
            channel=channel,
            recipient=recipient,
            subject=text.split("。", maxsplit=1)[0][:200],
            body=f"{text}\n\n{link}\n",
            dedupe_key=f"{channel}:{dedupe}"[:200],
            due_at=ctx.now,
            created_at=ctx.now,
        )
    )
