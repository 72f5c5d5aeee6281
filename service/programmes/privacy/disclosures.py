"""Who saw or took personal data: every look at a masked value and every export, with receiver and purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.models import HistoryEvent, Nomination
from service.workflow import history
from service.workflow.context import Context

REVEALS, EXPORTS = "reveals", "exports"
PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """One look or one export."""

    at: datetime
    who: str
    is_export: bool
    what: str  #: the field, or the paper
    about: str  #: nomination:5, objection:2, or the unit whose rows were taken
    receiver: str
    purpose: str
    round_id: int | None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the list is narrowed to; empty narrows nothing."""

    stream: str = ""
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None  #: exclusive


def list_page(ctx: Context, wanted: Filter, page: int = 1) -> tuple[Sequence[Disclosure], bool]:
    """Return a page of looks and exports, newest first, and whether there is another."""
    query = select(HistoryEvent).where(
        HistoryEvent.stream.in_([wanted.stream or REVEALS, wanted.stream or EXPORTS])
    )
    if wanted.who:
        query = query.where(HistoryEvent.actor_name.contains(wanted.who, autoescape=True))
    if wanted.since:
        query = query.where(HistoryEvent.at >= wanted.since)
    if wanted.until:
        query = query.where(HistoryEvent.at < wanted.until)
    query = query.order_by(HistoryEvent.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = [_read(event) for event in ctx.session.scalars(query)]
    return rows[:PAGE], len(rows) > PAGE


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Disclosure]:
    """Return every look at one nomination and every export of it, oldest first."""
    history.write_pending(ctx.session)
    query = select(HistoryEvent).where(
        HistoryEvent.stream.in_((REVEALS, EXPORTS)), HistoryEvent.round_id == nomination.round_id
    )
    events = ctx.session.scalars(query.order_by(HistoryEvent.id))
    return [_read(event) for event in events if _is_about(event.details, nomination)]


def _is_about(details: dict[str, Any], nomination: Nomination) -> bool:
    if details.get("of") == f"nomination:{nomination.id}" or details.get("nomination") == nomination.id:
        return True
    # a roster of everybody, or of the recommender, has a row of his
    return (
        "paper" in details
        and "nomination" not in details
        and details.get("unit", "")
        in (
            "",
            nomination.recommender.code,
        )
    )


def _read(event: HistoryEvent) -> Disclosure:
    details = event.details
    about = str(details.get("of") or details.get("unit") or "")
    if "nomination" in details:
        about = f"nomination:{details['nomination']}"
    return Disclosure(
        at=event.at,
        who=event.actor_name,
        is_export=event.stream == EXPORTS,
        what=str(details.get("field") or details.get("paper") or ""),
        about=about,
        receiver=str(details.get("receiver") or event.actor_name),
        purpose=str(details.get("purpose") or details.get("reason") or ""),
        round_id=event.round_id,
    )
