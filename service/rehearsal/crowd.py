"""The crowd of a rehearsal: who is nominated where, and what everybody answers when it is his turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from service.models import Unit
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import Demo
from service.programmes.demo.made_up import Person
from service.programmes.pack.packs import Pack
from service.programmes.rule.scoring import Criterion


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One nomination to come."""

    unit: str  #: code of the workplace
    category: str
    person: Person


def plan(pack: Pack, demo: Demo, number: int, *, seed: int) -> list[Planned]:
    """Plan nominations that fill the quotas evenly: a place of every unit and category in turn."""
    crowd = made_up.people(demo.names, seed=seed)
    places = _places(pack, demo)
    return [
        Planned(unit=unit, category=category, person=next(crowd)) for unit, category in islice(places, number)
    ]


def answers_of(planned: Planned, demo: Demo, unit: Unit, today: str) -> dict[str, Any]:
    """Return what the people around a nomination write into its forms."""
    answers = made_up.answer_as(planned.person, planned.category, unit.name)
    return {**answers, **demo.answers, "today": today}


def points_of(task_id: int, criteria: Iterable[Criterion]) -> dict[str, int]:
    """Return an expert's made-up points, the same for the same task: half to all of each criterion."""
    return {
        c.key: c.most - (task_id * 7 + place * 11) % (c.most // 2 + 1) for place, c in enumerate(criteria)
    }


def _places(pack: Pack, demo: Demo) -> Iterator[tuple[str, str]]:
    if pack.programme.quota.source == "none":
        return _in_turn(pack)
    if pack.programme.quota.source == "each":
        return _by_recommender(pack)
    return _by_heads(pack, demo) if pack.programme.quota.source == "ratio" else _by_annex(pack)


def _in_turn(pack: Pack) -> Iterator[tuple[str, str]]:
    """Without places there is no end: every workplace below a recommender in turn."""
    recommenders = pack.programme.quota.recommenders
    workplaces = [code for recommender in recommenders for code in _workplaces(pack, recommender)]
    return zip(cycle(workplaces), cycle(pack.programme.categories), strict=False)


def _by_recommender(pack: Pack) -> Iterator[tuple[str, str]]:
    """So many places a recommender, in any category: its workplaces in turn."""
    rule, categories = pack.programme.quota, list(pack.programme.categories)
    for turn in range(rule.least):
        for place, recommender in enumerate(rule.recommenders):
            workplaces = _workplaces(pack, recommender)
            yield workplaces[turn % len(workplaces)], categories[(place + turn) % len(categories)]


def _by_annex(pack: Pack) -> Iterator[tuple[str, str]]:
    workplaces = {code: _workplaces(pack, code) for code in pack.quotas.places}
    most = max((places for row in pack.quotas.places.values() for places in row.values()), default=0)
    for turn in range(most):
        for code, row in pack.quotas.places.items():
            for category, places in row.items():
                if turn < places:
                    yield workplaces[code][turn % len(workplaces[code])], category


def _workplaces(pack: Pack, recommender: str) -> list[str]:
    """Return the units at the bottom of a recommender's branch, however deep; itself where it has none."""
    below = [unit.code for unit in pack.units if unit.parent == recommender]
    return [code for unit in below for code in _workplaces(pack, unit)] or [recommender]


def _by_heads(pack: Pack, demo: Demo) -> Iterator[tuple[str, str]]:
    heads = demonstration.heads_of(pack, demo)
    places = {code: pack.programme.quota.count_places(number) for code, number in heads.items()}
    offered = {code: demonstration.categories_of(pack, demo, code) for code in places}
    for turn in range(max(places.values(), default=0)):
        for place, code in enumerate(code for code in places if turn < places[code]):
            yield code, offered[code][(place + turn) % len(offered[code])]
