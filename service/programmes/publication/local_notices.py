"""Notices below the organiser's (逐级公示): of one nomination, by a unit that passes it on.

``[[notices]]`` of programme.toml says how long each is and which unit publishes it; the diagram says when.
The organiser's own 公示 and its supplements are in ``notices``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from service.errors import Conflict
from service.models import Nomination, Notice, NoticeKind, Objection, ObjectionStatus, Round, Unit
from service.programmes import wiring
from service.programmes.pack.programme import LocalNotice
from service.programmes.publication import contacts, notices
from service.programmes.round import windows
from service.workflow.context import Context


def open_notice(ctx: Context, nomination: Nomination, key: str) -> Notice:
    """Publish one nomination for objections; one of the same key that still runs ends with it.

    Refused like the organiser's without consent to publication, while the words about him hold a finding,
    or while the unit has not said how it is reached.
    """
    rule = _rule(ctx, nomination, key)
    publisher = _publisher(nomination, rule)
    contacts.require_local(rule, publisher)
    windows.close_local(ctx, nomination)
    programme = wiring.pack_of(ctx, nomination.round).programme
    title = f"{publisher.name}关于拟推荐参加{programme.title}的公示"[: notices.MAX_TITLE]
    return notices.open_window(
        ctx, nomination.round, NoticeKind.LOCAL, title, [nomination], rule=rule, publisher=publisher
    )


def close_notice(ctx: Context, nomination: Nomination, key: str) -> str:
    """End the window; returns what was concluded of an objection that was upheld meanwhile, or nothing.

    Conflict before its last day is over, unless there was one.
    """
    _rule(ctx, nomination, key)
    notice = find_newest(ctx, nomination, key)
    if notice is None:
        raise Conflict(f"{nomination.name}没有发布过这份公示，不能结束。")
    upheld = _find_upheld(ctx, notice)
    if notice.closes_at is not None and ctx.now < notice.closes_at and upheld is None:
        raise Conflict("公示还没有期满，不能结束。")
    windows.close(ctx, notice)
    return upheld or ""


def find_newest(ctx: Context, nomination: Nomination, key: str | None = None) -> Notice | None:
    """Return the newest notice about a nomination, of one key or of any."""
    query = select(Notice).where(Notice.nomination_id == nomination.id)
    if key is not None:
        query = query.where(Notice.key == key)
    return ctx.session.scalars(query.order_by(Notice.id.desc()).limit(1)).first()


def list_open(
    ctx: Context, entry: Round | None = None, *, limit: int = 50, offset: int = 0
) -> Sequence[Notice]:
    """Return the local notices in which objections are taken, newest first; of one round or of all."""
    query = select(Notice).where(*_is_open(ctx, entry)).options(joinedload(Notice.publisher))
    return list(ctx.session.scalars(query.order_by(Notice.id.desc()).limit(limit).offset(offset)))


def count_open(ctx: Context, entry: Round) -> int:
    """Return in how many local notices of a round objections are taken."""
    return ctx.session.scalar(select(func.count(Notice.id)).where(*_is_open(ctx, entry))) or 0


def level_of(ctx: Context, notice: Notice) -> str:
    """Return at which scope of the nomination a notice was published: unit, recommender or organiser."""
    rule = wiring.pack_of(ctx, notice.round).programme.notices.get(notice.key)
    return rule.level if rule else "organiser"


def _is_open(ctx: Context, entry: Round | None) -> tuple[ColumnElement[bool], ...]:
    own = () if entry is None else (Notice.round_id == entry.id,)
    return (*own, Notice.kind == NoticeKind.LOCAL, Notice.closed_at.is_(None), Notice.closes_at > ctx.now)


def _rule(ctx: Context, nomination: Nomination, key: str) -> LocalNotice:
    rules = wiring.pack_of(ctx, nomination.round).programme.notices
    if key not in rules:
        raise Conflict(f"活动设置里没有标识为“{key}”的公示（programme.toml 的 [[notices]]）。")
    return rules[key]


def _publisher(nomination: Nomination, rule: LocalNotice) -> Unit:
    return nomination.unit if rule.level == "unit" else nomination.recommender


def _find_upheld(ctx: Context, notice: Notice) -> str | None:
    """Return the conclusion of an objection upheld meanwhile, be it one to an earlier notice of his."""
    query = select(Objection.conclusion).where(
        Objection.nomination_id == notice.nomination_id,
        Objection.status == ObjectionStatus.UPHELD,
        Objection.settled_at >= notice.opens_at,
    )
    return ctx.session.scalar(query.order_by(Objection.settled_at.desc()).limit(1))
