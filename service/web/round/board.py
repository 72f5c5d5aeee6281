"""The board of a round's page: its numbers, each with the list behind it, and the charts beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from service.models import Round
from service.programmes.board import progress
from service.programmes.board.progress import Level, Share, UnitProgress
from service.programmes.board.round_dates import StageDates
from service.programmes.board.targets import Target, find_target
from service.programmes.nomination import exceptions, nominations, proportions
from service.programmes.pack.programme import Programme
from service.programmes.round.funnel import QuotaTable
from service.programmes.rule.proportion import Measured
from service.web.round import charts
from service.web.round.charts import Chart
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class Board:
    """What the page shows of a round in numbers; every number is of what the reader may see."""

    total: int
    running: int  #: those still in the running
    target: Target | None  #: what the notice asks of the list; for the organiser
    categories: Mapping[str, str]  #: key to name; one nameless category where the programme has none
    levels: Sequence[Level]
    units: Sequence[UnitProgress]
    most_exceptions: int  #: 破格 a unit may recommend; 0 sets no bound
    balances: Sequence[Balance]
    charts: Mapping[str, Chart]
    proportions: Sequence[Asked]  #: what the notice asks of the whole; for the organiser

    @property
    def shows_exceptions(self) -> bool:
        """Whether there is a 破格, or a bound on them."""
        return self.most_exceptions > 0 or any(unit.exceptions for unit in self.units)

    @property
    def late(self) -> list[UnitProgress]:
        """The units that have nominated nobody, or have something left to finish."""
        return [unit for unit in self.units if unit.is_late]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A proportion the notice asks for, and the filter of the list it counts."""

    measured: Measured
    narrow: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Balance:
    """How those in the running are spread over one thing (兼顾行业、性别)."""

    field: str  #: of the list's filter
    heading: str
    shares: Sequence[Share]
    chart: Chart


def draw(
    ctx: Context, entry: Round, programme: Programme, table: QuotaTable, stages: Sequence[StageDates]
) -> Board:
    """Count a round's nominations and draw them."""
    found = progress.read(ctx, entry)
    categories = {key: category.name for key, category in programme.categories.items()} or {"": _("申报")}
    levels = [level for level in found.list_levels() if level.total]
    units = found.list_units(table, exceptions.count_by_recommender(ctx, entry))
    return Board(
        total=found.total,
        running=found.running,
        target=find_target(ctx, entry),
        categories=categories,
        levels=levels,
        units=units,
        most_exceptions=programme.choices.exceptions_per_unit,
        balances=_balance(entry, found, categories),
        proportions=_ask(ctx, entry, programme, table) if nominations.is_organiser(ctx, entry) else [],
        charts={
            "levels": charts.draw_levels(entry, levels, categories),
            "units": charts.draw_units(entry, units),
            "quotas": charts.draw_quotas(entry, table),
            "dates": charts.draw_dates(stages, ctx.now, programme.zone),
        },
    )


def _ask(ctx: Context, entry: Round, programme: Programme, table: QuotaTable) -> list[Asked]:
    found = []
    recommenders = {unit.name: unit.id for unit, _row, _sum in table.rows}
    for measured in proportions.measure_running(ctx, entry):
        narrow: dict[str, Any] = {"proportion": programme.proportions.index(measured.proportion)}
        if measured.whose:
            narrow["recommender"] = recommenders.get(measured.whose)
        found.append(Asked(measured=measured, narrow=narrow))
    return found


def _balance(entry: Round, found: progress.Progress, categories: Mapping[str, str]) -> list[Balance]:
    things = [("sex", _("性别"), found.share_by_sex()), ("industry", _("行业"), found.share_by_industry())]
    return [
        Balance(
            field=field,
            heading=heading,
            shares=shares,
            chart=charts.draw_shares(entry, heading, field, shares, categories),
        )
        for field, heading, shares in things
        if shares
    ]
