"""Where objections to a 公示 go: the office that takes them, its telephone, e-mail and address (§3.1).

``[notice]`` and ``[[notices]]`` of programme.toml may say them; what they leave blank the people of the
unit that publishes fill in for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import Round, Unit
from service.programmes import wiring
from service.programmes.pack.programme import CONTACT, LocalNotice, NoticeRule
from service.programmes.round import rounds
from service.workflow import history
from service.workflow.context import Context

MOST = 200
NAMES = {"phone": "联系电话", "email": "电子邮箱", "address": "通信地址"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"[0-9+][0-9 ()（）、,，转-]{4,}[0-9]")


def contact_of(rule: NoticeRule, publisher: Unit) -> dict[str, str]:
    """Return what a list publishes of whom to turn to: the rule's words, else those of its publisher."""
    said = rule.contact
    return said | {key: said[key] or str(publisher.contact.get(key) or "") for key in CONTACT}


def list_missing(ctx: Context, entry: Round) -> list[str]:
    """Return what the organiser has still to fill in before anything can be published, by name."""
    return _missing(wiring.pack_of(ctx, entry).programme.notice, entry.organiser)


def require_complete(ctx: Context, entry: Round) -> None:
    """Refuse to publish while nobody knows where to turn: Conflict with what is missing and where it goes."""
    missing = list_missing(ctx, entry)
    if missing:
        raise Conflict(f"公示须写明受理部门的{'、'.join(missing)}，请先在届次的“公示”页填写，再发布公示。")


def require_local(rule: LocalNotice, publisher: Unit) -> None:
    """Refuse a notice of a unit that has not said how it is reached: Conflict with who fills it in where."""
    missing = _missing(rule, publisher)
    if missing:
        raise Conflict(
            f"公示须写明受理部门的{'、'.join(missing)}，请{publisher.name}的经办人先在届次页的"
            "“公示联系方式”填写，再办理这一步。"
        )


def list_own(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the units for which the actor says whom to turn to: those whose own notices he deals with."""
    programme = wiring.pack_of(ctx, entry).programme
    levels = {rule.level for rule in programme.notices.values()}
    roles = {key for key, role in programme.roles.items() if levels.intersection(role.scopes)}
    codes = ctx.actor.codes_of(roles)
    if not codes:
        return ()
    return ctx.session.scalars(select(Unit).where(Unit.code.in_(codes)).order_by(Unit.path)).all()


def fill_in(ctx: Context, entry: Round, given: Mapping[str, str]) -> None:
    """Keep the organiser's telephone, e-mail and address for its notices from now on."""
    rounds.require_organiser(ctx, entry)
    _keep(ctx, entry, entry.organiser, given)


def fill_in_own(ctx: Context, entry: Round, code: str, given: Mapping[str, str]) -> None:
    """Keep the telephone, e-mail and address of one of the actor's own units for its notices from now on."""
    unit = next((unit for unit in list_own(ctx, entry) if unit.code == code), None)
    if unit is None:
        raise Forbidden("只有发布公示的单位自己的经办人可以填写它的联系方式。")
    _keep(ctx, entry, unit, given)


def _missing(rule: NoticeRule, publisher: Unit) -> list[str]:
    contact = contact_of(rule, publisher)
    return [NAMES[key] for key in CONTACT if not contact[key]]


def _keep(ctx: Context, entry: Round, unit: Unit, given: Mapping[str, str]) -> None:
    clean = {key: str(given.get(key) or "").strip() for key in CONTACT}
    wrong = {key: f"必填，最多 {MOST} 个字" for key in CONTACT if not 0 < len(clean[key]) <= MOST}
    if "phone" not in wrong and not _PHONE.fullmatch(clean["phone"]):
        wrong["phone"] = "请填写电话号码，可以带区号、分机"
    if "email" not in wrong and not _EMAIL.fullmatch(clean["email"]):
        wrong["email"] = "请填写电子邮箱，例如 gongshi@example.cn"
    if wrong:
        raise Invalid("请把联系方式填写完整。", fields=wrong)
    unit.contact = clean
    history.record_in(
        ctx, f"round:{entry.id}", "notice.contact_set", round_id=entry.id, unit=unit.name, **clean
    )
