"""Telling people, while there is time, that the calendar of working days ends (§3.9)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service.models import Membership, Notification, User
from service.programmes.round import calendars
from service.programmes.rule.calendar import WorkingDays
from service.workflow import notifications
from service.workflow.context import Context

#: how long before the last day with data people are told, and how often until it has been entered
AHEAD, EVERY = timedelta(days=60), timedelta(days=7)
KIND = "calendar"
ROLES = ("admin", "organiser")


def is_due(ctx: Context, days: WorkingDays) -> bool:
    """Say whether the last day with data is so near that windows may soon pass it."""
    return days.ready_until - ctx.now.date() <= AHEAD


def tell(ctx: Context) -> int:
    """Tell administrators and organisers, once a week, that a year has to be entered; returns how many."""
    days = calendars.load(ctx)
    if not is_due(ctx, days) or _told_of_late(ctx):
        return 0
    last = days.ready_until
    text = (
        f"工作日历的数据到 {last.isoformat()} 为止。之后的公示期、办理期限算不出，会被拒绝。"
        f"请在“管理 → 工作日历”录入 {last.year + 1} 年的放假调休安排。"
    )
    occasion = f"calendar:{last.year + 1}:{ctx.now.date().isoformat()}"
    return notifications.notify(ctx, _receivers(ctx), kind=KIND, text=text, dedupe=occasion)


def _told_of_late(ctx: Context) -> bool:
    told = select(Notification.id).where(Notification.kind == KIND, Notification.created_at > ctx.now - EVERY)
    return ctx.session.scalar(told.limit(1)) is not None


def _receivers(ctx: Context) -> list[User]:
    query = select(User).join(Membership, Membership.user_id == User.id)
    query = query.where(User.active, Membership.role.in_(ROLES)).distinct().order_by(User.id)
    return list(ctx.session.scalars(query))
