"""Who may take papers with personal data, how much they show, and the note that each leaves.

Identity numbers and phones stand in full only for whom ``may_read_in_full`` lets in; every export of
personal data is noted with receiver and purpose (个人信息保护法第二十三条).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from service.errors import Invalid
from service.models import Nomination, Round, Unit
from service.programmes.nomination import nominations, workplaces
from service.programmes.paper import workplace_rosters
from service.programmes.privacy.disclosures import EXPORTS, MAX_WORDS, MIN_WORDS, note
from service.workflow.context import Context


def may_read_in_full(ctx: Context, entry: Round, recommender: Unit | None) -> bool:
    """Say whether identity numbers go out in full: to the organiser, and to a unit of its own rows."""
    actor = ctx.actor
    if actor.is_system or nominations.is_organiser(ctx, entry):
        return True
    if recommender is None:
        return False
    return f"recommender@{recommender.code}" in actor.groups or workplace_rosters.may_read(
        ctx, entry, recommender
    )


def may_print_in_full(ctx: Context, nomination: Nomination) -> bool:
    """Say whether a nomination's own form goes out in full: to those, the nominee and the workplace."""
    actor = ctx.actor
    if may_read_in_full(ctx, nomination.round, nomination.recommender):
        return True
    if actor.user_id is not None and actor.user_id == nomination.nominee_id:
        return True
    here = {f"{role}@{nomination.unit.code}" for role in workplaces.roles_of(ctx, nomination.round)}
    return not here.isdisjoint(actor.groups)


def may_export_roster(ctx: Context, entry: Round, recommender: Unit | None) -> bool:
    """Say whether the actor may have a roster at all: the organiser any, a unit only from its own part."""
    actor = ctx.actor
    if may_read_in_full(ctx, entry, recommender) or actor.is_admin:
        return True
    if recommender is None:
        return False
    return nominations.acts_at_or_above(actor, recommender, ("recommender", "unit_admin"))


def require_use(receiver: str, purpose: str) -> dict[str, str]:
    """Return for whom and what for a paper is taken, as it is noted; Invalid where that is not said."""
    asked = {"receiver": ("请写明交给谁使用", receiver.strip()), "purpose": ("请写明用途", purpose.strip())}
    fields = {
        name: f"{sentence}，{MIN_WORDS} 至 {MAX_WORDS} 个字"
        for name, (sentence, words) in asked.items()
        if not MIN_WORDS <= len(words) <= MAX_WORDS
    }
    if fields:
        raise Invalid("导出含个人信息，须写明接收方和用途。", fields=fields)
    return {name: words for name, (_sentence, words) in asked.items()}


def note_export(
    ctx: Context,
    entry: Round,
    paper: str,
    *,
    receiver: str,
    purpose: str,
    people: Collection[int],
    **about: Any,
) -> None:
    """Note in the history who took a paper with personal data, for whom and what for, and who is on it."""
    said = require_use(receiver, purpose)
    note(ctx, EXPORTS, "paper.exported", round_id=entry.id, people=people, paper=paper, **said, **about)
