"""Notices: the frozen, masked lists put before the public, and the window for objections."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from service.errors import Conflict, NotFound
from service.models import (
    OPEN_OBJECTION,
    Nomination,
    NominationStatus,
    Notice,
    NoticeKind,
    Objection,
    Reserve,
    Round,
    Unit,
)
from service.programmes import wiring
from service.programmes.nomination import exceptions
from service.programmes.pack.programme import LocalNotice, NoticeRule
from service.programmes.privacy import publication
from service.programmes.publication import contacts, notice_titles
from service.programmes.round import calendars, windows
from service.programmes.rule import identity_number
from service.workflow import history, memory
from service.workflow.context import Context

MAX_KEY = 25  #: of a programme's key, as a public address shows it
MAX_TITLE = 200
MOST_LISTED = 50
#: kinds that take objections
OBJECTABLE = (NoticeKind.CANDIDATES, NoticeKind.SUPPLEMENT, NoticeKind.LOCAL)
_ORGANISERS = tuple(kind for kind in NoticeKind if kind is not NoticeKind.LOCAL)
#: where a transaction remembers who is on the lists of awards, by round
ANNOUNCED = "announced_awards"
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


def open_candidates(ctx: Context, entry: Round) -> Notice:
    """Publish the candidates of a round for objections (公示); raises CalendarMissing without a calendar.

    The list is frozen here: name, sex, unit and post, category, and the reason of an exception (破格
    须说明理由). Identity numbers, phones and birth days never enter it (requirements §3.5).
    """
    programme = wiring.pack_of(ctx, entry).programme
    people = list_candidates(ctx, entry)
    if not people:
        raise Conflict("还没有候选人，不能公示。")
    contacts.require_complete(ctx, entry)
    title = notice_titles.of_candidates(programme, entry)
    return open_window(ctx, entry, NoticeKind.CANDIDATES, title, people)


def list_candidates(ctx: Context, entry: Round) -> Sequence[Nomination]:
    """Return whoever stands on a round's list of candidates just now, in the order it is published in."""
    return _nominations(ctx, entry, NominationStatus.SELECTED)


def list_left_out(ctx: Context, entry: Round) -> Sequence[Nomination]:
    """Return whom the review left off the list while it may still change."""
    return _nominations(ctx, entry, NominationStatus.NOT_LISTED)


def open_supplement(ctx: Context, nomination: Nomination) -> Notice:
    """Publish one further candidate for objections (补充公示), for as long as the others were."""
    entry = nomination.round
    contacts.require_complete(ctx, entry)
    title = notice_titles.of_further_candidate(wiring.pack_of(ctx, entry).programme)
    return open_window(ctx, entry, NoticeKind.SUPPLEMENT, title, [nomination])


def close_supplement(ctx: Context, notice: Notice) -> None:
    """End the window of a further candidate; raises Conflict before his last day is over."""
    if notice.closes_at is not None and ctx.now < notice.closes_at:
        raise Conflict("补充公示还没有期满，不能结束。")
    windows.close(ctx, notice)


def close_candidates(ctx: Context, entry: Round) -> None:
    """End the window of a round's notice; Conflict before the last day it promises is over."""
    notice = find_newest(ctx, entry, NoticeKind.CANDIDATES)
    if notice is not None:
        if notice.closes_at is not None and ctx.now < notice.closes_at:
            raise Conflict("公示还没有期满，不能结束。请把流程图中这个公示的计时改为 =notice.until。")
        windows.close(ctx, notice)


def publish_awards(ctx: Context, entry: Round) -> Notice:
    """Publish the candidates whom no open objection holds up (公布); their nominations then take the title.

    A candidate whose case is settled later in his favour is published by ``supplement_awards``; one who
    withdrew his consent to publication takes the title and is not published.
    """
    programme = wiring.pack_of(ctx, entry).programme
    held_up = (
        select(Objection.nomination_id)
        .join(Nomination, Nomination.id == Objection.nomination_id)
        .where(
            Objection.round_id == entry.id,
            Objection.status.in_(OPEN_OBJECTION),
            Nomination.status == NominationStatus.SELECTED,
        )
    )
    objected = set(ctx.session.scalars(held_up))
    if objected and programme.notice.open_objection == "list":
        raise Conflict(f"还有 {len(objected)} 位候选人的异议没有办结，按活动设置办结后才能公布整份名单。")
    blocked = objected | _unpublished_reserves(ctx, entry)
    people = [n for n in _nominations(ctx, entry, NominationStatus.SELECTED) if n.id not in blocked]
    people = publication.leave_out_unwilling(ctx, people)
    return _publish(ctx, entry, NoticeKind.AWARDS, notice_titles.of_awards(programme, entry), people)


def supplement_awards(ctx: Context, nomination: Nomination) -> None:
    """Publish one who takes the title after the list was out; nothing if he is on it or there is none."""
    entry = nomination.round
    announced = _announced(ctx, entry)
    if announced is None or nomination.id in announced:
        return
    if not publication.leave_out_unwilling(ctx, [nomination]):
        return
    title = notice_titles.of_further_awards(wiring.pack_of(ctx, entry).programme, entry)
    _publish(ctx, entry, NoticeKind.AWARDS, title, [nomination])


def find_newest(ctx: Context, entry: Round, kind: NoticeKind) -> Notice | None:
    """Return a round's newest notice of a kind."""
    query = select(Notice).where(Notice.round_id == entry.id, Notice.kind == kind)
    return ctx.session.scalars(query.order_by(Notice.id.desc()).limit(1)).first()


def get_public(ctx: Context, slug: str) -> Notice:
    """Return a published notice by the name in its public address."""
    notice = ctx.session.scalar(
        select(Notice)
        .where(Notice.slug == slug, Notice.opens_at <= ctx.now)
        .options(joinedload(Notice.round), joinedload(Notice.publisher))
    )
    if notice is None:
        raise NotFound("没有这份公示，可能地址有误或尚未发布。")
    return notice


def list_public(ctx: Context, *, limit: int = 50) -> Sequence[Notice]:
    """Return what organisers published, newest first; local notices are listed by ``local_notices``.

    Their snapshots are not read, and of the others not even their rows: each holds a whole list of people.
    """
    newest = select(Notice.id).where(Notice.kind.in_(_ORGANISERS)).order_by(Notice.id.desc()).limit(limit)
    query = select(Notice).where(Notice.id.in_(newest), Notice.opens_at <= ctx.now)
    query = query.options(joinedload(Notice.publisher), defer(Notice.snapshot))
    return list(ctx.session.scalars(query.order_by(Notice.id.desc())))


def list_objectable(ctx: Context, entry: Round) -> Sequence[Notice]:
    """Return a round's notices that take objections or took them, newest first."""
    query = select(Notice).where(Notice.round_id == entry.id, Notice.kind.in_(OBJECTABLE))
    query = query.options(joinedload(Notice.publisher)).order_by(Notice.id.desc())
    return list(ctx.session.scalars(query.limit(MOST_LISTED)))


def is_open(notice: Notice, now: datetime) -> bool:
    """Say whether objections are taken: from the first moment until 24:00 of the last day."""
    return (
        notice.kind in OBJECTABLE
        and notice.closed_at is None
        and notice.closes_at is not None
        and notice.opens_at <= now < notice.closes_at
    )


def last_day(notice: Notice, ctx: Context) -> datetime | None:
    """Return a moment within the last day of a notice, for pages that print the day."""
    zone = wiring.pack_of(ctx, notice.round).programme.zone
    return (notice.closes_at - timedelta(microseconds=1)).astimezone(zone) if notice.closes_at else None


def open_window(
    ctx: Context,
    entry: Round,
    kind: NoticeKind,
    title: str,
    people: Sequence[Nomination],
    *,
    rule: NoticeRule | None = None,
    publisher: Unit | None = None,
) -> Notice:
    """Freeze a list and take objections to it for as long as a rule says, ``[notice]`` where none is given.

    A publisher other than the organiser is written into the list with the contact of its own rule.
    """
    programme = wiring.pack_of(ctx, entry).programme
    rule = rule or programme.notice
    publication.require_publishable(ctx, people)
    closes_at = calendars.load(ctx).end_of_window(
        ctx.now.astimezone(programme.zone).date(),
        rule.working_days,
        programme.zone,
        count_first_day=rule.count_first_day,
    )
    own = {"contact": contacts.contact_of(rule, publisher), "publisher": publisher.name} if publisher else {}
    notice = _publish(ctx, entry, kind, title, people, publisher=publisher, own=own)
    notice.closes_at = closes_at
    if isinstance(rule, LocalNotice):
        notice.key, notice.nomination_id = rule.key, people[0].id
    return notice


def _unpublished_reserves(ctx: Context, entry: Round) -> set[int]:
    """Reserves whose own 公示 is not over: they are announced after it, if at all."""
    query = select(Reserve.nomination_id).outerjoin(Notice, Notice.id == Reserve.notice_id)
    return set(ctx.session.scalars(query.where(Reserve.round_id == entry.id, Notice.closed_at.is_(None))))


def _publish(
    ctx: Context,
    entry: Round,
    kind: NoticeKind,
    title: str,
    people: Iterable[Nomination],
    *,
    publisher: Unit | None = None,
    own: dict[str, Any] | None = None,
) -> Notice:
    snapshot = _freeze(ctx, entry, people) | (own or {})
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True)
    notice = Notice(
        round_id=entry.id,
        round=entry,
        kind=kind,
        slug=f"{entry.programme[:MAX_KEY]}-{entry.year}-{secrets.token_hex(4)}",
        title=title,
        snapshot=snapshot,
        snapshot_hash=hashlib.sha256(text.encode()).hexdigest(),
        opens_at=ctx.now,
        publisher=publisher or entry.organiser,
    )
    ctx.session.add(notice)
    ctx.session.flush()
    memory.of(ctx.session).pop(ANNOUNCED, None)
    history.record_in(
        ctx, f"round:{entry.id}", "notice.published", round_id=entry.id, notice=notice.id, kind_of=kind,
        hash=notice.snapshot_hash,
    )  # fmt: skip
    return notice


def _freeze(ctx: Context, entry: Round, people: Iterable[Nomination]) -> dict[str, Any]:
    programme = wiring.pack_of(ctx, entry).programme
    lists: dict[str, list[dict[str, Any]]] = {key: [] for key in programme.categories}
    for person in people:
        reason = person.exception_reason if exceptions.counts_as_exception(person) else ""
        lists[person.category or ""].append(
            {
                "nomination": person.id,
                "name": person.name,
                "sex": person.sex,
                "workplace_and_post": _without_numbers(person.workplace_and_post),
                "recommender": person.recommender.name,
                "exception_reason": _without_numbers(reason),
            }
        )
    return {
        "programme": programme.title,
        "organiser": entry.organiser.name,
        "label": entry.label,
        "categories": [
            {"key": key, "name": category.name, "people": lists[key]}
            for key, category in programme.categories.items()
        ],
        "contact": contacts.contact_of(programme.notice, entry.organiser),
    }


def _without_numbers(text: str) -> str:
    """Mask what somebody wrote into a text that is published and that never may be: 身份证号 and mobiles."""
    masked = _ID_NUMBER.sub(lambda found: identity_number.mask(found[0]), text)
    return _MOBILE.sub(lambda found: identity_number.mask_phone(found[0]), masked)


def _announced(ctx: Context, entry: Round) -> frozenset[int] | None:
    """Return who is on a round's lists of awards, or None if there is none; read once a transaction.

    A list has everybody on it: reading it for each of them would take the square of their number.
    """
    known: dict[int, frozenset[int] | None] = memory.of(ctx.session).setdefault(ANNOUNCED, {})
    if entry.id not in known:
        query = select(Notice.snapshot).where(Notice.round_id == entry.id, Notice.kind == NoticeKind.AWARDS)
        lists = ctx.session.scalars(query).all()
        people = (p["nomination"] for one in lists for c in one["categories"] for p in c["people"])
        known[entry.id] = frozenset(people) if lists else None
    return known[entry.id]


def _nominations(ctx: Context, entry: Round, status: NominationStatus) -> list[Nomination]:
    query = (
        select(Nomination)
        .where(Nomination.round_id == entry.id, Nomination.status == status)
        .options(joinedload(Nomination.recommender))
    )
    return list(
        ctx.session.scalars(query.order_by(Nomination.category, Nomination.recommender_id, Nomination.id))
    )
