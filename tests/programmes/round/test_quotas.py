"""Places of annex 1 and of the award: the last goes to one, every ending gives back (N10, X09)."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select, update

from service.errors import Invalid
from service.models import Nomination, Quota, QuotaKind, QuotaUse, Unit
from service.programmes.review import joint_reviews
from service.programmes.round import quotas
from service.programmes.round.quotas import Cell
from service.workflow.instance.execution import RefusedByProcess
from service.workflow.person import people
from service.workflow.task import user_tasks
from service.workflow.task.task_access import AlreadyClaimed
from tests.at_once import list_refusals
from tests.programmes.story import CATEGORY, Story

SAFETY = "work_safety"


def set_places(story: Story, places: int, kind: QuotaKind = QuotaKind.NOMINATION) -> None:
    unit = "liyang" if kind == QuotaKind.NOMINATION else "cz"
    with story.wiring.transaction() as ctx:
        of_unit = select(Unit.id).where(Unit.code == unit).scalar_subquery()
        changed = update(Quota).where(
            Quota.kind == kind, Quota.unit_id == of_unit, Quota.category == CATEGORY
        )
        ctx.session.execute(changed.values(places=places))


def cell(story: Story, category: str = CATEGORY, kind: QuotaKind = QuotaKind.NOMINATION) -> Cell:
    name = "共青团溧阳市委" if kind == QuotaKind.NOMINATION else "共青团常州市委"
    with story.wiring.reading() as ctx:
        return quotas.tabulate(ctx, story.entry(ctx), kind)[name][category]


def test_table_is_annex_1_and_a_hundred_a_category(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        entry = round_2024.entry(ctx)
        nominated = quotas.tabulate(ctx, entry, QuotaKind.NOMINATION)
        awarded = quotas.tabulate(ctx, entry, QuotaKind.AWARD)

    assert [sum(c.places for c in row.values()) for row in nominated.values()] == [
        70, 70, 90, 90, 60, 60, 60, 160,
    ]  # fmt: skip
    assert {c.places for c in awarded["共青团常州市委"].values()} == {100}


def test_one_too_many_is_refused_and_the_task_left_open(round_2024: Story) -> None:
    set_places(round_2024, 1)
    round_2024.nominate(to="consult_police")
    second = round_2024.nominate(to="recommender_opinion")

    with pytest.raises(RefusedByProcess) as refused:
        round_2024.complete(second, "recommender_opinion", "approve", reason="同意推荐。")

    assert refused.value.message == (
        "共青团溧阳市委在“生产管理类”的 1 个名额已用完，不能再推荐；可退回或改报其他类别。"
        "通知：“附件1 常州市‘产业振兴好青年’名额分配表”（N10）。"
    )
    assert (round_2024.waits_at(second), round_2024.status(second)) == (
        ["recommender_opinion"],
        "recommending",
    )
    assert cell(round_2024) == Cell(places=1, taken=1)


def test_category_changed_after_a_return_takes_a_place_there(round_2024: Story) -> None:
    set_places(round_2024, 0)
    nominee = round_2024.nominate(to="recommender_opinion")
    round_2024.complete(nominee, "recommender_opinion", "return", reason="请改报安全生产类。")
    round_2024.hand_in(nominee, category=SAFETY)

    round_2024.carry(nominee, "consult_police")

    assert round_2024.read(nominee).category == SAFETY
    assert (cell(round_2024).taken, cell(round_2024, SAFETY).taken) == (0, 1)


def test_place_of_another_category_is_given_back_when_one_is_taken(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.wiring.transaction() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        nomination.category = SAFETY
        quotas.take(ctx, nomination, QuotaKind.NOMINATION)

    assert (cell(round_2024).taken, cell(round_2024, SAFETY).taken) == (0, 1)
    with round_2024.wiring.reading() as ctx:
        assert len(list(ctx.session.scalars(select(QuotaUse)))) == 1


def test_taking_and_releasing_twice_change_nothing(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.wiring.transaction() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        quotas.take(ctx, nomination, QuotaKind.NOMINATION)
        assert quotas.holds_place(ctx, nomination, QuotaKind.NOMINATION)
    assert cell(round_2024).taken == 1
    with round_2024.wiring.transaction() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        released = [quotas.release(ctx, nomination, QuotaKind.NOMINATION) for _ in range(2)]

    assert released == [True, False]
    assert cell(round_2024).taken == 0


@pytest.mark.usefixtures("both_databases")
def test_last_place_goes_to_one_of_two(round_2024: Story) -> None:
    set_places(round_2024, 1)
    both = [round_2024.nominate(to="recommender_opinion") for _ in range(2)]

    def approve(nominee: int) -> None:
        round_2024.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。")

    outcomes = list_refusals([partial(approve, nominee) for nominee in both])

    [refused] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, RefusedByProcess)
    assert cell(round_2024) == Cell(places=1, taken=1)
    assert sorted(round_2024.status(n) for n in both) == ["qualifying", "recommending"]


def test_review_decides_a_category_on_one_page(round_2024: Story) -> None:
    nominees = [round_2024.nominate() for _ in range(3)]
    other = round_2024.nominate(category=SAFETY)
    round_2024.to_review()

    with round_2024.acting("huishen") as ctx:
        rows = joint_reviews.list_candidates(ctx, round_2024.entry(ctx), "joint_review", CATEGORY)
        assert [nomination.id for _task, nomination in rows] == nominees
        tasks = [task.id for task, _nomination in rows]
        outcomes = dict(zip(tasks, ["select", "not_selected", "select"], strict=True))
        assert joint_reviews.decide(ctx, tasks, outcomes, {"reason": "集体评议。"}) == 3
        assert joint_reviews.count_places_left(ctx, round_2024.entry(ctx), CATEGORY) == 98

    statuses = [round_2024.status(nominee) for nominee in (*nominees, other)]
    assert statuses == ["selected", "not_listed", "selected", "shortlisted"]


def test_n02_one_selected_too_many_refuses_the_whole_page(round_2024: Story) -> None:
    set_places(round_2024, 2, QuotaKind.AWARD)
    nominees = [round_2024.nominate() for _ in range(3)]
    round_2024.to_review()
    tasks = [round_2024.task_id(nominee, "joint_review") for nominee in nominees]

    with pytest.raises(RefusedByProcess) as refused, round_2024.acting("huishen") as ctx:
        joint_reviews.decide(ctx, tasks, dict.fromkeys(tasks, "select"), {"reason": "集体评议。"})

    assert refused.value.message == (
        "“生产管理类”候选人已满 2 名，请先调整已选人员。通知：“寻访六大类青年典型各 100 名”（N02）。"
    )
    assert [round_2024.status(nominee) for nominee in nominees] == ["shortlisted"] * 3
    assert [round_2024.waits_at(nominee) for nominee in nominees] == [["joint_review"]] * 3
    assert cell(round_2024, kind=QuotaKind.AWARD) == Cell(places=2, taken=0)


def test_page_with_a_task_of_somebody_else_is_refused_whole(round_2024: Story) -> None:
    nominee, late = round_2024.nominate(), round_2024.nominate()
    round_2024.to_review()
    tasks = [round_2024.task_id(n, "joint_review") for n in (nominee, late)]
    with round_2024.acting("huishen") as ctx:
        [police] = people.search_colleagues(ctx, "gongan", limit=1)
        user_tasks.transfer(ctx, tasks[1], police.id, "出差。")

    with pytest.raises(AlreadyClaimed), round_2024.acting("huishen") as ctx:
        joint_reviews.decide(ctx, tasks, dict.fromkeys(tasks, "select"), {})

    assert [round_2024.waits_at(n) for n in (nominee, late)] == [["joint_review"]] * 2


@pytest.mark.parametrize(("tasks", "outcomes"), [([], {}), ([1], {}), ([1], {2: "select"})])
def test_page_without_an_outcome_for_each_is_refused(
    round_2024: Story, tasks: list[int], outcomes: dict[int, str]
) -> None:
    with pytest.raises(Invalid), round_2024.acting("huishen") as ctx:
        joint_reviews.decide(ctx, tasks, outcomes, {})
