"""May somebody's data be handed to others: his consent to provision stands (个人信息保护法 §§15, 23)."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import Conflict
from service.models import Nomination
from service.programmes.privacy import consents
from service.workflow.context import Context

KIND = "provision"
#: what stands under a list that leaves the house without them; they are not named there
LEFT_OUT = "注：另有 {number} 人未列入：本人已撤回向其他单位提供个人信息的同意。"


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
