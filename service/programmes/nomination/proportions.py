"""How a list of nominations stands to the proportions its notice asks for: shown, and refusing nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.models import Nomination, Round
from service.programmes import wiring
from service.programmes.nomination import phases, record
from service.programmes.rule import proportion
from service.programmes.rule.proportion import Measured
from service.workflow.context import Context


def measure(ctx: Context, entry: Round, people: Sequence[Nomination]) -> list[Measured]:
    """Hold a list against the programme's proportions: the whole of it, then each recommender's part."""
    asked = wiring.pack_of(ctx, entry).programme.proportions
    if not asked:
        return []
    answers = record.answers_of_many(ctx, people)
    facts = [(person.recommender.name, _facts(person, answers)) for person in people]
    recommenders = dict.fromkeys(name for name, _ in facts)
    found: list[Measured] = []
    for one in asked:
        found.append(proportion.measure(one, [given for _, given in facts]))
        found += [
            proportion.measure(one, [given for whose, given in facts if whose == name], name)
            for name in (recommenders if one.by_recommender else ())
        ]
    return found


def measure_running(ctx: Context, entry: Round) -> list[Measured]:
    """Hold everybody who was handed in and is still in the running against the programme's proportions."""
    if not wiring.pack_of(ctx, entry).programme.proportions:
        return []
    return measure(ctx, entry, _list_running(ctx, entry))


def list_counted(ctx: Context, entry: Round, position: int, *, is_part: bool) -> list[int]:
    """Return whom one of the proportions counts among those who run: all it is asked of, or its part."""
    asked = wiring.pack_of(ctx, entry).programme.proportions
    if not 0 <= position < len(asked):
        return []
    people = _list_running(ctx, entry)
    answers = record.answers_of_many(ctx, people) if is_part else {}
    measured = [
        (person.id, proportion.measure(asked[position], [_facts(person, answers)])) for person in people
    ]
    return [number for number, found in measured if (found.part if is_part else found.whole)]


def _list_running(ctx: Context, entry: Round) -> Sequence[Nomination]:
    query = select(Nomination).where(
        Nomination.round_id == entry.id,
        Nomination.status.in_(phases.statuses_of("running")),
        Nomination.submitted_at.is_not(None),
    )
    query = query.options(joinedload(Nomination.recommender), joinedload(Nomination.instance))
    return list(ctx.session.scalars(query.order_by(Nomination.recommender_id)))


def _facts(person: Nomination, answers: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    return {**answers.get(person.id, {}), "sex": person.sex, "category": person.category}
