"""Official papers of a round (公文): 公示, 公布 and 取消资格, in the sentences the programme declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.documents.official import make_official
from service.documents.records import Column, OfficialList, OfficialRecord
from service.documents.word import write_day
from service.errors import Conflict, NotFound
from service.models import Nomination, NominationStatus, Notice, NoticeKind, Round
from service.programmes import wiring
from service.programmes.pack.columns import columns_of
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import ANNOUNCEMENT, DISQUALIFICATION, PUBLICATION, Official, Paper
from service.programmes.publication import document_numbers, published
from service.programmes.publication.published import Published
from service.programmes.round import calendars
from service.workflow.context import Context

#: the paper each kind of notice is printed on
PAPERS = {
    NoticeKind.CANDIDATES: PUBLICATION,
    NoticeKind.SUPPLEMENT: PUBLICATION,
    NoticeKind.AWARDS: ANNOUNCEMENT,
}
#: of a list published before these were asked for
NOT_SAID = "见公示页面"
#: statuses of those who lose their place by decision
LOST = (NominationStatus.DISQUALIFIED, NominationStatus.CANCELLED)


def list_printable(ctx: Context, entry: Round) -> list[Published]:
    """Return a round's notices of which its programme has the paper."""
    pack = wiring.pack_of(ctx, entry)
    return [one for one in published.list_of(ctx, entry) if has(pack, PAPERS[one.kind])]


def print_notice(ctx: Context, entry: Round, one: Published) -> bytes:
    """Return a 公示 or 公布 of a round as .docx, from its frozen list and nothing else.

    What was published later, of a few, has the title it was published under.
    """
    pack, notice = wiring.pack_of(ctx, entry), one.notice
    paper = _find(pack, PAPERS[notice.kind])
    words = _words(pack, entry) | _list_words(ctx, pack, notice)
    columns = columns_of(paper, pack.forms[pack.programme.record_form])
    lists = [OfficialList(title=_list_title(pack, one), tables=_tables(notice, columns))]
    day = notice.opens_at.astimezone(pack.programme.zone).date()
    made = _record(paper, entry, words, day, number=one.number, columns=columns, lists=lists)
    return make_official(made if one.is_whole else replace(made, title=notice.title))


def print_disqualification(ctx: Context, nomination: Nomination) -> bytes:
    """Return the notice to one who lost his place (取消参选资格, 取消候选人资格) as .docx."""
    pack = wiring.pack_of(ctx, nomination.round)
    paper = _find(pack, DISQUALIFICATION)
    _require_lost(nomination)
    category = pack.programme.categories.get(nomination.category or "")
    words = _words(pack, nomination.round) | {
        "name": nomination.name,
        "unit": nomination.unit.name,
        "recommender": nomination.recommender.name,
        "category": category.name if category else "",
        "reason": nomination.status_reason.strip("。") or "不符合条件",
        "title": "参选资格" if nomination.status == NominationStatus.DISQUALIFIED else "候选人资格",
    }
    day = _decided_at(ctx, nomination).astimezone(pack.programme.zone).date()
    number = document_numbers.find_of_disqualification(ctx, nomination)
    return make_official(_record(paper, nomination.round, words, day, number=number))


def read_number(ctx: Context, nomination: Nomination) -> str:
    """Return the 发文字号 of the notice to one who lost his place; empty before it is given."""
    _find(wiring.pack_of(ctx, nomination.round), DISQUALIFICATION)
    _require_lost(nomination)
    return document_numbers.find_of_disqualification(ctx, nomination)


def number_disqualification(ctx: Context, nomination: Nomination, number: str) -> None:
    """Keep the 发文字号 of the notice to one who lost his place."""
    _find(wiring.pack_of(ctx, nomination.round), DISQUALIFICATION)
    _require_lost(nomination)
    document_numbers.give_to_disqualification(ctx, nomination, number)


def print_list(
    ctx: Context,
    entry: Round,
    paper: Paper,
    said: Mapping[str, str],
    day: date,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str] = (),
) -> bytes:
    """Return a paper with one list as .docx: its sentences with what is ``said``, notes, the rows annexed."""
    words = _words(wiring.pack_of(ctx, entry), entry) | dict(said)
    lists = [OfficialList(title=_fill(paper.title, words), tables={"": rows})] if rows else []
    made = _record(paper, entry, words, day, columns=columns, lists=lists)
    return make_official(replace(made, body=[*made.body, *notes]))


def _require_lost(nomination: Nomination) -> None:
    if nomination.status not in LOST:
        raise Conflict("这份申报没有被取消资格。")


def _decided_at(ctx: Context, nomination: Nomination) -> datetime:
    """When somebody lost his place: his process ends with the decision, however late it is printed."""
    instance = nomination.instance
    ended = instance.ended_at if instance is not None else None
    return ended or ctx.now


def introduce(ctx: Context, notice: Notice) -> str:
    """Return the first sentences of a 公示 or 公布 as its paper has them; empty where there is no paper."""
    pack = wiring.pack_of(ctx, notice.round)
    papers = pack.programme.papers_of(PAPERS.get(notice.kind, ""))
    if not papers or papers[0].official is None or not papers[0].official.body:
        return ""
    return _fill(papers[0].official.body[0], _words(pack, notice.round) | _list_words(ctx, pack, notice))


def has(pack: Pack, kind: str) -> bool:
    """Say whether a programme declares a paper of a kind."""
    return bool(pack.programme.papers_of(kind))


def _find(pack: Pack, kind: str) -> Paper:
    papers = pack.programme.papers_of(kind)
    if not papers:
        raise NotFound("这项活动没有这种公文。")
    return papers[0]


def _record(
    paper: Paper,
    entry: Round,
    words: Mapping[str, str],
    day: date,
    *,
    number: str = "",
    columns: Sequence[Column] = (),
    lists: Sequence[OfficialList] = (),
) -> OfficialRecord:
    official = paper.official
    assert isinstance(official, Official)
    return OfficialRecord(
        title=_fill(paper.title, words),
        body=[_fill(text, words) for text in official.body],
        issuer=official.issuer or entry.organiser.name,
        day=day,
        mark=official.mark,
        number=number or official.number,
        addressee=_fill(official.addressee, words),
        columns=columns,
        lists=lists,
        copies=official.copies,
        printer=official.printer,
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    """Put words for their names; what an answer holds is never read as a name itself."""
    return text.format_map(words)


def _words(pack: Pack, entry: Round) -> dict[str, str]:
    programme = pack.programme
    return {
        "document": programme.document_number,
        "programme": programme.title,
        "award": programme.award.title,
        "year": str(entry.year),
        "organiser": entry.organiser.name,
    }


def _list_words(ctx: Context, pack: Pack, notice: Notice) -> dict[str, str]:
    zone = pack.programme.zone
    total = sum(len(category["people"]) for category in notice.snapshot["categories"])
    starts = notice.opens_at.astimezone(zone).date()
    last = _last_day(notice, zone)
    if last is None:
        return {"total": str(total), "window": "", "days": ""}
    contact = notice.snapshot["contact"]
    calendar = calendars.load(ctx)
    first = int(pack.programme.notice.count_first_day and calendar.is_working_day(starts))
    return {
        "total": str(total),
        "window": f"{write_day(starts)}至{write_day(last)}24:00",
        "days": str(calendar.between(starts, last) + first),
        **{key: contact.get(key) or NOT_SAID for key in ("receiver", "phone", "email", "address")},
    }


def _list_title(pack: Pack, one: Published) -> str:
    first, later = ("候选人", "递补候选人") if PAPERS[one.kind] == PUBLICATION else ("", "补充")
    return f"“{pack.programme.award.title}”{first if one.is_whole else later}名单"


def _tables(notice: Notice, columns: Sequence[Column]) -> dict[str, list[list[str]]]:
    tables: dict[str, list[list[str]]] = {}
    categories = notice.snapshot["categories"]
    for category in categories:
        if not category["people"]:
            continue
        rows = [
            [_cell(column.key, number, person, category["name"]) for column in columns]
            for number, person in enumerate(category["people"], start=1)
        ]
        tables[category["name"] if len(categories) > 1 else ""] = rows
    return tables


def _cell(key: str, number: int, person: Mapping[str, Any], category: str) -> str:
    """Return a cell from the frozen list; what was not published prints nothing."""
    if key == "remark":
        reason = person.get("exception_reason")
        return f"破格：{reason}" if reason else ""
    derived = {"number": str(number), "category": category}
    return derived.get(key) or str(person.get(key) or "")


def _last_day(notice: Notice, zone: ZoneInfo) -> date | None:
    closes: datetime | None = notice.closes_at
    return (closes - timedelta(microseconds=1)).astimezone(zone).date() if closes else None
