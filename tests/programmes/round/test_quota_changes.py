"""Changing the matrix of places: cell by cell, never below what is used, once for each who tries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import HistoryEvent, Quota, QuotaKind, Stage, Unit
from service.programmes.round import quota_changes
from service.programmes.round.quota_changes import Cell
from tests.at_once import list_refusals
from tests.programmes.story import CATEGORY, Story

REASON = "溧阳市企业多，经市委同意调整"


def places(story: Story, unit: str, category: str = CATEGORY) -> int:
    """Return the places of a unit in a category as they stand."""
    with story.wiring.reading() as ctx:
        query = select(Quota.places).join(Unit, Unit.id == Quota.unit_id)
        of_unit = query.where(Quota.kind == QuotaKind.NOMINATION, Unit.code == unit)
        return ctx.session.scalars(of_unit.where(Quota.category == category)).one()


def change(story: Story, *cells: tuple[str, int, int], by: str = "shiwei", reason: str = REASON) -> int:
    """Change cells of the production category: unit, what it was, what it shall be."""
    with story.acting(by) as ctx:
        ids = {unit.code: unit.id for unit in ctx.session.scalars(select(Unit))}
        wanted = [
            Cell(unit_id=ids[unit], category=CATEGORY, was=was, places=number) for unit, was, number in cells
        ]
        return quota_changes.change(ctx, story.entry(ctx), wanted, reason)


def test_places_move_from_one_unit_to_another_in_one_change(round_2024: Story) -> None:
    changed = change(round_2024, ("liyang", 10, 12), ("wujin", 15, 13))

    assert (changed, places(round_2024, "liyang"), places(round_2024, "wujin")) == (2, 12, 13)
    with round_2024.wiring.reading() as ctx:
        kept = ctx.session.scalars(
            select(HistoryEvent.details).where(HistoryEvent.kind == quota_changes.CHANGED)
        )
        [told] = kept
    assert (told["reason"], [(one["from"], one["to"]) for one in told["cells"]]) == (
        REASON,
        [(10, 12), (15, 13)],
    )


@pytest.mark.parametrize(
    ("cells", "reason", "field"),
    [
        ([("liyang", 10, 12)], " ", "reason"),
        ([("liyang", 10, -1)], REASON, "cell"),
        ([("liyang-qingfeng", 0, 3)], REASON, "cell"),
        ([("liyang", 10, 12), ("liyang", 10, 13)], REASON, "cells"),
        ([("liyang", 10, 10)], REASON, ""),
    ],
)
def test_what_cannot_be_is_refused_whole(
    round_2024: Story, cells: list[tuple[str, int, int]], reason: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(round_2024, *cells, reason=reason)

    assert [name.split("-")[0] for name in refused.value.fields] == ([field] if field else [])
    assert places(round_2024, "liyang") == 10


def test_nobody_is_left_with_fewer_places_than_he_has_used(round_2024: Story) -> None:
    round_2024.nominate(to="consult_police")

    with pytest.raises(Conflict, match="已经用去或分给下级 1 个名额"):
        change(round_2024, ("wujin", 15, 25), ("liyang", 10, 0))

    assert (places(round_2024, "wujin"), places(round_2024, "liyang")) == (15, 10)


def test_a_cell_that_another_changed_meanwhile_is_told_with_what_it_is(round_2024: Story) -> None:
    change(round_2024, ("liyang", 10, 12))

    with pytest.raises(Conflict, match="刚刚被改为 12 个"):
        change(round_2024, ("liyang", 10, 11))


def test_nobody_but_the_organiser_changes_the_matrix(round_2024: Story) -> None:
    with pytest.raises(Forbidden):
        change(round_2024, ("liyang", 10, 12), by="liyang")


def test_nothing_changes_once_the_round_is_announced(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        round_2024.entry(ctx).stage = Stage.ANNOUNCED

    with pytest.raises(Conflict, match="已经公布"):
        change(round_2024, ("liyang", 10, 12))


def test_a_selection_by_head_counts_has_no_matrix(period_2021: Story) -> None:
    with period_2021.acting("sxtuanshiwei") as ctx, pytest.raises(Conflict, match="不按分配表"):
        quota_changes.change(ctx, period_2021.entry(ctx), [], REASON)


@pytest.mark.usefixtures("both_databases")
def test_the_last_place_is_taken_or_taken_away_never_both(round_2024: Story) -> None:
    change(round_2024, ("liyang", 10, 1))
    nominee = round_2024.nominate(to="recommender_opinion")
    recommend: Callable[[], object] = partial(
        round_2024.complete, nominee, "recommender_opinion", "approve", reason="同意推荐。"
    )

    outcomes = list_refusals([recommend, partial(change, round_2024, ("liyang", 1, 0))])

    assert [outcome is None for outcome in outcomes].count(True) == 1
    assert places(round_2024, "liyang") == (1 if outcomes[0] is None else 0)


@pytest.mark.usefixtures("both_databases")
def test_of_two_who_change_the_same_cell_one_is_told(round_2024: Story) -> None:
    outcomes = list_refusals([partial(change, round_2024, ("liyang", 10, number)) for number in (11, 12)])

    assert [outcome is None for outcome in outcomes].count(True) == 1
    assert places(round_2024, "liyang") in (11, 12)
