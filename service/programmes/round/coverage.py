"""Coverage: how many each unit nominated that the programme wants somebody from, stream by stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.models import HeadCount, Nomination, NominationStatus, Round, Unit
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.programmes.pack.programme import Programme
from service.programmes.round import quotas
from service.programmes.rule.coverage_rule import CoverageRule
from service.workflow.context import Context

#: what covers no unit: ended without being listed, or not handed in yet
NOT_COUNTED = (*FALLEN, NominationStatus.DRAFTING)
#: nominations by workplace, recommender and category
_Counts = Mapping[tuple[int, int, str], int]


@dataclass(frozen=True, kw_only=True)
class UnitCoverage:
    """How one unit stands: what it reported, what that gives, whom it nominated (N67, X22)."""

    unit: Unit
    heads: int | None  #: None: not reported
    places: int
    nominated: int
    at_least: int = 1

    @property
    def is_gap(self) -> bool:
        """Whether the unit has fewer than wanted: nobody nominated, or no young people at all."""
        return self.nominated < self.at_least


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """One stream of the report, its units with too few first."""

    rule: CoverageRule
    units: Sequence[UnitCoverage]

    @property
    def gaps(self) -> list[Unit]:
        """The units that have too few."""
        return [row.unit for row in self.units if row.is_gap]

    @property
    def nominated(self) -> int:
        """How many the stream's units nominated."""
        return sum(row.nominated for row in self.units)


def list_coverage(ctx: Context, entry: Round) -> list[Coverage]:
    """Return how the units of every stream stand (``[[coverage]]``; without it every workplace is one).

    A workplace is a unit with no unit below it, or one that reported people of its own.
    """
    programme = wiring.pack_of(ctx, entry).programme
    recommenders = quotas.units_with_places(ctx, entry)
    heads, counts = _count_heads(ctx, entry), _count_nominated(ctx, entry)
    workplaces = _list_workplaces(ctx, entry, recommenders, heads)
    found = []
    for rule in programme.coverage or (CoverageRule(),):
        units = recommenders if rule.by == "recommender" else workplaces
        nominated = _sum_by_unit(rule, counts)
        rows = [
            UnitCoverage(
                unit=unit,
                heads=heads.get(unit.id),
                places=_places(programme, heads.get(unit.id)),
                nominated=nominated[unit.id],
                at_least=rule.at_least,
            )
            for unit in units
            if not rule.levels or unit.level in rule.levels
        ]
        found.append(Coverage(rule=rule, units=sorted(rows, key=lambda row: not row.is_gap)))
    return found


def list_uncovered(ctx: Context, entry: Round) -> list[str]:
    """Return the codes of the workplaces with too few, each once."""
    lines = [line for line in list_coverage(ctx, entry) if line.rule.by == "workplace"]
    return list(dict.fromkeys(unit.code for line in lines for unit in line.gaps))


def _list_workplaces(
    ctx: Context, entry: Round, recommenders: Sequence[Unit], heads: Mapping[int, int]
) -> list[Unit]:
    query = select(Unit).where(Unit.active, Unit.id != entry.organiser_id).order_by(Unit.path)
    units = list(ctx.session.scalars(query))
    above = {unit.parent_id for unit in units}
    holders = {unit.code for unit in recommenders}
    return [
        unit
        for unit in units
        if holders.intersection(unit.path.split("/")) and (unit.id not in above or unit.id in heads)
    ]


def _sum_by_unit(rule: CoverageRule, counts: _Counts) -> Counter[int]:
    sums: Counter[int] = Counter()
    for (workplace, recommender, category), number in counts.items():
        if not rule.categories or category in rule.categories:
            sums[workplace if rule.by == "workplace" else recommender] += number
    return sums


def _places(programme: Programme, heads: int | None) -> int:
    return programme.quota.count_places(heads or 0) if programme.quota.source == "ratio" else 0


def _count_heads(ctx: Context, entry: Round) -> dict[int, int]:
    query = select(HeadCount.unit_id, HeadCount.number).where(HeadCount.round_id == entry.id)
    return {row[0]: row[1] for row in ctx.session.execute(query)}


def _count_nominated(ctx: Context, entry: Round) -> Counter[tuple[int, int, str]]:
    """Count who was handed in and still stands: a draft that nobody finishes covers nothing."""
    alike = (Nomination.unit_id, Nomination.recommender_id, Nomination.category)
    query = select(*alike, func.count()).group_by(*alike)
    stands = query.where(Nomination.round_id == entry.id, Nomination.status.not_in(NOT_COUNTED))
    return Counter({(row[0], row[1], row[2] or ""): row[3] for row in ctx.session.execute(stands)})
