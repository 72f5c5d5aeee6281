"""Removing registrations (自荐登记) when their round's time is over, with accounts nobody ever opened."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from service.models import Membership, OutboxMessage, Registration, User
from service.programmes.registration import registrations
from service.programmes.removal import removals, retention
from service.workflow.context import Context
from service.workflow.person import logins


def find_due(ctx: Context, limit: int = retention.BATCH) -> Sequence[int]:
    """Return registrations of rounds whose time is over, whatever became of them."""
    over = list(retention.rounds_over(ctx))
    query = select(Registration.id).where(Registration.round_id.in_(over), Registration.purged_at.is_(None))
    return list(ctx.session.scalars(query.order_by(Registration.id).limit(limit)))


def purge(ctx: Context, registration_id: int) -> bool:
    """Remove who registered, and his account if he never set its password; False if it was done before.

    An account that is used stays, as any other does.
    """
    row = ctx.session.get_one(Registration, registration_id, with_for_update={"of": Registration})
    if row.purged_at is not None:
        return False
    if row.user is not None and row.link_used_at is None:
        _close(ctx, row.user)
    row.name = row.contact = removals.NAMELESS
    row.workplace = row.reason = row.code_index = row.contact_index = ""
    row.link = row.link_index = row.link_until = None
    row.purged_at = ctx.now
    sent = OutboxMessage.dedupe_key.startswith(f"mail:registration:{row.id}:", autoescape=True)
    ctx.session.execute(delete(OutboxMessage).where(sent))
    registrations.note(ctx, row, "purged")
    return True


def _close(ctx: Context, user: User) -> None:
    if user.last_login_at is not None:  # an administrator gave him a password
        return
    user.name, user.email, user.active = removals.NAMELESS, None, False
    logins.cut_off(ctx, user)
    ctx.session.execute(delete(Membership).where(Membership.user_id == user.id))
