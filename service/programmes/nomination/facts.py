"""The facts of a nomination: what decision tables may ask about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from service.models import Attachment, Nomination
from service.programmes import wiring
from service.programmes.rule import identity_number
from service.programmes.rule.identity_number import IdentityNumber, WrongIdentityNumber
from service.workflow.context import Context
from service.workflow.definition.decision_tables import DecisionTables

#: facts that no form asks for; a form's answer of the same name does not hide them
DERIVED = ("birth_date", "category", "source", "year", "recommender_level", "files", "settings")


def read_facts(
    ctx: Context, nomination: Nomination, answers: Mapping[str, Any], tables: DecisionTables
) -> dict[str, Any]:
    """Return a nomination's facts: the answers, and what follows from them and from the nomination.

    ``birth_date`` is that of the identity number, for 出生年月 has no day; ``files`` has the number of
    attachments by slot, and costs a query only where a table has that input; ``settings`` are those that
    the programme names itself.
    """
    person = find_person(answers.get("id_number"))
    facts = {
        **answers,
        "birth_date": person.birth_date if person else nomination.birth_date,
        "category": answers.get("category") or nomination.category,
        "source": nomination.source,
        "year": nomination.round.year,
        "recommender_level": nomination.recommender.level,
        "settings": dict(wiring.pack_of(ctx, nomination.round).programme.named),
    }
    if "files" in tables.inputs:
        facts["files"] = _count_files(ctx, nomination)
    return facts


def find_person(number: object) -> IdentityNumber | None:
    """Return what an identity number tells, or None for one that is missing or wrong."""
    try:
        return identity_number.parse(number) if isinstance(number, str) else None
    except WrongIdentityNumber:
        return None


def _count_files(ctx: Context, nomination: Nomination) -> dict[str, int]:
    query = select(Attachment.slot, func.count().label("number"))
    rows = ctx.session.execute(query.where(Attachment.nomination_id == nomination.id).group_by("slot"))
    none = dict.fromkeys(wiring.pack_of(ctx, nomination.round).programme.slots, 0)
    return none | {row.slot: row.number for row in rows}
