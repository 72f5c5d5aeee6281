"""Auditing: whether the history's chains hold, and the newest acts on personal data or the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.models import HistoryEvent
from service.workflow import history
from service.workflow.context import Context
from service.workflow.history import Break

#: streams shown to an auditor; those of instances stand on their own pages
STREAMS = ("exports", "reveals", "privacy", "system", "calendar", "logins")
MOST_BREAKS = 100


@dataclass(frozen=True, kw_only=True)
class Report:
    """What verifying found."""

    events: int
    streams: int
    breaks: Sequence[Break]  #: the first of them; none where every chain holds


def verify(ctx: Context) -> Report:
    """Verify every chain from its first event to its head."""
    counted = select(func.count(HistoryEvent.id), func.count(HistoryEvent.stream.distinct()))
    events, streams = ctx.session.execute(counted).one()
    breaks = []
    for found in history.verify(ctx.session):
        breaks.append(found)
        if len(breaks) == MOST_BREAKS:
            break
    return Report(events=events, streams=streams, breaks=breaks)


def list_recent(ctx: Context, *, limit: int = 100) -> Sequence[HistoryEvent]:
    """Return the newest events that concern the house as a whole."""
    query = select(HistoryEvent).where(HistoryEvent.stream.in_(STREAMS))
    return list(ctx.session.scalars(query.order_by(HistoryEvent.id.desc()).limit(limit)))
