"""What an organiser published of a round, each by its own name: 公示, 补充公示 1, 公布, 补充公布 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from service.errors import NotFound
from service.models import DocumentNumber, Notice, NoticeKind, Round
from service.workflow.context import Context

#: what the first notice of a kind is called, and every later one
_NAMES = {
    NoticeKind.CANDIDATES: ("公示", "公示 {number}"),
    NoticeKind.SUPPLEMENT: ("补充公示 1", "补充公示 {number}"),
    NoticeKind.AWARDS: ("公布", "补充公布 {number}"),
}


@dataclass(frozen=True, kw_only=True)
class Published:
    """A notice among those of its round."""

    notice: Notice
    name: str
    is_whole: bool  #: the round's list; what else is published is about a few
    number: str  #: 发文字号 the office gave it; empty before

    @property
    def slug(self) -> str:
        """The name in its public address."""
        return self.notice.slug

    @property
    def kind(self) -> NoticeKind:
        """What it publishes."""
        return self.notice.kind

    @property
    def title(self) -> str:
        """What its public page is called."""
        return self.notice.title


def list_of(ctx: Context, entry: Round) -> Sequence[Published]:
    """Return a round's notices by its organiser, the candidates' before the awards', oldest first."""
    query = (
        select(Notice, DocumentNumber.number)
        .outerjoin(DocumentNumber, DocumentNumber.notice_id == Notice.id)
        .where(Notice.round_id == entry.id, Notice.kind.in_(_NAMES))
    )
    rows = ctx.session.execute(query.order_by(Notice.id)).all()
    counts = Counter[NoticeKind]()
    found = []
    for notice, number in sorted(rows, key=lambda row: list(_NAMES).index(row[0].kind)):
        counts[notice.kind] += 1
        found.append(_name(notice, counts[notice.kind], number or ""))
    return found


def get(ctx: Context, entry: Round, notice_id: int) -> Published:
    """Return one of a round's notices by its number."""
    found = next((one for one in list_of(ctx, entry) if one.notice.id == notice_id), None)
    if found is None:
        raise NotFound("没有这份公示，可能地址有误或尚未发布。")
    return found


def get_by_slug(ctx: Context, entry: Round, slug: str) -> Published:
    """Return one of a round's notices by the name in its public address."""
    found = next((one for one in list_of(ctx, entry) if one.slug == slug), None)
    if found is None:
        raise NotFound("没有这份公示，可能地址有误或尚未发布。")
    return found


def _name(notice: Notice, place: int, number: str) -> Published:
    first, later = _NAMES[notice.kind]
    is_award = notice.kind == NoticeKind.AWARDS
    is_whole = notice.kind == NoticeKind.CANDIDATES or (is_award and place == 1)
    name = first if place == 1 else later.format(number=place - is_award)
    return Published(notice=notice, name=name, is_whole=is_whole, number=number)
