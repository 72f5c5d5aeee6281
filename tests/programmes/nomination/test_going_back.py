"""Sending back and taking back: nudges are armed anew, the form is screened anew, opinions fall (X13)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import Nomination, Reminder, UserTask
from service.programmes.nomination import opinions
from service.workflow.task import returns, taking_back, task_access, user_tasks
from tests.programmes.round.test_rounds import at, nudged
from tests.programmes.story import Story


def standing(story: Story, nominee: int) -> list[tuple[int, str, bool]]:
    with story.wiring.reading() as ctx:
        given = opinions.list_of(ctx, ctx.session.get_one(Nomination, nominee))
        return [(opinion.position, opinion.outcome, opinion.superseded) for opinion in given]


def send_back(story: Story, nominee: int, element_id: str, to: str, *, by: str) -> None:
    with story.acting(by) as ctx:
        returns.send_back(ctx, story.task_id(nominee, element_id), to, "请补充材料。")


def take_back(story: Story, nominee: int, element_id: str, *, by: str) -> None:
    with story.acting(by) as ctx:
        query = select(UserTask.id).where(
            UserTask.instance_id == story.read(nominee).instance_id, UserTask.element_id == element_id
        )
        taking_back.take_back(ctx, ctx.session.scalars(query.order_by(UserTask.id.desc())).first() or 0)


@pytest.mark.parametrize("way", ["outcome", "send_back"])
def test_x13_form_sent_back_nudges_again_and_is_screened_anew(round_2024: Story, way: str) -> None:
    nominee = round_2024.start()
    round_2024.pass_until("2024-03-20 10:00")
    round_2024.hand_in(nominee, birth=at(round_2024, "1988-12-31").date())
    if way == "outcome":
        round_2024.complete(nominee, "workplace_league_opinion", "return", text="请补充材料。")
    else:
        send_back(round_2024, nominee, "workplace_league_opinion", "fill_in_form", by="tuanzhibu")

    assert round_2024.status(nominee) == "drafting"
    round_2024.pass_until("2024-03-22 10:00")
    assert nudged(round_2024, nominee) == [("-3", "03-20 09:00"), ("-1", "03-22 09:00")]
    with round_2024.wiring.reading() as ctx:
        assert len(set(ctx.session.scalars(select(Reminder.user_task_id)))) == 2

    round_2024.hand_in(nominee)
    assert round_2024.read(nominee).eligibility == "PASS"
    assert round_2024.waits_at(nominee) == ["workplace_league_opinion"]


def test_form_sent_back_goes_to_whoever_filled_it_in(round_2024: Story) -> None:
    nominee = round_2024.start(source="self")
    round_2024.hand_in(nominee, by="xiaoming")

    send_back(round_2024, nominee, "workplace_league_opinion", "fill_in_form", by="tuanzhibu")

    with round_2024.acting("xiaoming") as ctx:
        task = ctx.session.get_one(UserTask, round_2024.task_id(nominee, "fill_in_form"))
        assert task_access.is_offered(ctx, task)


def test_opinions_fall_when_the_form_is_opened_again(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")
    assert standing(round_2024, nominee) == [(1, "approve", False), (2, "approve", False)]

    round_2024.complete(nominee, "recommender_opinion", "return", reason="请补充。")
    fallen = [(1, "approve", True), (2, "approve", True), (3, "return", True)]
    assert standing(round_2024, nominee) == fallen
    round_2024.hand_in(nominee)
    assert standing(round_2024, nominee) == fallen
    round_2024.carry(nominee, "workplace_opinion")

    assert standing(round_2024, nominee) == [*fallen, (1, "approve", False)]
    with round_2024.wiring.reading() as ctx:
        given = opinions.list_of(ctx, ctx.session.get_one(Nomination, nominee))
        assert list(opinions.printed(given)) == [1]


def test_only_the_opinion_of_the_step_opened_again_falls(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")

    send_back(round_2024, nominee, "recommender_opinion", "workplace_opinion", by="liyang")

    assert standing(round_2024, nominee) == [(1, "approve", False), (2, "approve", True)]


def test_opinion_taken_back_no_longer_stands(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="workplace_opinion")

    take_back(round_2024, nominee, "workplace_league_opinion", by="tuanzhibu")

    assert standing(round_2024, nominee) == [(1, "approve", True)]
    assert round_2024.waits_at(nominee) == ["workplace_league_opinion"]


def test_taking_back_after_the_next_has_begun_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="workplace_opinion")
    with round_2024.acting("dangzhibu") as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, "workplace_opinion"))

    with pytest.raises(Conflict, match="已经签收"):
        take_back(round_2024, nominee, "workplace_league_opinion", by="tuanzhibu")


def test_nothing_is_sent_back_behind_a_recommendation_from_one_of_two_branches(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with pytest.raises(Invalid, match="不能退回到这一步"):
        send_back(round_2024, nominee, "consult_police", "fill_in_form", by="gongan")

    assert round_2024.status(nominee) == "qualifying"


def test_nothing_goes_back_past_a_signal_that_will_not_come_again(round_2024: Story) -> None:
    """It would wait for the opening of the joint review for ever, and hold up the whole round."""
    nominee = round_2024.nominate()
    round_2024.to_review()

    with pytest.raises(Invalid, match="不能退回到这一步"):
        send_back(round_2024, nominee, "joint_review", "qualification_review", by="huishen")
    with pytest.raises(Conflict, match="不会再来"):
        take_back(round_2024, nominee, "qualification_review", by="shiwei")

    assert round_2024.waits_at(nominee) == ["joint_review"]


def test_nothing_goes_back_into_one_branch_whose_other_is_done(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review")

    with pytest.raises(Invalid, match="不能退回到这一步"):
        send_back(round_2024, nominee, "qualification_review", "consult_police", by="shiwei")

    assert round_2024.waits_at(nominee) == ["qualification_review"]
