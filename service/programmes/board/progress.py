"""How far the nominations of a round have come, by stage, unit, category, sex and trade: one statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.models import Nomination, NominationStatus, Round, Unit
from service.programmes.nomination import nominations
from service.programmes.nomination.phases import RUNNING, phase_of
from service.programmes.round.funnel import QuotaTable
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many nominations are alike in all that the page tells apart."""

    status: NominationStatus
    category: str
    recommender_id: int
    sex: str
    industry: str
    number: int

    @property
    def phase(self) -> str:
        """Which of the few phases its status belongs to."""
        return phase_of(self.status)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One status of the funnel."""

    status: NominationStatus
    total: int
    by_category: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class UnitProgress:
    """How a recommending unit stands."""

    unit: Unit
    places: int
    total: int
    by_phase: Mapping[str, int]
    exceptions: int = 0  #: 破格 still in the running
    overdue: int = 0  #: not done when the stage closed (逾期未报)

    @property
    def unfinished(self) -> int:
        """How many nominations have not left the unit."""
        return self.by_phase.get("filing", 0)

    @property
    def is_late(self) -> bool:
        """Nothing begun, or something not finished, in time or at all."""
        return not self.total or self.unfinished > 0 or self.overdue > 0


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of those still in the running are alike in one thing (兼顾行业、性别)."""

    value: str  #: empty where nothing was filled in yet
    total: int
    by_category: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A round's nominations as far as the actor may see them."""

    counts: Sequence[Count]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(row.number for row in self.counts)

    @property
    def running(self) -> int:
        """Those that have not left the running."""
        return sum(row.number for row in self.counts if row.phase in RUNNING)

    def list_levels(self) -> list[Level]:
        """Return every status in order, with its numbers by category."""
        levels = []
        for status in NominationStatus:
            row = Counter[str]()
            for one in self.counts:
                if one.status == status:
                    row[one.category] += one.number
            levels.append(Level(status=status, total=sum(row.values()), by_category=row))
        return levels

    def list_units(self, table: QuotaTable, exceptions: Mapping[int, int]) -> list[UnitProgress]:
        """Return the recommending units in the annex's order, each with its numbers by phase and its 破格."""
        by_unit: dict[int, Counter[str]] = {}
        overdue = Counter[int]()
        for row in self.counts:
            by_unit.setdefault(row.recommender_id, Counter())[row.phase] += row.number
            overdue[row.recommender_id] += row.number * (row.status == NominationStatus.OVERDUE)
        return [
            UnitProgress(
                unit=unit,
                places=cell.places,
                total=sum(found.values()),
                by_phase=found,
                exceptions=exceptions.get(unit.id, 0),
                overdue=overdue[unit.id],
            )
            for unit, _row, cell in table.rows
            for found in [by_unit.get(unit.id, Counter())]
        ]

    def share_by_sex(self) -> list[Share]:
        """Return those in the running by sex."""
        return self._share(lambda row: row.sex)

    def share_by_industry(self) -> list[Share]:
        """Return those in the running by trade; empty where the programme's form does not ask it."""
        shares = self._share(lambda row: row.industry)
        return shares if any(share.value for share in shares) else []

    def _share(self, value_of: Callable[[Count], str]) -> list[Share]:
        values = Counter[str]()
        by_category: dict[str, Counter[str]] = {}
        for row in self.counts:
            if row.phase in RUNNING:
                values[value_of(row)] += row.number
                by_category.setdefault(value_of(row), Counter())[row.category] += row.number
        return [
            Share(value=value, total=total, by_category=by_category[value])
            for value, total in sorted(values.items(), key=lambda item: (not item[0], -item[1], item[0]))
        ]


def read(ctx: Context, entry: Round) -> Progress:
    """Count the nominations of a round the actor may see."""
    alike = (
        Nomination.status,
        Nomination.category,
        Nomination.recommender_id,
        Nomination.sex,
        Nomination.industry,
    )
    query = nominations.visible(ctx, entry, select(*alike, func.count(Nomination.id))).group_by(*alike)
    return Progress(
        counts=[
            Count(
                status=NominationStatus(row[0]),
                category=row[1] or "",
                recommender_id=row[2],
                sex=row[3],
                industry=row[4],
                number=row[5],
            )
            for row in ctx.session.execute(query)
        ]
    )
