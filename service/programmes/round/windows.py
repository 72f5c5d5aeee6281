"""Windows for objections, as they end."""

from __future__ import annotations

from sqlalchemy import select

from service.models import Nomination, Notice
from service.programmes import wiring
from service.workflow import history
from service.workflow.context import Context


def close(ctx: Context, notice: Notice) -> None:
    """End the window of a notice now; nothing where it ended already."""
    if notice.closed_at is None:
        notice.closed_at = ctx.now
        number = notice.round_id
        history.record_in(ctx, f"round:{number}", "notice.closed", round_id=number, notice=notice.id)


def close_local(ctx: Context, nomination: Nomination) -> None:
    """End the notice of a nomination alone that still runs: it goes no further, or is published anew."""
    if wiring.pack_of(ctx, nomination.round).programme.notices:
        query = select(Notice).where(Notice.nomination_id == nomination.id, Notice.closed_at.is_(None))
        for notice in ctx.session.scalars(query):
            close(ctx, notice)
