"""Consents (同意): what a nominee agreed to, in which words, and that he took it back.

A component of a form with the property ``consent=publication`` (or ``provision``, ``forwarding``,
``sensitive``) is a statement; its tick, handed in with the record, is the consent (个人信息保护法 §§13-17,
23, 25, 29). It names the version of the handling notice that stood there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, insert, select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Consent, Nomination
from service.models.base import table_of
from service.pending_rows import add_row, asking_only
from service.programmes.form.fields import Component
from service.programmes.nomination import asked_ahead, identities, nominations
from service.programmes.privacy import subject, telling
from service.workflow import history
from service.workflow.context import Context

NAMES = {
    "publication": "公示和公布",
    "provision": "向其他单位提供",
    "forwarding": "向上推报",
    "sensitive": "处理敏感个人信息",
}
SENSITIVE, FORWARDING = "sensitive", "forwarding"
LEAST_REASON = 2
#: people asked for by their numbers; of more, everybody's of their rounds is read
FEW = 200

_consent = table_of(Consent)
_GIVE = insert(_consent)
_STANDING = select(_consent.c.kind, _consent.c.version).where(
    _consent.c.nomination_id == bindparam("nominee"), _consent.c.withdrawn_at.is_(None)
)
_WITHDRAWN = (
    select(_consent.c.nomination_id)
    .where(
        _consent.c.nomination_id.in_(bindparam("nominees", expanding=True)),
        _consent.c.withdrawn_at.is_not(None),
    )
    .distinct()
)
#: whether a nominee took any consent back
TAKEN_BACK = "consents_taken_back"


def version_of(text: str) -> str:
    """Return what tells one wording from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep(
    ctx: Context,
    nomination: Nomination,
    components: Iterable[Mapping[str, Any]],
    answers: Mapping[str, Any],
    notice_version: str,
) -> None:
    """Keep the consents ticked on a form that is handed in; one that stands in the same words stays.

    Called before the form is noted as handed in: whoever hands in for the first time has given none.
    """
    given = [
        (str(component["properties"]["consent"]), str(component.get("label") or "")[:1000])
        for component in components
        if (component.get("properties") or {}).get("consent") and answers.get(str(component.get("key")))
    ]
    if not given:
        return
    asked = {"nominee": nomination.id}
    standing = (
        {tuple(row) for row in ctx.session.execute(_STANDING, asked)} if nomination.submitted_at else set()
    )
    for kind, text in given:
        if (kind, version_of(text)) not in standing:
            add_row(
                ctx.session,
                _GIVE,
                round_id=nomination.round_id,
                nomination_id=nomination.id,
                kind=kind,
                version=version_of(text),
                text=text,
                notice_version=notice_version,
                given_by_id=ctx.actor.user_id,
                given_at=ctx.now,
                withdrawal_reason="",
            )


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Consent]:
    """Return a nomination's consents, those withdrawn too, in the order they were given."""
    query = select(Consent).where(Consent.nomination_id == nomination.id).order_by(Consent.id)
    return list(ctx.session.scalars(query))


def list_withdrawn(ctx: Context, nomination: Nomination) -> Sequence[Consent]:
    """Return the consents taken back and not given again since, the newest of each kind."""
    with asking_only(ctx.session, Consent):
        find = partial(_find_withdrawn, ctx)
        if not asked_ahead.ask(ctx, TAKEN_BACK, nomination.id, find, otherwise=False):
            return []
    newest = {consent.kind: consent for consent in list_of(ctx, nomination)}
    return [consent for consent in newest.values() if consent.withdrawn_at is not None]


def _find_withdrawn(ctx: Context, numbers: Sequence[int]) -> dict[int, bool]:
    return dict.fromkeys(ctx.session.scalars(_WITHDRAWN, {"nominees": numbers}), True)


def withdraw(ctx: Context, consent_id: int, reason: str) -> Consent:
    """Take a consent back, by the nominee, or by his workplace or the organiser on his word.

    In whichever words he gave it: none of its kind stands afterwards. What was published or provided
    before stays lawful and stays published; nothing new is.
    """
    consent = ctx.session.get(Consent, consent_id, with_for_update=True)
    if consent is None or not nominations.may_see(ctx, consent.nomination):
        raise NotFound("没有这项同意，或您无权查看。")
    if not may_withdraw(ctx, consent.nomination):
        raise Forbidden("只有申报人本人、所在单位或主办单位可以登记撤回。")
    if consent.withdrawn_at is not None:
        raise Conflict("这项同意已经撤回。")
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid("请写明撤回的说明。", fields={"reason": "例如：本人书面要求"})
    for row in list_of(ctx, consent.nomination):
        if row.kind == consent.kind and row.withdrawn_at is None:
            row.withdrawn_at = ctx.now
            row.withdrawn_by_id = ctx.actor.user_id
            row.withdrawal_reason = reason.strip()[:500]
    asked_ahead.forget(ctx, TAKEN_BACK, consent.nomination_id)
    history.record_in(
        ctx, "privacy", "consent.withdrawn", round_id=consent.round_id, nomination=consent.nomination_id,
        kind_of=consent.kind, version=consent.version,
    )  # fmt: skip
    what = f"撤回了对“{NAMES.get(consent.kind, consent.kind)}”的同意，此后不再据此办理，请核对名单。"
    telling.tell_organisers(ctx, consent.nomination, what, f"consent-withdrawn:{consent.id}")
    return consent


def may_withdraw(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor may note that a consent was withdrawn."""
    actor = ctx.actor
    if actor.user_id is None:
        return False
    return (
        actor.user_id == nomination.created_by_id
        or identities.is_nominee_himself(ctx, nomination)
        or actor.unit_id == nomination.unit_id
        or nominations.is_organiser(ctx, nomination.round)
    )


def find_lacking(ctx: Context, people: Sequence[Nomination], kind: str) -> list[Nomination]:
    """Return those of some people who were asked for a consent and of whom none stands.

    Whom no form ever asked is not lacking: his consent is on paper, or another basis holds.
    """
    few = {person.id for person in people} if len(people) <= FEW else None
    lacking = find_lacking_in(ctx, {person.round_id for person in people}, kind, among=few)
    return [person for person in people if person.id in lacking]


def find_lacking_in(
    ctx: Context, round_ids: Collection[int], kind: str, *, among: Collection[int] | None = None
) -> set[int]:
    """Return by number who in some rounds, or ``among`` some of them, lacks a consent as above."""
    query = select(Consent.nomination_id, Consent.withdrawn_at).where(
        Consent.kind == kind, Consent.round_id.in_(round_ids)
    )
    if among is not None:
        query = query.where(Consent.nomination_id.in_(among))
    asked, standing = set(), set()
    for nomination_id, withdrawn_at in ctx.session.execute(query):
        asked.add(nomination_id)
        if withdrawn_at is None:
            standing.add(nomination_id)
    return asked - standing


def hides_sensitive(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the nominee withdrew his consent to sensitive data and the actor is somebody else."""
    is_his = identities.is_nominee_himself(ctx, nomination)
    return not is_his and bool(find_lacking(ctx, [nomination], SENSITIVE))


def require_sensitive(ctx: Context, nomination: Nomination) -> None:
    """Refuse to show sensitive data of a nominee who withdrew his consent to that, to anybody but himself."""
    if hides_sensitive(ctx, nomination):
        raise Conflict(
            f"{nomination.name}已撤回处理敏感个人信息的同意，完整号码不再显示："
            "请本人在“个人信息”页重新同意，或为他办理退出。"
        )


def give_again(ctx: Context, consent_id: int) -> Consent:
    """Note that a nominee agrees again, in the same words, to what he had withdrawn."""
    old = ctx.session.get(Consent, consent_id)
    if old is None or not nominations.may_see(ctx, old.nomination):
        raise NotFound("没有这项同意，或您无权查看。")
    if not may_withdraw(ctx, old.nomination):
        raise Forbidden("只有申报人本人、所在单位或主办单位可以登记同意。")
    ctx.session.refresh(old.nomination, with_for_update=True)  # two clicks at once must not both give
    if any(row.kind == old.kind and row.withdrawn_at is None for row in list_of(ctx, old.nomination)):
        raise Conflict("这项同意现在有效，不需要重新同意。")
    consent = Consent(
        round_id=old.round_id,
        nomination_id=old.nomination_id,
        kind=old.kind,
        version=old.version,
        text=old.text,
        notice_version=old.notice_version,
        given_by_id=ctx.actor.user_id,
        given_at=ctx.now,
    )
    ctx.session.add(consent)
    history.record_in(
        ctx, "privacy", "consent.given_again", round_id=old.round_id, nomination=old.nomination_id,
        kind_of=old.kind, version=old.version,
    )  # fmt: skip
    return consent


def list_open(ctx: Context, nomination: Nomination) -> Sequence[Component]:
    """Return the statements of a nomination's form that nobody needs to tick and he has not ticked yet."""
    if nomination.submitted_at is None or nomination.purged_at is not None:
        return []
    given = {consent.kind for consent in list_of(ctx, nomination)}
    return [
        component
        for component in subject.read_form(ctx, nomination).get("components", ())
        if (kind := (component.get("properties") or {}).get("consent")) and kind not in given
    ]


def lacks_forwarding(ctx: Context, nomination: Nomination) -> bool:
    """Say whether somebody was asked whether he may be put forward higher up (推报), and does not agree.

    Whom his form never asked is not lacking: his consent is on paper, or another basis holds.
    """
    kinds = {(component.get("properties") or {}).get("consent") for component in list_open(ctx, nomination)}
    return FORWARDING in kinds or bool(find_lacking(ctx, [nomination], FORWARDING))


def give(ctx: Context, nomination: Nomination, kind: str, notice_version: str) -> Consent:
    """Note that a nominee agrees later to what he left unticked, in the words of his form."""
    if not may_withdraw(ctx, nomination):
        raise Forbidden("只有申报人本人、所在单位或主办单位可以登记同意。")
    ctx.session.refresh(nomination, with_for_update=True)  # two clicks at once must not both give
    open_ones = {component["properties"]["consent"]: component for component in list_open(ctx, nomination)}
    if kind not in open_ones:
        raise Conflict("这项同意现在有效，或表单没有征求。")
    text = str(open_ones[kind].get("label") or "")[:1000]
    consent = Consent(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        kind=kind,
        version=version_of(text),
        text=text,
        notice_version=notice_version,
        given_by_id=ctx.actor.user_id,
        given_at=ctx.now,
    )
    ctx.session.add(consent)
    history.record_in(
        ctx, "privacy", "consent.given", round_id=nomination.round_id, nomination=nomination.id,
        kind_of=kind, version=consent.version,
    )  # fmt: skip
    return consent
