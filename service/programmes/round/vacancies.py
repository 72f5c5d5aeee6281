"""Places that candidates left free after they were put before the public: cancelled, or withdrawn (A-10)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.models import Nomination, Notice, NoticeKind, Reserve, Round
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.workflow import notifications
from service.workflow.context import Context

_PUBLISHED = (NoticeKind.CANDIDATES, NoticeKind.SUPPLEMENT)


def list_of(ctx: Context, entry: Round) -> Sequence[Nomination]:
    """Return the published candidates who fell and whom no reserve replaces, first nominated first.

    Nobody where the programme does not refill.
    """
    if not wiring.pack_of(ctx, entry).programme.award.refill_cancelled:
        return []
    lists = ctx.session.scalars(
        select(Notice.snapshot).where(Notice.round_id == entry.id, Notice.kind.in_(_PUBLISHED))
    )
    published = {p["nomination"] for one in lists for c in one["categories"] for p in c["people"]}
    replaced = select(Reserve.replaces_id).where(
        Reserve.round_id == entry.id, Reserve.replaces_id.is_not(None)
    )
    query = select(Nomination).where(
        Nomination.round_id == entry.id, Nomination.status.in_(FALLEN), Nomination.id.not_in(replaced)
    )
    fallen = ctx.session.scalars(query.order_by(Nomination.id))
    return [nomination for nomination in fallen if nomination.id in published]


def tell(ctx: Context, nomination: Nomination) -> int:
    """Tell every organiser that a candidate has left a place a reserve may take; returns how many."""
    entry = nomination.round
    if nomination.id not in {vacant.id for vacant in list_of(ctx, entry)}:
        return 0
    programme = wiring.pack_of(ctx, entry).programme
    category = programme.categories[nomination.category or ""].name
    return notifications.notify(
        ctx,
        notifications.list_holders(ctx, [f"organiser@{entry.organiser.code}"]),
        kind="vacancy",
        text=f"“{category}”空出 1 个候选人名额：{nomination.name}。请在届次的“候补”页办理递补。",
        dedupe=f"vacancy:{nomination.id}",
        round_id=entry.id,
        instance_id=nomination.instance_id,
    )
