"""The papers of a programme: gathering what a nomination or a round holds and setting it as the annexes do.

Identity numbers and phones stand in full only for whom ``may_read_in_full`` lets in; every export of
personal data is noted with receiver and purpose (个人信息保护法第二十三条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.documents.notice import make_notice
from service.documents.recommendation import make_recommendation
from service.documents.records import (
    Candidate,
    Contact,
    NoticeRecord,
    OpinionRecord,
    QuotaTableRecord,
    RecommendationRecord,
    RosterRecord,
    RosterRow,
)
from service.documents.spreadsheets import make_quota_table, make_roster
from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination, NominationStatus, Notice, NoticeKind, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import attachments, nominations, opinions, record
from service.programmes.nomination.opinions import GivenOpinion
from service.programmes.publication import notices
from service.programmes.round import calendars, funnel
from service.programmes.rule import identity_number
from service.workflow import history
from service.workflow.context import Context

EXPORTS = "exports"  #: the history stream exports are noted in
#: statuses of nominations that a recommending unit has handed in and that still stand
HANDED_IN = (
    NominationStatus.QUALIFYING,
    NominationStatus.SHORTLISTED,
    NominationStatus.SELECTED,
    NominationStatus.AWARDED,
    NominationStatus.NOT_SELECTED,
)
MIN_PURPOSE = 2


def may_read_in_full(ctx: Context, entry: Round, recommender: Unit | None) -> bool:
    """Say whether identity numbers go out in full: to the organiser, and to a recommender of its own rows."""
    actor = ctx.actor
    if actor.is_system or nominations.is_organiser(ctx, entry):
        return True
    return recommender is not None and f"recommender@{recommender.code}" in actor.groups


def may_export_roster(ctx: Context, entry: Round, recommender: Unit | None) -> bool:
    """Say whether the actor may have a roster at all: the organiser any, a unit only from its own part."""
    actor = ctx.actor
    if may_read_in_full(ctx, entry, recommender) or actor.is_admin:
        return True
    if recommender is None:
        return False
    return nominations.acts_at_or_above(actor, recommender, ("recommender", "unit_admin"))


def note_export(ctx: Context, entry: Round, paper: str, *, receiver: str, purpose: str, **about: Any) -> None:
    """Note in the history who took a paper with personal data, for whom and what for."""
    fields = {}
    if len(receiver.strip()) < MIN_PURPOSE:
        fields["receiver"] = "请写明交给谁使用"
    if len(purpose.strip()) < MIN_PURPOSE:
        fields["purpose"] = "请写明用途"
    if fields:
        raise Invalid("导出含个人信息，须写明接收方和用途。", fields=fields)
    history.record_in(
        ctx, EXPORTS, "paper.exported", round_id=entry.id, paper=paper, receiver=receiver.strip()[:200],
        purpose=purpose.strip()[:200], **about,
    )  # fmt: skip


def print_recommendation(ctx: Context, nomination: Nomination) -> bytes:
    """Return annex 2 of a nomination as .docx, the opinions that stand printed in their places."""
    pack = wiring.pack_of(ctx, nomination.round)
    answers = record.answers_of(ctx, nomination)
    if not answers:
        raise Conflict("推荐表还没有提交过，提交后才能打印。")
    in_full = may_read_in_full(ctx, nomination.round, nomination.recommender) or _is_own(ctx, nomination)
    given = opinions.printed(opinions.list_of(ctx, nomination))
    zone = pack.programme.zone
    texts = {key: str(answers.get(key) or "") for key in _PLAIN}
    category = pack.programme.categories.get(nomination.category or "")
    number, phone = str(answers.get("id_number") or ""), str(answers.get("phone") or "")
    paper = RecommendationRecord(
        **texts,
        birth_month=_month(str(answers.get("birth_month") or "")),
        id_number=number if in_full else identity_number.mask(number),
        phone=phone if in_full else identity_number.mask_phone(phone),
        category=category.name if category else "",
        honours=str(answers.get("achievements") or ""),
        photo=_portrait(ctx, nomination),
        league_opinion=_opinion(given.get(1), zone),
        workplace_opinion=_opinion(given.get(2), zone),
        recommender_opinion=_opinion(given.get(3), zone, as_reason=True),
    )
    return make_recommendation(paper, pack.templates["recommendation.docx"])


def print_roster(ctx: Context, entry: Round, recommender: Unit | None) -> bytes:
    """Return annex 3 as .xlsx, a sheet a category: of one recommending unit, or of the whole round."""
    if not may_export_roster(ctx, entry, recommender):
        raise Forbidden("只有主办单位和推荐单位自己可以导出汇总表。")
    programme = wiring.pack_of(ctx, entry).programme
    in_full = may_read_in_full(ctx, entry, recommender)
    sheets: dict[str, list[RosterRow]] = {category.name: [] for category in programme.categories.values()}
    for nomination in _handed_in(ctx, entry, recommender):
        category = programme.categories.get(nomination.category or "")
        if category is not None:
            sheets[category.name].append(_row(nomination, in_full=in_full))
    name = recommender.name if recommender else f"{entry.organiser.name}（各推荐单位汇总）"
    return make_roster(RosterRecord(title=_title(ctx, entry, "roster"), recommender=name, sheets=sheets))


def print_roster_template(ctx: Context, entry: Round) -> bytes:
    """Return an empty annex 3 to be filled in and imported."""
    categories = wiring.pack_of(ctx, entry).programme.categories.values()
    sheets: Mapping[str, Sequence[RosterRow]] = {category.name: [] for category in categories}
    return make_roster(RosterRecord(title=_title(ctx, entry, "roster"), recommender="", sheets=sheets))


def print_quotas(ctx: Context, entry: Round) -> bytes:
    """Return annex 1 as .xlsx with live sums."""
    categories = wiring.pack_of(ctx, entry).programme.categories
    rows = [
        (unit.name, [row[key].places if key in row else 0 for key in categories])
        for unit, row, _total in funnel.tabulate(ctx, entry).rows
    ]
    return make_quota_table(
        QuotaTableRecord(
            title=_title(ctx, entry, "quotas"),
            categories=[category.name for category in categories.values()],
            rows=rows,
        )
    )


def print_notice(ctx: Context, entry: Round) -> bytes:
    """Return the newest 公示 of a round as .docx, from its frozen list and nothing else."""
    notice = notices.find_newest(ctx, entry, NoticeKind.CANDIDATES)
    if notice is None:
        raise Conflict("还没有公示，发布后才能打印。")
    programme = wiring.pack_of(ctx, entry).programme
    starts = notice.opens_at.astimezone(programme.zone).date()
    basis = f"根据《关于开展{programme.title}的通知》（{programme.document_number}）安排"
    return make_notice(
        NoticeRecord(
            title=notice.title,
            basis=basis,
            candidates=_candidates(notice),
            starts=starts,
            last_day=_last_day(notice, programme.zone) or starts,
            working_days=_working_days(ctx, notice, programme.zone, starts),
            contact=Contact(department=notice.snapshot["contact"].get("receiver", "")),
            issuer=notice.snapshot["organiser"],
            day=starts,
        )
    )


_PLAIN = ("name", "sex", "ethnicity", "education", "political_status", "workplace_and_post", "deeds")


def _is_own(ctx: Context, nomination: Nomination) -> bool:
    """The nominee and the workplace that filled the form in print it for signing and sealing."""
    actor = ctx.actor
    if actor.user_id is not None and actor.user_id == nomination.nominee_id:
        return True
    return f"league@{nomination.unit.code}" in actor.groups


def _title(ctx: Context, entry: Round, paper: str) -> str:
    programme = wiring.pack_of(ctx, entry).programme
    return programme.papers[paper].title if paper in programme.papers else programme.title


def _handed_in(ctx: Context, entry: Round, recommender: Unit | None) -> Sequence[Nomination]:
    query = select(Nomination).where(Nomination.round_id == entry.id, Nomination.status.in_(HANDED_IN))
    if recommender is not None:
        query = query.where(Nomination.recommender_id == recommender.id)
    query = query.options(joinedload(Nomination.recommender))
    return list(ctx.session.scalars(query.order_by(Nomination.recommender_id, Nomination.id)))


def _row(nomination: Nomination, *, in_full: bool) -> RosterRow:
    number, phone = nomination.id_number or "", nomination.phone or ""
    exception = f"破格：{nomination.exception_reason}" if nomination.exception_reason else ""
    stated = f"说明：{nomination.stated_reason}" if nomination.stated_reason else ""
    return RosterRow(
        name=nomination.name,
        sex=nomination.sex,
        birth_month=f"{nomination.birth_date:%Y-%m}" if nomination.birth_date else "",
        political_status=nomination.political_status,
        workplace_and_post=nomination.workplace_and_post,
        phone=phone if in_full else identity_number.mask_phone(phone),
        id_number=number if in_full else identity_number.mask(number),
        remark="；".join(part for part in (exception, stated, nomination.remark) if part),
    )


def _opinion(given: GivenOpinion | None, zone: ZoneInfo, *, as_reason: bool = False) -> OpinionRecord:
    if given is None:
        return OpinionRecord()
    return OpinionRecord(
        text="" if as_reason else given.text,
        reason=given.text if as_reason else "",
        signer=given.signed_by,
        day=given.given_at.astimezone(zone).date(),
    )


def _portrait(ctx: Context, nomination: Nomination) -> bytes | None:
    slots = wiring.pack_of(ctx, nomination.round).programme.slots
    portraits = {key for key, slot in slots.items() if slot.photo is not None and slot.most == 1}
    for attachment in attachments.list_of(ctx, nomination):
        if attachment.slot in portraits:
            return wiring.storage_of(ctx).read(attachment.sha256)
    return None


def _month(text: str) -> str:
    year, _dash, month = text.partition("-")
    return f"{year}年{int(month)}月" if month.isdigit() else text


def _candidates(notice: Notice) -> dict[str, list[Candidate]]:
    return {
        category["name"]: [
            Candidate(
                name=person["name"],
                sex=person["sex"],
                workplace_and_post=person["workplace_and_post"],
                remark=f"破格：{person['exception_reason']}" if person["exception_reason"] else "",
            )
            for person in category["people"]
        ]
        for category in notice.snapshot["categories"]
    }


def _last_day(notice: Notice, zone: ZoneInfo) -> date | None:
    closes: datetime | None = notice.closes_at
    return (closes - timedelta(microseconds=1)).astimezone(zone).date() if closes else None


def _working_days(ctx: Context, notice: Notice, zone: ZoneInfo, starts: date) -> int:
    programme = wiring.pack_of(ctx, notice.round).programme
    last = _last_day(notice, zone)
    if last is None:
        return programme.notice.working_days
    calendar = calendars.load(ctx)
    first = int(programme.notice.count_first_day and calendar.is_working_day(starts))
    return calendar.between(starts, last) + first
