"""A recommender gives places on to its units: nobody uses them twice (000-B, A-08)."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound
from service.models import Quota, Unit
from service.programmes.round import allotments, funnel
from service.programmes.round.quotas import Cell
from service.workflow.instance.execution import RefusedByProcess
from tests.at_once import list_refusals
from tests.programmes.story import CATEGORY, RECOMMENDER, WORKPLACE, Story

OTHER = "liyang-nanshan"


def allot(story: Story, places: int, unit: str = WORKPLACE, *, by: str = RECOMMENDER) -> None:
    with story.acting(by) as ctx:
        entry = story.entry(ctx)
        quota = allotments.get_quota(ctx, entry, quota_id(story))
        place = ctx.session.scalars(select(Unit).where(Unit.code == unit)).one()
        allotments.allot(ctx, entry, quota, place, places)


def take_back(story: Story, unit: str = WORKPLACE) -> None:
    with story.acting(RECOMMENDER) as ctx:
        entry = story.entry(ctx)
        quota = allotments.get_quota(ctx, entry, quota_id(story))
        place = ctx.session.scalars(select(Unit).where(Unit.code == unit)).one()
        allotments.take_back(ctx, entry, quota, place)


def quota_id(story: Story) -> int:
    with story.wiring.reading() as ctx:
        query = select(Quota.id).join(Unit).where(Unit.code == "liyang", Quota.category == CATEGORY)
        return ctx.session.scalars(query).one()


def cells(story: Story) -> dict[str, Cell]:
    with story.wiring.reading() as ctx:
        table = funnel.tabulate(ctx, story.entry(ctx))
    [holder] = [(unit, row) for unit, row, _ in table.rows if unit.code == "liyang"]
    below = {unit.code: row[CATEGORY] for unit, row, _ in table.below.get((holder[0].id,), ())}
    return {"liyang": holder[1][CATEGORY], **below}


def test_allotted_places_are_the_units_own(round_2024: Story) -> None:
    allot(round_2024, 1)
    round_2024.nominate(to="consult_police")

    assert cells(round_2024) == {
        "liyang": Cell(places=10, taken=1, allotted=1),
        WORKPLACE: Cell(places=1, taken=1),
    }


def test_unit_with_none_left_is_refused_though_its_recommender_has_some(round_2024: Story) -> None:
    allot(round_2024, 0)
    nominee = round_2024.nominate(to="recommender_opinion")

    with pytest.raises(RefusedByProcess, match="的 0 个名额已用完"):
        round_2024.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。")


def test_what_is_given_on_is_no_longer_for_the_others(round_2024: Story) -> None:
    allot(round_2024, 10)
    other = round_2024.nominate(OTHER, to="recommender_opinion")

    with pytest.raises(RefusedByProcess, match="的 0 个名额已用完"):
        round_2024.complete(other, "recommender_opinion", "approve", reason="同意推荐。")


def test_recommender_stays_who_recommends(round_2024: Story) -> None:
    allot(round_2024, 3)

    nominee = round_2024.nominate(to="recommender_opinion")

    assert round_2024.read(nominee).recommender.code == "liyang"


@pytest.mark.parametrize(("first", "second"), [(6, 5), (0, 11)])
def test_more_than_there_is_cannot_be_given_on(round_2024: Story, first: int, second: int) -> None:
    allot(round_2024, first)

    with pytest.raises(Conflict, match="没有这么多可以分配的名额"):
        allot(round_2024, second, OTHER)


def test_fewer_than_used_cannot_be_left(round_2024: Story) -> None:
    allot(round_2024, 2)
    round_2024.nominate(to="consult_police")

    with pytest.raises(Conflict, match="已经用去的名额多于 0 个"):
        allot(round_2024, 0)

    assert cells(round_2024)[WORKPLACE] == Cell(places=2, taken=1)


def test_a_unit_whose_allotment_is_taken_back_draws_on_its_recommenders_places(round_2024: Story) -> None:
    allot(round_2024, 4)

    take_back(round_2024)
    round_2024.nominate(to="consult_police")

    assert cells(round_2024) == {"liyang": Cell(places=10, taken=1)}


@pytest.mark.parametrize("allotted", [True, False])
def test_what_is_used_or_was_never_given_is_not_taken_back(round_2024: Story, *, allotted: bool) -> None:
    if allotted:
        allot(round_2024, 2)
        round_2024.nominate(to="consult_police")
    before = cells(round_2024)

    with pytest.raises(Conflict, match="或者已经用去，不能取消分配"):
        take_back(round_2024)

    assert cells(round_2024) == before


def test_only_units_below_get_places(round_2024: Story) -> None:
    with pytest.raises(Invalid):
        allot(round_2024, 1, "wujin-gehu")


def test_quota_of_another_recommender_does_not_exist(round_2024: Story) -> None:
    with pytest.raises(NotFound):
        allot(round_2024, 1, by="wujin")


@pytest.mark.usefixtures("both_databases")
def test_two_who_give_the_last_places_on_do_not_both_succeed(round_2024: Story) -> None:
    allot(round_2024, 0)
    allot(round_2024, 0, OTHER)

    outcomes = list_refusals([partial(allot, round_2024, 6), partial(allot, round_2024, 6, OTHER)])

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict]
    assert cells(round_2024)["liyang"].allotted == 6
