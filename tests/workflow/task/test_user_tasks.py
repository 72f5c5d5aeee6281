from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import (
    Candidate,
    Draft,
    Notification,
    OutboxMessage,
    Submission,
    TaskStatus,
    UserTask,
)
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import returns, taking_back, task_access, user_tasks
from tests.workflow.leave_domain import LeaveDomain
from tests.workflow.plant import Plant, acting, only_open, start


def test_task_is_offered_to_the_groups_of_the_diagram(ctx: Context, plant: Plant) -> None:
    task = only_open(ctx, start(ctx, plant))

    assert list(ctx.session.scalars(select(Candidate.group_key))) == [f"user:{plant.alice.id}"]
    assert task_access.is_offered(acting(ctx, plant.alice), task)
    assert not task_access.is_offered(acting(ctx, plant.bob), task)


def test_claim_shows_who_has_it_to_the_other_candidates(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)
    user_tasks.claim(acting(ctx, plant.bob), task.id)

    with pytest.raises(task_access.AlreadyClaimed, match="“车间审批”已由 鲍勃 签收。"):
        user_tasks.claim(acting(ctx, plant.bella), task.id)

    assert user_tasks.claim(acting(ctx, plant.bob), task.id).assignee_id == plant.bob.id


def test_claim_of_a_task_one_may_not_see_does_not_exist(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    with pytest.raises(NotFound):
        user_tasks.claim(acting(ctx, plant.charlie), task.id)


def test_unclaim_offers_it_to_everybody_again(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)
    user_tasks.claim(acting(ctx, plant.bob), task.id)

    user_tasks.unclaim(acting(ctx, plant.bob), task.id)

    assert user_tasks.claim(acting(ctx, plant.bella), task.id).assignee_id == plant.bella.id


def test_unclaim_by_somebody_else_is_forbidden(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)
    user_tasks.claim(acting(ctx, plant.bob), task.id)

    with pytest.raises(Forbidden):
        user_tasks.unclaim(acting(ctx, plant.bella), task.id)


def test_transfer_passes_it_on_with_the_reason(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    user_tasks.transfer(acting(ctx, plant.bob), task.id, plant.charlie.id, "出差")

    assert task.assignee_id == plant.charlie.id
    told = ctx.session.scalars(select(Notification).where(Notification.kind == "transferred")).one()
    assert (told.user_id, told.text) == (
        plant.charlie.id, "鲍勃 向您转办：艾丽斯的请假 — 车间审批。原因：出差",
    )  # fmt: skip
    assert history.of_instance(ctx, task.instance)[-1].details == {
        "task": task.id, "to": "查理", "reason": "出差",
    }  # fmt: skip


@pytest.mark.parametrize(("to", "reason", "field"), [("bob", "出差", "to_user_id"), ("bella", " ", "reason")])
def test_transfer_to_oneself_or_without_reason_is_refused(
    ctx: Context, plant: Plant, to: str, reason: str, field: str
) -> None:
    task = _submitted(ctx, plant)

    with pytest.raises(Invalid) as refused:
        user_tasks.transfer(acting(ctx, plant.bob), task.id, getattr(plant, to).id, reason)

    assert list(refused.value.fields) == [field]


def test_complete_keeps_the_submission_and_moves_on(ctx: Context, plant: Plant) -> None:
    instance = start(ctx, plant)
    task = only_open(ctx, instance)

    user_tasks.complete(acting(ctx, plant.alice), task.id, "submit", {"days": 2, "reason": "探亲"})

    submission = ctx.session.scalars(select(Submission)).one()
    assert (submission.outcome, submission.answers) == ("submit", {"days": 2, "reason": "探亲"})
    assert (task.status, task.completed_by_id) == (TaskStatus.COMPLETED, plant.alice.id)
    assert only_open(ctx, instance).element_id == "approve"


def test_complete_runs_local_topics_in_the_same_step(
    ctx: Context, plant: Plant, leave_domain: LeaveDomain
) -> None:
    task = only_open(ctx, start(ctx, plant))

    user_tasks.complete(acting(ctx, plant.alice), task.id, "submit", {"days": 3})

    assert leave_domain.days_left == 7


def test_complete_is_refused_by_an_uncaught_error_of_a_topic(ctx: Context, plant: Plant) -> None:
    task = only_open(ctx, start(ctx, plant))

    with pytest.raises(execution.RefusedByProcess, match="剩余假期不足。"):
        user_tasks.complete(acting(ctx, plant.alice), task.id, "submit", {"days": 11})


def test_complete_with_an_outcome_the_diagram_does_not_offer_is_refused(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    with pytest.raises(Invalid, match="“车间审批”只能选择：同意、不同意。"):
        user_tasks.complete(acting(ctx, plant.bob), task.id, "return", {})


def test_complete_what_the_domain_forbids(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)
    task.assignee_id = plant.alice.id
    ctx.session.flush()

    with pytest.raises(Forbidden, match="不能审批自己的请假。"):
        user_tasks.complete(acting(ctx, plant.alice), task.id, "approve", {})


def test_transfer_or_claim_of_what_the_domain_forbids(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)
    with pytest.raises(Invalid, match="不能转办给艾丽斯：不能审批自己的请假。"):
        user_tasks.transfer(acting(ctx, plant.bob), task.id, plant.alice.id, "请代办")
    ctx.session.add(Candidate(user_task_id=task.id, group_key=f"user:{plant.alice.id}"))
    ctx.session.flush()

    with pytest.raises(Forbidden, match="不能审批自己的请假。"):
        user_tasks.claim(acting(ctx, plant.alice), task.id)

    assert task.assignee_id is None


def test_complete_twice_names_who_was_first_and_when(ctx: Context, plant: Plant) -> None:
    instance = start(ctx, plant)
    task = only_open(ctx, instance)
    user_tasks.complete(acting(ctx, plant.alice), task.id, "submit", {})

    with pytest.raises(task_access.AlreadyDone) as late:
        user_tasks.complete(acting(ctx, plant.alice), task.id, "submit", {})

    assert late.value.message == "“填写请假单”已由 艾丽斯 于 03月15日 09:00 办结。"


def test_cancelled_instance_freezes_the_draft(ctx: Context, plant: Plant) -> None:
    instance = start(ctx, plant)
    task = only_open(ctx, instance)
    user_tasks.save_draft(acting(ctx, plant.alice), task.id, {"days": 2})

    execution.cancel(ctx, instance, "误发起")

    draft = ctx.session.get_one(Draft, task.id, populate_existing=True)
    assert (task.status, draft.answers, draft.frozen_at) == (TaskStatus.CANCELLED, {"days": 2}, ctx.now)
    with pytest.raises(task_access.AlreadyDone, match="“填写请假单”已随流程关闭，不能再办理。"):
        user_tasks.save_draft(acting(ctx, plant.alice), task.id, {"days": 3})


def test_send_back_reopens_the_earlier_step_for_whoever_did_it(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    reopened = returns.send_back(acting(ctx, plant.bob), task.id, "apply", "日期不对")

    assert (reopened.element_id, reopened.assignee_id) == ("apply", plant.alice.id)
    assert task.outcome == "sent_back"
    # an opinion is a submission: sending back is none
    assert [row.element_id for row in ctx.session.scalars(select(Submission))] == ["apply"]
    mail = ctx.session.scalars(select(OutboxMessage)).one()
    assert (mail.recipient, mail.subject) == (
        "alice@example.org", "鲍勃 将“艾丽斯的请假”退回到“填写请假单”",
    )  # fmt: skip


def test_send_back_needs_a_reason_and_an_earlier_step(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    with pytest.raises(Invalid, match="请填写退回原因。"):
        returns.send_back(acting(ctx, plant.bob), task.id, "apply", "")
    with pytest.raises(Invalid, match="不能退回到这一步。"):
        returns.send_back(acting(ctx, plant.bob), task.id, "approve", "日期不对")


def test_take_back_while_the_next_has_not_acted(ctx: Context, plant: Plant) -> None:
    instance = start(ctx, plant)
    applied = only_open(ctx, instance)
    user_tasks.complete(acting(ctx, plant.alice), applied.id, "submit", {})

    reopened = taking_back.take_back(acting(ctx, plant.alice), applied.id)

    assert (reopened.element_id, reopened.assignee_id) == ("apply", plant.alice.id)
    assert only_open(ctx, instance) is reopened
    assert isinstance(ctx.domain, LeaveDomain)
    assert ctx.domain.days_left == 10  # those that were booked are given back


def test_take_back_is_too_late_once_the_next_has_claimed(ctx: Context, plant: Plant) -> None:
    instance = start(ctx, plant)
    applied = only_open(ctx, instance)
    user_tasks.complete(acting(ctx, plant.alice), applied.id, "submit", {})
    user_tasks.claim(acting(ctx, plant.bob), only_open(ctx, instance).id)

    with pytest.raises(Conflict, match="“车间审批”已经签收，不能撤回。可以请“车间审批”的办理人退回。"):
        taking_back.take_back(acting(ctx, plant.alice), applied.id)


def test_nudge_by_hand_tells_the_candidates_once_a_minute(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    assert user_tasks.nudge(acting(ctx, plant.alice), task.id) == 2
    assert user_tasks.nudge(acting(ctx, plant.alice), task.id) == 0

    told = ctx.session.scalars(select(Notification).where(Notification.kind == "nudge")).all()
    assert [row.user_id for row in told] == [plant.bob.id, plant.bella.id]


def test_nudge_of_ones_own_task_is_refused(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)

    with pytest.raises(Conflict, match="不需要催办"):
        user_tasks.nudge(acting(ctx, plant.bob), task.id)


def test_copy_lets_the_receiver_read(ctx: Context, plant: Plant) -> None:
    task = _submitted(ctx, plant)
    with pytest.raises(NotFound):
        task_access.get_visible(acting(ctx, plant.charlie), task.id)

    assert user_tasks.copy(acting(ctx, plant.bob), task.id, [plant.charlie.id]) == 1
    assert user_tasks.copy(acting(ctx, plant.bob), task.id, [plant.charlie.id]) == 0

    assert task_access.get_visible(acting(ctx, plant.charlie), task.id) is task
    with pytest.raises(NotFound):
        user_tasks.complete(acting(ctx, plant.charlie), task.id, "approve", {})


def _submitted(ctx: Context, plant: Plant) -> UserTask:
    instance = start(ctx, plant)
    user_tasks.complete(acting(ctx, plant.alice), only_open(ctx, instance).id, "submit", {"days": 1})
    return only_open(ctx, instance)
