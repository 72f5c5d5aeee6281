"""Where objections to a 公示 go: the office that takes them, its telephone, e-mail and address (§3.1).

``[notice]`` of programme.toml may say them; what it leaves blank the organiser fills in for his unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.errors import Conflict, Invalid
from service.models import Round, Unit
from service.programmes import wiring
from service.programmes.pack.programme import CONTACT, NoticeRule
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
    contact = contact_of(wiring.pack_of(ctx, entry).programme.notice, entry.organiser)
    return [NAMES[key] for key in CONTACT if not contact[key]]


def require_complete(ctx: Context, entry: Round) -> None:
    """Refuse to publish while nobody knows where to turn: Conflict with what is missing and where it goes."""
    missing = list_missing(ctx, entry)
    if missing:
        raise Conflict(f"公示须写明受理部门的{'、'.join(missing)}，请先在届次的“公示”页填写，再发布公示。")


def fill_in(ctx: Context, entry: Round, given: Mapping[str, str]) -> None:
    """Keep the organiser's telephone, e-mail and address for its notices from now on."""
    rounds.require_organiser(ctx, entry)
    clean = {key: str(given.get(key) or "").strip() for key in CONTACT}
    wrong = {key: f"必填，最多 {MOST} 个字" for key in CONTACT if not 0 < len(clean[key]) <= MOST}
    if "phone" not in wrong and not _PHONE.fullmatch(clean["phone"]):
        wrong["phone"] = "请填写电话号码，可以带区号、分机"
    if "email" not in wrong and not _EMAIL.fullmatch(clean["email"]):
        wrong["email"] = "请填写电子邮箱，例如 gongshi@example.cn"
    if wrong:
        raise Invalid("请把联系方式填写完整。", fields=wrong)
    entry.organiser.contact = clean
    history.record_in(
        ctx, f"round:{entry.id}", "notice.contact_set", round_id=entry.id, unit=entry.organiser.name, **clean
    )
