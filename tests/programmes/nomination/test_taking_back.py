"""撤回 while nobody has acted on it: across branches, out of a sub-process, before a signal; its limits."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict
from service.models import (
    Consultation,
    HistoryEvent,
    Objection,
    QuotaKind,
    TaskStatus,
    UserTask,
)
from service.workflow.task import taking_back, user_tasks
from tests.at_once import list_refusals
from tests.programmes.nomination.test_going_back import standing, take_back
from tests.programmes.round.test_countersigning import review_again, waits
from tests.programmes.round.test_quotas import cell
from tests.programmes.round.test_rounds import extend
from tests.programmes.story import DEPARTMENTS, ORGANISER, RECOMMENDER, Story

STEP = "recommender_opinion"
ASK_THE_ORGANISER = "确需更改的，请联系主办单位或系统管理员。"


def taken(story: Story, kind: QuotaKind = QuotaKind.NOMINATION) -> int:
    return cell(story, kind=kind).taken


def refusal(story: Story, nominee: int, element_id: str, *, by: str) -> str:
    """Return why somebody cannot take his last completion back: the page's sentence is the refusal's."""
    with story.acting(by) as ctx:
        query = select(UserTask).where(
            UserTask.instance_id == story.read(nominee).instance_id,
            UserTask.element_id == element_id,
            UserTask.completed_by_id == ctx.actor.user_id,
        )
        done = ctx.session.scalars(query.order_by(UserTask.id.desc())).first()
        assert done is not None
        foreseen = taking_back.find_obstacle(ctx, done)
        with pytest.raises(Conflict) as refused:
            taking_back.take_back(ctx, done.id)
        assert refused.value.message == foreseen
        return refused.value.message


def tasks_at(story: Story, nominee: int, element_id: str) -> list[str]:
    """Return how the tasks stand that a nomination had at a step."""
    with story.wiring.reading() as ctx:
        query = select(UserTask.status).where(
            UserTask.instance_id == story.read(nominee).instance_id, UserTask.element_id == element_id
        )
        return list(ctx.session.scalars(query.order_by(UserTask.id)))


def test_recommendation_is_taken_back_from_both_branches_with_its_place(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    assert taken(round_2024) == 1

    take_back(round_2024, nominee, STEP, by=RECOMMENDER)

    assert (round_2024.waits_at(nominee), round_2024.status(nominee)) == ([STEP], "recommending")
    assert taken(round_2024) == 0
    assert standing(round_2024, nominee)[-1] == (3, "approve", True)
    cancelled = [tasks_at(round_2024, nominee, step) for step in ("consult_police", "consult_industry")]
    assert cancelled == [[TaskStatus.CANCELLED]] * 2


def test_what_was_taken_back_goes_the_same_way_once_more(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    take_back(round_2024, nominee, STEP, by=RECOMMENDER)

    round_2024.carry(nominee, "consult_police")

    assert sorted(round_2024.waits_at(nominee)) == ["consult_industry", "consult_police"]
    assert (taken(round_2024), round_2024.status(nominee)) == (1, "qualifying")


def test_deadline_still_closes_what_was_taken_back(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    take_back(round_2024, nominee, STEP, by=RECOMMENDER)

    round_2024.pass_until("2024-03-26 10:00")

    assert (round_2024.waits_at(nominee), round_2024.status(nominee)) == ([], "overdue")


def test_extension_still_ends_for_what_was_taken_back_within_it(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    extend(round_2024, RECOMMENDER, "2024-03-29 00:00")
    round_2024.pass_until("2024-03-27 10:00")
    round_2024.carry(nominee, "consult_police")

    take_back(round_2024, nominee, STEP, by=RECOMMENDER)

    assert round_2024.waits_at(nominee) == [STEP]
    round_2024.pass_until("2024-03-29 10:00")
    assert round_2024.status(nominee) == "overdue"


def test_recommendation_stays_once_the_submission_has_closed(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    round_2024.pass_until("2024-03-26 10:00")

    said = refusal(round_2024, nominee, STEP, by=RECOMMENDER)

    assert said == f"“申报截止”已经来过，不会再来，不能撤回。{ASK_THE_ORGANISER}"


@pytest.mark.parametrize("way", ["claimed", "begun", "done"])
def test_recommendation_stays_once_anybody_has_acted_in_either_branch(round_2024: Story, way: str) -> None:
    nominee = round_2024.nominate(to="consult_police")
    with round_2024.acting("gongan") as ctx:
        task_id = round_2024.task_id(nominee, "consult_police")
        if way == "claimed":
            user_tasks.claim(ctx, task_id)
        elif way == "begun":
            user_tasks.save_draft(ctx, task_id, {"note": "核对中"})
    if way == "done":
        round_2024.complete(nominee, "consult_police", "clear")

    said = refusal(round_2024, nominee, STEP, by=RECOMMENDER)

    words = {
        "claimed": "“公安协查”已经签收，不能撤回",
        "begun": "“公安协查”已经有人着手办理，不能撤回",
        "done": "此后“公安协查”已经有人办理，不能撤回",
    }
    assert said == f"{words[way]}。{ASK_THE_ORGANISER}"


def test_what_was_given_back_unread_may_still_be_taken_back(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    with round_2024.acting("gongan") as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, "consult_police"))
        user_tasks.unclaim(ctx, round_2024.task_id(nominee, "consult_police"))

    take_back(round_2024, nominee, STEP, by=RECOMMENDER)

    assert round_2024.waits_at(nominee) == [STEP]


def test_one_of_two_consulted_takes_back_while_the_other_has_not_acted(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    round_2024.complete(nominee, "consult_police", "clear")

    take_back(round_2024, nominee, "consult_police", by="gongan")

    assert sorted(round_2024.waits_at(nominee)) == ["consult_industry", "consult_police"]
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Consultation)).all() == []
    round_2024.carry(nominee, "qualification_review")
    assert round_2024.waits_at(nominee) == ["qualification_review"]


def test_second_of_two_consulted_cannot_part_what_has_joined(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    round_2024.complete(nominee, "consult_police", "clear")
    round_2024.complete(nominee, "consult_industry", "clear")

    said = refusal(round_2024, nominee, "consult_industry", by="hangye")

    assert said == (
        f"「行业部门征询」（consult_industry）之后流程已经汇合，或有别的进展，不能撤回。{ASK_THE_ORGANISER}"
    )


def test_qualification_is_taken_back_while_nobody_waits_but_for_the_review(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.carry(nominee, "")
    assert (round_2024.waits_at(nominee), round_2024.status(nominee)) == ([], "shortlisted")

    take_back(round_2024, nominee, "qualification_review", by=ORGANISER)

    assert round_2024.waits_at(nominee) == ["qualification_review"]
    assert round_2024.status(nominee) == "qualifying"
    round_2024.to_review()
    assert (round_2024.waits_at(nominee), round_2024.status(nominee)) == (["joint_review"], "shortlisted")


def test_qualification_stays_when_the_review_was_opened_and_not_yet_heard(round_2024: Story) -> None:
    """Its signal is on its way: taken back, the nomination would wait for it for ever."""
    nominee = round_2024.nominate()
    round_2024.carry(nominee, "")
    round_2024.pass_until("2024-03-26 10:00")
    with round_2024.acting(ORGANISER) as ctx:
        query = select(UserTask.id).where(UserTask.element_id == "open_joint_review")
        user_tasks.complete(ctx, ctx.session.scalars(query).one(), "confirm", {})

    said = refusal(round_2024, nominee, "qualification_review", by=ORGANISER)

    assert said == f"“会审开始”已经来过，不会再来，不能撤回。{ASK_THE_ORGANISER}"


def test_selection_is_taken_back_with_its_place(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    assert (taken(round_2024, QuotaKind.AWARD), round_2024.status(nominee)) == (1, "selected")

    take_back(round_2024, nominee, "joint_review", by="huishen")

    assert (taken(round_2024, QuotaKind.AWARD), round_2024.status(nominee)) == (0, "shortlisted")
    assert (round_2024.waits_at(nominee), taken(round_2024)) == (["joint_review"], 1)
    round_2024.carry(nominee, "")
    assert (taken(round_2024, QuotaKind.AWARD), round_2024.status(nominee)) == (1, "selected")


def test_selection_stays_once_the_list_was_put_to_the_departments(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    round_2024.confirm("submit_list")

    said = refusal(round_2024, nominee, "joint_review", by="huishen")

    assert said == f"本届此后已经办过“提请会签”，不能撤回。{ASK_THE_ORGANISER}"


def test_leaving_out_is_taken_back(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.complete(nominee, "joint_review", "not_selected", by="huishen")
    assert round_2024.status(nominee) == "not_listed"

    take_back(round_2024, nominee, "joint_review", by="huishen")

    assert (round_2024.waits_at(nominee), round_2024.status(nominee)) == (["joint_review"], "shortlisted")


def test_place_that_was_given_back_keeps_a_new_decision_from_being_taken_back(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    review_again(round_2024, nominee)
    round_2024.complete(nominee, "joint_review", "not_selected", by="huishen")

    said = refusal(round_2024, nominee, "joint_review", by="huishen")

    assert said == f"候选人名额已经归还，不能撤回。{ASK_THE_ORGANISER}"


def test_list_is_taken_back_from_the_departments_while_none_has_signed(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    round_2024.confirm("submit_list")

    take_back_of_round(round_2024, "submit_list")

    assert waits(round_2024) == ["submit_list"]
    round_2024.countersign()
    assert waits(round_2024) == ["publish_candidates"]


def test_list_stays_once_a_department_has_signed(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    round_2024.confirm("submit_list")
    round_2024.sign(DEPARTMENTS[0])

    with pytest.raises(Conflict, match="此后“部门会签”已经有人办理，不能撤回"):
        take_back_of_round(round_2024, "submit_list")


def test_opening_of_the_review_stays_for_it_was_told_to_all(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_review()

    with pytest.raises(Conflict, match="已经发出“会审开始”，不能撤回"):
        take_back_of_round(round_2024, "open_joint_review")


def test_objection_that_was_taken_up_is_taken_back(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    objection = round_2024.object_to(nominee)
    round_2024.settle(objection, "accept")

    with round_2024.acting(ORGANISER) as ctx:
        found = ctx.session.get_one(Objection, objection)
        query = select(UserTask.id).where(
            UserTask.instance_id == found.instance_id, UserTask.element_id == "register"
        )
        reopened = taking_back.take_back(ctx, ctx.session.scalars(query).one())
        assert (reopened.element_id, found.status) == ("register", "received")
    round_2024.settle(objection, "accept", "rejected")


def test_end_is_an_end(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    round_2024.complete(nominee, STEP, "reject", reason="材料不实。")

    said = refusal(round_2024, nominee, STEP, by=RECOMMENDER)

    assert said == f"流程已经结束，不能撤回。{ASK_THE_ORGANISER}"


def test_whoever_can_send_it_back_is_named(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="workplace_opinion")
    with round_2024.acting("dangzhibu") as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, "workplace_opinion"))

    said = refusal(round_2024, nominee, "workplace_league_opinion", by="tuanzhibu")

    assert said == "“所在单位意见”已经签收，不能撤回。可以请“所在单位意见”的办理人退回。"


def test_taking_back_is_in_the_history_with_what_it_closed(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    take_back(round_2024, nominee, STEP, by=RECOMMENDER)

    with round_2024.wiring.reading() as ctx:
        query = select(HistoryEvent.kind, HistoryEvent.element_id).where(
            HistoryEvent.instance_id == round_2024.read(nominee).instance_id
        )
        newest = ctx.session.execute(query.order_by(HistoryEvent.seq.desc()).limit(3)).all()
    assert sorted(tuple(row) for row in newest) == [
        ("task.cancelled", "consult_industry"),
        ("task.cancelled", "consult_police"),
        ("task.taken_back", STEP),
    ]


def take_back_of_round(story: Story, element_id: str) -> None:
    with story.acting(ORGANISER) as ctx:
        query = select(UserTask.id).where(
            UserTask.instance_id == story.entry(ctx).instance_id,
            UserTask.element_id == element_id,
            UserTask.completed_by_id == ctx.actor.user_id,
        )
        taking_back.take_back(ctx, ctx.session.scalars(query).one())
    story.work_off()


@pytest.mark.usefixtures("both_databases")
def test_of_two_at_once_who_takes_back_and_who_claims_one_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    task_id = round_2024.task_id(nominee, "consult_police")

    def claim() -> None:
        with round_2024.acting("gongan") as ctx:
            user_tasks.claim(ctx, task_id)

    outcomes = list_refusals([partial(take_back, round_2024, nominee, STEP, by=RECOMMENDER), claim])

    assert [outcome is None for outcome in outcomes].count(True) == 1
    claimed = outcomes[1] is None
    assert (taken(round_2024), round_2024.waits_at(nominee) == [STEP]) == (int(claimed), not claimed)


@pytest.mark.usefixtures("both_databases")
def test_of_two_at_once_who_takes_back_and_who_opens_the_review_one_is_refused(round_2024: Story) -> None:
    """The round's row keeps them apart: nobody is left waiting for a signal that has been thrown."""
    nominee = round_2024.nominate()
    round_2024.carry(nominee, "")
    round_2024.pass_until("2024-03-26 10:00")

    outcomes = list_refusals([
        partial(take_back, round_2024, nominee, "qualification_review", by=ORGANISER),
        partial(round_2024.confirm, "open_joint_review"),
    ])  # fmt: skip

    assert [outcome is None for outcome in outcomes].count(True) == 1
    round_2024.work_off()  # a job is left alone while somebody holds its nomination
    step = "qualification_review" if outcomes[0] is None else "joint_review"
    assert round_2024.waits_at(nominee) == [step]
