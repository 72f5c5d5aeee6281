"""Places by reported head counts, soft: more are taken with a reason (N64, X09), gaps shown (N67)."""

from __future__ import annotations

import io
from functools import partial

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import QuotaUse, Unit
from service.programmes.paper import rosters
from service.programmes.round import coverage, funnel, head_counts
from service.programmes.round.quotas import Cell
from service.workflow.instance.execution import RefusedByProcess
from tests.at_once import list_refusals
from tests.programmes.story import Story

WORKPLACE, RECOMMENDER = "sxjg-01", "sxjg"


def report(story: Story, number: int, unit: str = WORKPLACE, by: str = "") -> int:
    with story.acting(by or f"{unit}-tuan") as ctx:
        place = ctx.session.scalars(select(Unit).where(Unit.code == unit)).one()
        return head_counts.report(ctx, story.entry(ctx), place, number)


def recommend(story: Story, unit: str = WORKPLACE, **answers: str) -> int:
    nominee = story.nominate(unit, "organ", by=f"{unit}-tuan")
    story.carry(nominee, "recommender_opinion")
    story.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。", **answers)
    return nominee


def cells(story: Story) -> tuple[Cell, Cell]:
    """Return the recommender's cell and the workplace's."""
    with story.wiring.reading() as ctx:
        table = funnel.tabulate(ctx, story.entry(ctx))
    [(holder, total)] = [(unit, total) for unit, _, total in table.rows if unit.code == RECOMMENDER]
    [own] = [total for unit, _, total in table.below[(holder.id,)] if unit.code == WORKPLACE]
    return total, own


def test_n64_report_makes_places_and_a_newer_one_replaces_it(period_2021: Story) -> None:
    assert [report(period_2021, heads) for heads in (41, 19, 60)] == [2, 1, 3]

    total, own = cells(period_2021)
    assert own == Cell(places=3, taken=0, hard=False)
    assert total == Cell(places=3, taken=0, allotted=3, hard=False)


def test_x09_one_more_than_suggested_needs_a_reason(period_2021: Story) -> None:
    report(period_2021, 20)
    recommend(period_2021)

    with pytest.raises(RefusedByProcess) as refused:
        recommend(period_2021)

    assert refused.value.message == (
        "市直1号部门（演示）的 1 个建议名额已用完；确需超额推荐的，请写明理由后再提交，理由印入汇总表。"
        "通知：“原则上建议单位青年数在20人以内的选树培育1名‘好青年’，在20人及以上的，"
        "按照20:1的青年数和‘好青年’数的比例进行选培”（N64）。"
    )
    assert cells(period_2021)[1] == Cell(places=1, taken=1, hard=False)


def test_x09_one_more_with_a_reason_is_taken_and_counted_as_over(period_2021: Story) -> None:
    report(period_2021, 20)
    recommend(period_2021)

    second = recommend(period_2021, over_reason="承担全市重点专班任务，确属优秀。")

    total, own = cells(period_2021)
    assert (own.taken, own.free, own.over, total.taken) == (2, 0, 1, 2)
    assert period_2021.read(second).over_reason == "承担全市重点专班任务，确属优秀。"
    with period_2021.wiring.reading() as ctx:
        reasons = list(ctx.session.scalars(select(QuotaUse.over_reason).order_by(QuotaUse.id)))
    assert reasons == ["", "承担全市重点专班任务，确属优秀。"]


def test_unit_that_has_not_reported_needs_a_reason(period_2021: Story) -> None:
    with pytest.raises(RefusedByProcess, match="可能尚未报送人数"):
        recommend(period_2021)


def test_n67_x22_units_with_nobody_stand_in_the_gap_list(period_2021: Story) -> None:
    report(period_2021, 20)
    report(period_2021, 0, "sxjg-02")
    recommend(period_2021)

    with period_2021.wiring.reading() as ctx:
        [line, _] = coverage.list_coverage(ctx, period_2021.entry(ctx))

    rows = {row.unit.code: row for row in line.units}
    covered, empty, silent = (rows[f"sxjg-0{n}"] for n in (1, 2, 3))
    assert [row.is_gap for row in (covered, empty, silent)] == [False, True, True]
    assert [(row.heads, row.places) for row in (covered, empty, silent)] == [(20, 1), (0, 0), (None, 0)]


def test_report_for_another_unit_is_refused(period_2021: Story) -> None:
    with pytest.raises(Forbidden):
        report(period_2021, 20, by="sxjg-02-tuan")


@pytest.mark.parametrize("number", [-1, 1_000_001])
def test_number_that_cannot_be_is_refused(period_2021: Story, number: int) -> None:
    with pytest.raises(Invalid):
        report(period_2021, number)


def test_programme_with_an_annex_takes_no_reports(round_2024: Story) -> None:
    with pytest.raises(Conflict, match="不按人数计算"):
        report(round_2024, 20, "liyang", by="liyang")


@pytest.mark.usefixtures("both_databases")
def test_last_suggested_place_goes_to_one_of_two(period_2021: Story) -> None:
    report(period_2021, 20)
    both = [period_2021.nominate(WORKPLACE, "organ", by=f"{WORKPLACE}-tuan") for _ in range(2)]
    for nominee in both:
        period_2021.carry(nominee, "recommender_opinion")

    def approve(nominee: int) -> None:
        period_2021.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。")

    outcomes = list_refusals([partial(approve, nominee) for nominee in both])

    [refused] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, RefusedByProcess)
    assert cells(period_2021)[1] == Cell(places=1, taken=1, hard=False)


def test_printed_table_has_one_column_of_places(period_2021: Story) -> None:
    report(period_2021, 41)

    with period_2021.wiring.reading() as ctx:
        book = load_workbook(io.BytesIO(rosters.print_quotas(ctx, period_2021.entry(ctx))))

    values = [[cell for cell in row if cell is not None] for row in book.active.values]
    assert [1, "绍兴市直属机关团工委", 2] in [row[:3] for row in values]
