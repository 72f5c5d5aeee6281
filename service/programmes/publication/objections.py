"""Objections: signed reports during a notice, each with a case of its own that holds up its candidate."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from service.documents.uploads import AttachmentInfo
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import (
    OPEN_OBJECTION,
    Channel,
    Instance,
    Nomination,
    NominationStatus,
    Notice,
    NoticeKind,
    Objection,
    ObjectionStatus,
    Round,
    Sender,
    Unit,
)
from service.models.base import table_of
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.programmes.form import schemas
from service.programmes.nomination import asked_ahead, identities, nominations
from service.programmes.publication import evidence, local_notices, notices
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution

PROCESS = "objection"
FORM = "objection"  #: of the pack's [forms]
FIELDS = ("name", "contact", "facts")
MAX_TITLE = 200

_objection = table_of(Objection)
_COUNT_OPEN = (
    select(_objection.c.nomination_id, func.count())
    .where(
        _objection.c.nomination_id.in_(bindparam("candidates", expanding=True)),
        _objection.c.status.in_(OPEN_OBJECTION),
    )
    .group_by(_objection.c.nomination_id)
)
#: what nearly every step of a case asks for, read in one statement
_WITH_UNITS = joinedload(Objection.nomination).options(*nominations.WITH_UNITS)
#: how many objections against a candidate are open
COUNTED = "open_objections_counted"


def lodge(
    ctx: Context,
    notice: Notice,
    nomination_id: int,
    answers: Mapping[str, Any],
    *,
    sender: Sender = Sender.PERSON,
    files: Sequence[AttachmentInfo] = (),
) -> Objection:
    """Take an objection against a candidate of an open notice and begin its case.

    Real names only (单位反映需盖公章，个人反映需署实名及联系方式): name, contact and facts are
    required, kept encrypted, and never shown to the candidate; a unit hands in what it has stamped.
    """
    # held until the commit: whoever closes the notice waits, and sees this objection
    if ctx.session.is_modified(notice):
        ctx.session.flush()
    ctx.session.refresh(notice, ["closes_at", "closed_at"], with_for_update={"read": True})
    require_open(ctx, notice)
    return _take(ctx, notice, nomination_id, answers, sender=sender, files=files)


def register(
    ctx: Context,
    notice: Notice,
    nomination_id: int,
    answers: Mapping[str, Any],
    *,
    channel: Channel,
    came_on: date,
    sender: Sender = Sender.PERSON,
    files: Sequence[AttachmentInfo] = (),
) -> Objection:
    """Enter an objection that came by letter, telephone or in person, and begin its case.

    The day counts: a letter by its postmark, whatever day it arrives on, the others by their receipt.
    Until the titles are given, and by those who deal with the notice's objections.
    """
    if not may_register(ctx, notice):
        raise Forbidden("只有受理异议的单位可以登记来信来访。")
    if channel == Channel.ONLINE:
        raise Invalid("请选择来源。", fields={"channel": "请选择来信、来电或来访"})
    _require_within(ctx, notice, came_on)
    objection = _take(ctx, notice, nomination_id, answers, sender=sender, files=files)
    objection.channel, objection.came_on = channel, came_on
    history.record_in(
        ctx, f"round:{notice.round_id}", "objection.registered", round_id=notice.round_id,
        objection=objection.id, channel=str(channel), came_on=came_on.isoformat(),
    )  # fmt: skip
    return objection


def may_register(ctx: Context, notice: Notice) -> bool:
    """Say whether the actor enters objections to a notice by hand: the organiser, or who published it."""
    if ctx.actor.is_system or nominations.is_organiser(ctx, notice.round):
        return True
    roles = _roles_at(ctx, notice.round, local_notices.level_of(ctx, notice))
    return notice.kind == NoticeKind.LOCAL and any(
        f"{role}@{notice.publisher.code}" in ctx.actor.groups for role in roles
    )


def _require_within(ctx: Context, notice: Notice, came_on: date) -> None:
    zone = wiring.pack_of(ctx, notice.round).programme.zone
    last = notices.last_day(notice, ctx)
    first = notice.opens_at.astimezone(zone).date()
    if notice.kind not in notices.OBJECTABLE or last is None:
        raise Conflict("这份名单不受理异议。")
    if came_on > ctx.now.astimezone(zone).date():
        raise Invalid("日期还没有到。", fields={"came_on": "不能晚于今天"})
    if not first <= came_on <= last.date():
        raise Invalid(
            "不在公示期内，不作为公示异议受理；可以按信访程序办理。",
            fields={"came_on": f"公示期为 {first} 至 {last.date()}（信函以邮戳为准）"},
        )


def _take(
    ctx: Context,
    notice: Notice,
    nomination_id: int,
    answers: Mapping[str, Any],
    *,
    sender: Sender,
    files: Sequence[AttachmentInfo],
) -> Objection:
    nomination = ctx.session.get(Nomination, nomination_id)
    listed = {p["nomination"] for c in notice.snapshot["categories"] for p in c["people"]}
    if nomination is None or nomination_id not in listed:
        raise Invalid("请选择公示名单中的一位候选人。", fields={"nomination_id": "请从名单中选择"})
    _require_standing(nomination)
    clean = _check(ctx, notice, answers)
    if sender == Sender.UNIT and not files:
        raise Invalid(
            "单位反映须加盖公章，请上传盖章的书面材料。",
            fields={evidence.FIELD: "必填：盖章材料的扫描件或照片"},
        )
    objection = Objection(
        round_id=notice.round_id,
        notice_id=notice.id,
        nomination_id=nomination.id,
        name=clean["name"],
        contact=clean["contact"],
        facts=clean["facts"],
        more={key: value for key, value in clean.items() if key not in FIELDS} or None,
        sender=sender,
        receipt=secrets.token_hex(8),
        received_at=ctx.now,
    )
    ctx.session.add(objection)
    ctx.session.flush()
    asked_ahead.forget(ctx, COUNTED, nomination.id)
    nominee = identities.find_account(ctx, nomination)
    instance = execution.start(
        ctx.as_system(),
        deployments.get_newest(ctx, nomination.round.programme),
        PROCESS,
        business_key=f"objection:{objection.id}",
        title=f"异议 {objection.receipt[:6]} · {nomination.name} · {nomination.unit.name}"[:MAX_TITLE],
        round_id=notice.round_id,
        variables={
            "objection_id": objection.id,
            "nomination_id": nomination.id,
            "notice_level": local_notices.level_of(ctx, notice),
            "nominee": f"user:{nominee.id}" if nominee else None,
        },
    )
    objection.instance_id = instance.id
    evidence.keep(ctx, objection, files)
    return objection


def _require_standing(nomination: Nomination) -> None:
    if nomination.status == NominationStatus.AWARDED:
        raise Conflict("称号已经授予，不再作为公示异议受理；请向主办单位书面反映。")
    if nomination.status in FALLEN:
        raise Conflict("这位候选人已经退出评选或被取消资格，不需要再提出异议。感谢您的关心。")


def require_open(ctx: Context, notice: Notice) -> None:
    """Refuse whatever comes outside a notice's window."""
    if not notices.is_open(notice, ctx.now):
        raise Conflict("公示期已结束，不再受理异议。")


def of_instance(ctx: Context, instance: Instance) -> Objection | None:
    """Return the objection an instance is about, or None."""
    noun, _, number = instance.business_key.partition(":")
    if noun != "objection":
        return None
    return ctx.session.get(Objection, int(number), options=[_WITH_UNITS])


def is_about_actor(ctx: Context, instance: Instance) -> bool:
    """Say whether an instance is the case of an objection to the actor himself: it is kept from him."""
    objection = of_instance(ctx, instance)
    return objection is not None and identities.is_nominee(ctx, objection.nomination)


def is_of_actors_unit(ctx: Context, instance: Instance) -> bool:
    """Say whether an instance is the case of an objection to a notice that the actor's unit published."""
    objection = of_instance(ctx, instance)
    notice = objection.notice if objection else None
    return (
        notice is not None
        and notice.kind == NoticeKind.LOCAL
        and any(
            f"{role}@{notice.publisher.code}" in ctx.actor.groups
            for role in _roles_at(ctx, notice.round, local_notices.level_of(ctx, notice))
        )
    )


def settle(ctx: Context, objection: Objection, status: ObjectionStatus, conclusion: str) -> None:
    """Note how a case ended."""
    asked_ahead.forget(ctx, COUNTED, objection.nomination_id)
    objection.status = status
    objection.conclusion = conclusion
    objection.settled_at = ctx.now


def count_open(ctx: Context, nomination_id: int) -> int:
    """Return how many objections against a candidate are not settled."""
    return asked_ahead.ask(ctx, COUNTED, nomination_id, partial(_count_open_of, ctx), otherwise=0)


def _count_open_of(ctx: Context, numbers: Sequence[int]) -> dict[int, int]:
    return dict(ctx.session.execute(_COUNT_OPEN, {"candidates": numbers}).all())


def read_upheld(ctx: Context, nomination_id: int) -> str:
    """Return the conclusion of the newest objection to a candidate that was upheld, or nothing."""
    query = select(Objection.conclusion).where(
        Objection.nomination_id == nomination_id, Objection.status == ObjectionStatus.UPHELD
    )
    return ctx.session.scalar(query.order_by(Objection.settled_at.desc()).limit(1)) or ""


def list_of(ctx: Context, entry: Round) -> Sequence[Objection]:
    """Return a round's objections, open ones first: all for the organiser, to others those of their unit.

    None to the actor himself.
    """
    query = select(Objection).where(Objection.round_id == entry.id)
    query = query.options(
        joinedload(Objection.nomination), joinedload(Objection.notice).joinedload(Notice.publisher)
    )
    if not (nominations.is_organiser(ctx, entry) or ctx.actor.is_admin):
        if not wiring.pack_of(ctx, entry).programme.notices:
            return []
        own = select(Notice.id).join(Unit, Unit.id == Notice.publisher_id)
        own = own.where(Notice.round_id == entry.id, or_(*_published_by_actor(ctx, entry)))
        query = query.where(Objection.notice_id.in_(own))
    rows = ctx.session.scalars(query.order_by(Objection.id.desc()))
    others = [row for row in rows if not identities.is_nominee(ctx, row.nomination)]
    return sorted(others, key=lambda objection: objection.status not in OPEN_OBJECTION)


def find_by_receipt(ctx: Context, receipt: str) -> Objection:
    """Return an objection by the receipt its sender was given."""
    objection = ctx.session.scalar(select(Objection).where(Objection.receipt == receipt.strip().lower()))
    if objection is None:
        raise NotFound("没有这个回执编号，请核对后再查。")
    return objection


def _roles_at(ctx: Context, entry: Round, level: str) -> list[str]:
    roles = wiring.pack_of(ctx, entry).programme.roles
    return [key for key, role in roles.items() if level in role.scopes]


def _published_by_actor(ctx: Context, entry: Round) -> Iterator[ColumnElement[bool]]:
    """Yield, for each local notice of the programme, the condition that a unit of the actor published it."""
    for key, rule in wiring.pack_of(ctx, entry).programme.notices.items():
        codes = sorted(ctx.actor.codes_of(_roles_at(ctx, entry, rule.level)))
        yield and_(Notice.key == key, Unit.code.in_(codes))


def _check(ctx: Context, notice: Notice, answers: Mapping[str, Any]) -> dict[str, str]:
    """Check an objection by the pack's own form, so that no way in asks for less than the page."""
    pack = wiring.pack_of(ctx, notice.round)
    try:
        clean = schemas.validate(pack.forms[pack.programme.forms[FORM]], answers)
    except Invalid as wrong:
        raise Invalid("异议须署实名、留联系方式并写明事实。", fields=wrong.fields) from None
    missing = [field for field in FIELDS if not clean.get(field)]
    if missing:
        raise Invalid("异议须署实名、留联系方式并写明事实。", fields=dict.fromkeys(missing, "必填"))
    return clean
