"""Verifying a printed paper by the code at its foot: which it is and when it was printed, nobody's data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.errors import NotFound
from service.models import Nomination, PrintedPaper, Round, StampedScan, Unit
from service.programmes import wiring
from service.programmes.paper.scans import CODE_LENGTH, code_of
from service.workflow.context import Context

HASH_LENGTH = 64
_CODE = re.compile(rf"[0-9a-f]{{{CODE_LENGTH}}}")


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What the public may know of a printed paper."""

    code: str
    title: str
    round_title: str
    unit: str  #: whose roster, or the workplace that handed the form in
    printed_at: datetime  #: for the last time
    is_newest: bool  #: nothing with other words was printed of the same since
    is_stamped: bool  #: its scan with the seals has come back


def find_by_code(ctx: Context, code: str) -> Verified:
    """Return what is known of a printed paper by its code, however it is written; NotFound else."""
    wanted = re.sub(r"[\s-]", "", code).lower()
    if not _CODE.fullmatch(wanted):
        raise NotFound("没有这个打印版本编码，请核对后再查。")
    # every hash that begins with it, in a way that both databases find by their index
    first, last = (wanted.ljust(HASH_LENGTH, digit) for digit in "0f")
    query = select(PrintedPaper).where(PrintedPaper.content_hash.between(first, last))
    printed = ctx.session.scalars(query.order_by(PrintedPaper.id.desc()).limit(1)).first()
    if printed is None:
        raise NotFound("没有这个打印版本编码，请核对后再查。")
    return _describe(ctx, printed)


def is_code(text: str) -> bool:
    """Say whether a text is written like the code at the foot of a paper."""
    return _CODE.fullmatch(re.sub(r"[\s-]", "", text).lower()) is not None


def _describe(ctx: Context, printed: PrintedPaper) -> Verified:
    entry = ctx.session.get_one(Round, printed.round_id)
    paper = wiring.pack_of(ctx, entry).programme.papers.get(printed.paper)
    newer = select(PrintedPaper.id).where(
        PrintedPaper.round_id == printed.round_id,
        PrintedPaper.paper == printed.paper,
        PrintedPaper.nomination_id.is_not_distinct_from(printed.nomination_id),
        PrintedPaper.recommender_id.is_not_distinct_from(printed.recommender_id),
        PrintedPaper.last_printed_at > printed.last_printed_at,
    )
    stamped = select(StampedScan.id).where(StampedScan.printed_paper_id == printed.id).limit(1)
    return Verified(
        code=code_of(printed.content_hash),
        title=paper.title if paper else printed.paper,
        round_title=f"{entry.title} {entry.label}",
        unit=_unit_of(ctx, printed) or entry.organiser.name,
        printed_at=printed.last_printed_at,
        is_newest=ctx.session.scalar(newer.limit(1)) is None,
        is_stamped=ctx.session.scalar(stamped) is not None,
    )


def _unit_of(ctx: Context, printed: PrintedPaper) -> str:
    if printed.nomination_id is not None:
        return ctx.session.get_one(Nomination, printed.nomination_id).unit.name
    if printed.recommender_id is not None:
        return ctx.session.get_one(Unit, printed.recommender_id).name
    return ""
