"""Retention (个人信息保护法 §19): whose time is over, ``[retention] not_awarded_days`` after the 公布."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from service.models import (
    OPEN_OBJECTION,
    Instance,
    InstanceStatus,
    Nomination,
    NominationStatus,
    Notice,
    NoticeKind,
    Objection,
    Round,
)
from service.programmes import wiring
from service.workflow.context import Context

#: nominations a transaction
BATCH = 20


def find_due(ctx: Context, limit: int = BATCH) -> Sequence[int]:
    """Return nominations whose time is over: ended without the title, nothing open, not removed yet."""
    disputed = select(Objection.nomination_id).where(Objection.status.in_(OPEN_OBJECTION))
    query = (
        select(Nomination.id)
        .join(Instance, Instance.id == Nomination.instance_id)
        .where(
            Nomination.round_id.in_(list(rounds_over(ctx))),
            Nomination.purged_at.is_(None),
            Nomination.status != NominationStatus.AWARDED,
            Instance.status != InstanceStatus.ACTIVE,
            Nomination.id.not_in(disputed),
        )
    )
    return list(ctx.session.scalars(query.order_by(Nomination.id).limit(limit)))


def find_due_cases(ctx: Context, limit: int = BATCH) -> Sequence[int]:
    """Return settled objections to those who took the title whose time is over: who reported goes."""
    query = (
        select(Objection.id)
        .join(Nomination, Nomination.id == Objection.nomination_id)
        .where(
            Objection.round_id.in_(list(rounds_over(ctx))),
            Objection.purged_at.is_(None),
            Objection.status.not_in(OPEN_OBJECTION),
            Nomination.status == NominationStatus.AWARDED,
        )
    )
    return list(ctx.session.scalars(query.order_by(Objection.id).limit(limit)))


def rounds_over(ctx: Context) -> Iterator[int]:
    """Yield the rounds whose announcement lies further back than their programme keeps data.

    One that announced nobody counts from the end of its process, or of its year while that still runs.
    """
    announced = (
        select(Notice.round_id, func.min(Notice.opens_at).label("at"))
        .where(Notice.kind == NoticeKind.AWARDS)
        .group_by(Notice.round_id)
        .subquery()
    )
    query = (
        select(Round, announced.c.at, Instance.ended_at)
        .outerjoin(announced, announced.c.round_id == Round.id)
        .outerjoin(Instance, Instance.id == Round.instance_id)
    )
    packs = wiring.all_packs(ctx)
    for entry, at, ended in ctx.session.execute(query):
        pack = packs.get(entry.programme)
        if pack is None:
            continue
        since = at or ended or datetime(entry.year + 1, 1, 1, tzinfo=pack.programme.zone)
        if since + timedelta(days=pack.programme.not_awarded_days) <= ctx.now:
            yield entry.id
