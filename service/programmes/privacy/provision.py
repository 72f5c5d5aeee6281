"""May somebody's data be handed to others: his consent to provision stands (个人信息保护法 §§15, 23)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select

from service.errors import Conflict
from service.models import Nomination, NominationStatus
from service.programmes.nomination import nominations
from service.programmes.privacy import consents
from service.workflow.context import Context

KIND = "provision"
#: what stands under a list that leaves the house without them; they are not named there
LEFT_OUT = "注：另有 {number} 人未列入：本人已撤回向其他单位提供个人信息的同意。"
#: the same of those who stepped out of the round
GONE_LEFT_OUT = "注：另有 {number} 人未列入：本人已退出评选。"
#: what those outside the chain read in place of a name
TAKEN_BACK, GONE = "（已撤回同意）", "（已退出）"
#: what those outside the chain are told instead of being shown his papers
WITHHELD = "申报人已撤回向其他单位提供个人信息的同意，申报材料不再展示。请联系主办单位。"


class MayNotBeProvided(Conflict):
    """Somebody has withdrawn his consent to his data being given to others."""


def require_provided(ctx: Context, nomination: Nomination) -> None:
    """Refuse to hand somebody's data to others after he withdrew his consent."""
    refusal = find_refusal(ctx, nomination)
    if refusal:
        raise MayNotBeProvided(refusal)


def find_refusal(ctx: Context, nomination: Nomination) -> str | None:
    """Return why somebody's data may not be handed to others, with what to do, or None."""
    if not consents.find_lacking(ctx, [nomination], KIND):
        return None
    return (
        f"{nomination.name}已撤回向其他单位提供个人信息的同意，不能再把他的材料交给其他单位或专家："
        "请本人在“个人信息”页重新同意，或为他办理退出。"
    )


def divide(ctx: Context, people: Sequence[Nomination]) -> tuple[list[Nomination], list[Nomination]]:
    """Return those of some people who may be handed to others, and those who withdrew."""
    lacking = consents.find_lacking(ctx, people, KIND) if people else []
    unwilling = {person.id for person in lacking}
    return [person for person in people if person.id not in unwilling], lacking


def is_withheld(ctx: Context, nomination: Nomination) -> bool:
    """Say whether somebody's papers are kept from the actor: he is outside the chain, and they withdrew.

    Inside are those who may see a nomination by an office of their own, and whoever acts for one of them.
    """
    return not _is_in_chain(ctx, nomination) and bool(consents.find_lacking(ctx, [nomination], KIND))


def find_withheld(ctx: Context, people: Sequence[Nomination]) -> set[int]:
    """Return whose papers of some people are kept from the actor."""
    lacking = consents.find_lacking(ctx, people, KIND) if people else ()
    return {person.id for person in lacking if not _is_in_chain(ctx, person)}


def find_unnamed(ctx: Context, people: Sequence[Nomination]) -> dict[int, str]:
    """Return what the actor reads in place of the names of those of some people he is told of no more.

    They stepped out of the round or withdrew their consent to provision, and he is outside their chain.
    """
    lacking = {person.id for person in consents.find_lacking(ctx, people, KIND)} if people else set()
    words = {
        person.id: GONE if person.status == NominationStatus.WITHDRAWN else TAKEN_BACK
        for person in people
        if person.id in lacking or person.status == NominationStatus.WITHDRAWN
    }
    return {
        person.id: words[person.id]
        for person in people
        if person.id in words and not _is_in_chain(ctx, person)
    }


def find_titles(ctx: Context, instances: Collection[int]) -> dict[int, str]:
    """Return what those instances are called that would name somebody the actor is told of no more."""
    if not instances:
        return {}
    query = select(Nomination).where(Nomination.instance_id.in_(set(instances)))
    people = ctx.session.scalars(query.options(*nominations.WITH_UNITS)).all()
    unnamed = find_unnamed(ctx, people)
    return {
        person.instance_id: nominations.title_of(ctx, person, unnamed[person.id])
        for person in people
        if person.id in unnamed and person.instance_id is not None
    }


def require_not_withheld(ctx: Context, nomination: Nomination) -> None:
    """Refuse to show somebody's papers to whom they are kept from."""
    if is_withheld(ctx, nomination):
        raise MayNotBeProvided(WITHHELD)


def _is_in_chain(ctx: Context, nomination: Nomination) -> bool:
    with_lent = replace(ctx.actor, groups=ctx.actor.groups_with_lent)
    return nominations.may_see(replace(ctx, actor=with_lent), nomination)
