"""Registrations (自荐登记): who wants to put himself forward asks for an account on the public page.

The answer is the same for everybody: what is known of somebody already is told to whoever decides, by
``confirmations``, and to nobody else.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marshmallow import ValidationError
from sqlalchemy import func, select

from service.errors import Conflict, Invalid, NotFound
from service.models import OutboxMessage, Registration, RegistrationStatus, Round, Stage, Unit
from service.models.crypto import keyring
from service.programmes import wiring
from service.programmes.account import accounts
from service.programmes.form.fields import clean_text
from service.programmes.nomination import nominations, recommenders
from service.programmes.pack.agreement import SELF_REGISTRATION
from service.programmes.pack.programme import Programme, Start
from service.programmes.round import rounds, starts
from service.workflow import history, notifications
from service.workflow.context import Context

MAX_WORKPLACE = 200
MOST_MAILS = 5  #: to one address within a day; beyond it a registration is confirmed by its receipt alone
#: shown of what was looked for, and how much of a name must be written first
MOST_UNITS, LEAST_LETTERS = 10, 2
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_MAIL = re.compile(r"[\w.+%'&/=~-]+@[\w.-]+\.[\w-]+", re.ASCII)  # one address, and nothing beside it
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)
_PUNCTUATION = re.compile(r"[\s-]")
_DIGITS = 8  #: of a number
STATUS_PATH = "/public/registrations/status"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody wrote on the page."""

    name: str
    contact: str
    workplace: str
    unit_id: int | None  #: of the unit he found in the tree
    agrees: bool


def list_open(ctx: Context) -> Sequence[Round]:
    """Return the rounds in which one may register now, newest first."""
    return [entry for entry in rounds.list_all(ctx) if is_open(ctx, entry)]


def get_offered(ctx: Context, round_id: int) -> Round:
    """Return a round whose programme lets people register; any other is none of the public's."""
    entry = ctx.session.get(Round, round_id)
    if entry is None or not is_offered(ctx, entry):
        raise NotFound("这里没有个人自荐登记。")
    return entry


def is_offered(ctx: Context, entry: Round) -> bool:
    """Say whether a round's programme lets people register at all (``[switches] self_registration``)."""
    pack = wiring.all_packs(ctx).get(entry.programme)
    return pack is not None and bool(pack.programme.switches.get(SELF_REGISTRATION))


def is_open(ctx: Context, entry: Round) -> bool:
    """Say whether one may register in a round now: while it takes nominations."""
    return entry.stage == Stage.SUBMISSION and is_offered(ctx, entry)


def self_start(programme: Programme) -> Start:
    """Return the way in by which somebody puts himself forward; ``xuanshu check`` sees to it."""
    return next(start for start in programme.starts if start.source == "self")


def write_consent(ctx: Context, entry: Round) -> str:
    """Return the words somebody agrees to: who keeps what, what for, and how long."""
    programme = wiring.pack_of(ctx, entry).programme
    return (
        f"我同意{entry.organiser.name}收集本页填写的姓名、联系方式和工作单位，仅用于核对身份、开通{entry.title}"
        "个人自荐账号和通知办理结果，不对外提供；本次评选结果公布 "
        f"{programme.not_awarded_days} 日后清除登记内容。"
    )


def find_units(ctx: Context, entry: Round, text: str) -> Sequence[Unit]:
    """Return some units whose name holds a text and from which somebody is recommended."""
    text = text.strip()
    if len(text) < LEAST_LETTERS:
        return []
    named = select(Unit).where(Unit.active, Unit.name.contains(text, autoescape=True))
    is_recommended = starts.recommended(ctx, entry)
    found = ctx.session.scalars(named.order_by(func.length(Unit.name), Unit.id).limit(MOST_UNITS * 5))
    return [unit for unit in found if is_recommended(unit)][:MOST_UNITS]


def register(ctx: Context, entry: Round, given: Given) -> tuple[Registration, str]:
    """Keep a registration; returns it with its code, of which only a hash is kept.

    Whoever decides is told when nothing else waits for him; somebody who left an address gets a mail.
    """
    if not is_open(ctx, entry):
        raise Conflict("个人自荐登记不在开放时间内，不能提交。开放时间见活动通知。")
    name, contact, workplace, unit = _check(ctx, entry, given)
    recommender = find_recommender(ctx, entry, unit)
    code = accounts.make_password()
    registration = Registration(
        round_id=entry.id,
        round=entry,
        number=_make_number(ctx),
        code_index=_hash_code(code),
        name=name,
        contact=contact,
        contact_index=keyring().index(f"registration:{name}:{contact}"),
        workplace=unit.name if unit else workplace,
        unit_id=unit.id if unit else None,
        recommender_id=recommender.id if recommender else None,
        consent=write_consent(ctx, entry),
        received_at=ctx.now,
        status=RegistrationStatus.WAITING,
    )
    ctx.session.add(registration)
    ctx.session.flush()
    _tell_deciders(ctx, registration, recommender)
    note(ctx, registration, "received")
    if _count_mails(ctx, contact) < MOST_MAILS:
        tell(
            ctx,
            registration,
            "received",
            subject=f"已收到您的个人自荐登记（{registration.number}）",
            text=f"登记号：{registration.number}\n查询码：{code}\n凭登记号和查询码查询办理结果：",
            path=STATUS_PATH,
        )
    return registration, code


def find(ctx: Context, number: str, code: str) -> Registration:
    """Return a registration by the number and the code somebody was given, both right or nothing."""
    found = ctx.session.scalar(select(Registration).where(Registration.number == number.strip()))
    if found is None or not secrets.compare_digest(found.code_index, _hash_code(code)):
        raise NotFound("登记号或查询码不对，请核对后再查。")
    return found


def find_recommender(ctx: Context, entry: Round, unit: Unit | None) -> Unit | None:
    """Return who recommends from a workplace, if that is known yet."""
    return recommenders.find_above(unit, recommenders.list_holders(ctx, entry)) if unit else None


def tell(
    ctx: Context, registration: Registration, occasion: str, *, subject: str, text: str, path: str
) -> None:
    """Mail somebody who left an address; his mobile number nobody writes to from here."""
    if "@" in registration.contact:
        notifications.mail(
            ctx,
            registration.contact,
            subject=subject,
            body=f"{registration.round.title}\n\n{text}\n{ctx.house.public_url}{path}\n",
            dedupe=f"registration:{registration.id}:{occasion}",
            round_id=registration.round_id,
        )


def note(ctx: Context, registration: Registration, what: str, **details: str) -> None:
    """Write into the history what happened to a registration; it names nobody."""
    history.record_in(
        ctx,
        "privacy",
        f"registration.{what}",
        round_id=registration.round_id,
        registration=registration.number,
        **details,
    )


def list_recommender_roles(programme: Programme) -> list[str]:
    """Return the roles that put people forward for a recommending unit."""
    begin = {role for start in programme.starts if start.source == "unit" for role in start.roles}
    return [key for key, role in programme.roles.items() if key in begin and "recommender" in role.scopes]


def _check(ctx: Context, entry: Round, given: Given) -> tuple[str, str, str, Unit | None]:
    fields: dict[str, str] = {}
    name = _clean(given.name, "name", "姓名", nominations.MAX_NAME, fields)
    contact = _clean_contact(given.contact)
    if not contact:
        fields["contact"] = "请填写 11 位手机号码，或电子邮箱地址"
    workplace = _clean(given.workplace, "workplace", "工作单位", MAX_WORKPLACE, fields)
    unit = None
    if given.unit_id is not None:
        unit = ctx.session.get(Unit, given.unit_id)
        if unit is None or not unit.active or not starts.recommended(ctx, entry)(unit):
            fields["workplace"] = "请重新查找并选择工作单位；名单中没有的，选“名单中没有”"
    if not given.agrees:
        fields["agrees"] = "须同意后才能登记；不同意的，请由所在单位推荐"
    if fields:
        raise Invalid("还不能提交登记，请改正后再提交。", fields=fields)
    return name, contact, workplace, unit


def _clean(text: str, field: str, called: str, most: int, fields: dict[str, str]) -> str:
    try:
        clean = clean_text(text, called, lines=False)
    except ValidationError as wrong:
        fields[field] = str(wrong.messages[0])
        return ""
    if not clean:
        fields[field] = f"请填写{called}"
    elif len(clean) > most:
        fields[field] = f"{called}最多 {most} 个字"
    elif _ID_NUMBER.search(_PUNCTUATION.sub("", unicodedata.normalize("NFKC", clean))):
        fields[field] = "请不要填写身份证号，登记不需要"
    return clean


def _clean_contact(text: str) -> str:
    """Return a mobile number or an address as it is compared; nothing if it is neither."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    number = _PUNCTUATION.sub("", text).removeprefix("+86")
    if _MOBILE.fullmatch(number):
        return number
    return text if len(text) <= MAX_WORKPLACE and _MAIL.fullmatch(text) else ""


def _make_number(ctx: Context) -> str:
    """Return a number nobody has yet. It tells two registrations apart and proves nothing."""
    while True:
        number = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
        if ctx.session.scalar(select(Registration.id).where(Registration.number == number)) is None:
            return number


def _count_mails(ctx: Context, address: str) -> int:
    """Return how many mails went to an address within a day: anybody may write down somebody else's."""
    query = select(func.count()).where(OutboxMessage.recipient == address, OutboxMessage.channel == "mail")
    return ctx.session.scalar(query.where(OutboxMessage.created_at > ctx.now - timedelta(days=1))) or 0


def _hash_code(code: str) -> str:
    return keyring().index(f"registration code:{_PUNCTUATION.sub('', code).lower()}")


def _tell_deciders(ctx: Context, registration: Registration, recommender: Unit | None) -> None:
    """Tell whoever decides that a registration waits, unless others did already: then he knows."""
    entry = registration.round
    others = select(func.count()).where(
        Registration.round_id == entry.id,
        Registration.status == RegistrationStatus.WAITING,
        Registration.id != registration.id,
    )
    groups = [] if ctx.session.scalar(others) else [f"organiser@{entry.organiser.code}"]
    if recommender is not None:
        theirs = ctx.session.scalar(others.where(Registration.recommender_id == recommender.id))
        roles = list_recommender_roles(wiring.pack_of(ctx, entry).programme)
        groups += [] if theirs else [f"{role}@{recommender.code}" for role in roles]
    notifications.notify(
        ctx,
        notifications.list_holders(ctx, groups),
        kind="registration.waiting",
        text=f"有个人自荐登记待确认。{entry.title} {entry.label}，请在届次的“自荐登记”页办理。",
        dedupe=f"registration:{registration.id}:waiting",
        round_id=entry.id,
    )
