"""Telling the organisers of a round what somebody decided about his own data, and him what they answered."""

from __future__ import annotations

from service.models import Nomination, User
from service.workflow import notifications
from service.workflow.context import Context


def tell_organisers(ctx: Context, nomination: Nomination, what: str, occasion: str) -> int:
    """Tell every organiser but the actor; returns how many. ``occasion`` is told once to each."""
    organisers = notifications.list_holders(ctx, [f"organiser@{nomination.round.organiser.code}"])
    others = [user for user in organisers if user.id != ctx.actor.user_id]
    return _tell(ctx, others, nomination, what, occasion)


def tell(ctx: Context, user: User | None, nomination: Nomination, what: str, occasion: str) -> int:
    """Tell one person, unless it is the actor himself or he has left."""
    told = [user] if user is not None and user.active and user.id != ctx.actor.user_id else []
    return _tell(ctx, told, nomination, what, occasion)


def _tell(ctx: Context, users: list[User], nomination: Nomination, what: str, occasion: str) -> int:
    text = f"{nomination.name or '（未填姓名）'} · {nomination.unit.name}：{what}"
    return notifications.notify(
        ctx, users, kind="privacy", text=text, dedupe=occasion, round_id=nomination.round_id,
        instance_id=nomination.instance_id,
    )  # fmt: skip
