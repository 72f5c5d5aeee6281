from __future__ import annotations

import pytest
from sqlalchemy import select

from service.engine.records import Fault
from service.errors import Conflict
from service.models import Candidate, Draft, Incident, Membership, Submission, TaskStatus, UserTask
from service.scheduler.wiring import Wiring
from service.workflow.context import Context
from service.workflow.instance import execution, incidents
from service.workflow.job import retries
from service.workflow.task import user_tasks
from tests.workflow.leave_domain import LeaveDomain
from tests.workflow.plant import Plant, acting, only_open, start


def test_fault_refuses_the_completion_and_its_aftermath_keeps_the_answers(
    wiring: Wiring, committed_plant: Plant
) -> None:
    task_id = _faulted(wiring, committed_plant)

    with wiring.reading() as ctx:
        incident = ctx.session.scalars(select(Incident)).one()
        draft = ctx.session.get_one(Draft, task_id)
        assert incident.kind.startswith("fault.")
        assert (incident.element_id, incident.payload) == (
            "how_much", {"outcome": "good", "user_id": committed_plant.bob.id},
        )  # fmt: skip
        assert draft.answers == {"remark": "从未缺勤"}
        assert ctx.session.get_one(UserTask, task_id).status == TaskStatus.OPEN
        assert ctx.session.scalars(select(Submission)).all() == []


def test_retry_submits_the_kept_answers_once_the_cause_is_mended(
    wiring: Wiring, committed_plant: Plant, leave_domain: LeaveDomain
) -> None:
    task_id = _faulted(wiring, committed_plant)
    leave_domain.bonuses = {"good": 500}

    with wiring.transaction() as ctx:
        assert retries.retry(ctx, ctx.session.scalars(select(Incident.id)).one())

    with wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_id)
        submission = ctx.session.scalars(select(Submission)).one()
        assert (task.status, task.completed_by_id) == (TaskStatus.COMPLETED, committed_plant.bob.id)
        assert submission.answers == {"remark": "从未缺勤"}
        assert task.instance.end_event == "paid"
        assert incidents.list_open(ctx) == []


def test_retry_before_the_cause_is_mended_faults_again(wiring: Wiring, committed_plant: Plant) -> None:
    _faulted(wiring, committed_plant)

    with pytest.raises(execution.Faulted), wiring.transaction() as ctx:
        retries.retry(ctx, ctx.session.scalars(select(Incident.id)).one())

    with wiring.reading() as ctx:
        assert len(incidents.list_open(ctx)) == 1


def test_fault_that_keeps_nothing_does_not_say_that_it_does() -> None:
    """What is begun, taken back or sent back is undone whole: there is no incident and no draft of it."""
    fault = Fault(element_id="paid", kind="gateway", message="没有一条线可走。")

    kept = execution.Faulted(fault, aftermath=lambda _ctx: None)

    assert execution.Faulted(fault).message == (
        "流程出现故障：没有一条线可走。 这次操作没有生效，请把这句话告诉系统管理员。"
    )
    assert kept.message == "流程出现故障：没有一条线可走。 已通知管理员，您填写的内容已保存。"
    assert not isinstance(kept, Conflict)


def test_task_nobody_can_do_is_an_incident_until_a_role_is_given(ctx: Context, plant: Plant) -> None:
    heads = ctx.session.scalars(select(Membership).where(Membership.role == "head")).all()
    for membership in heads:
        ctx.session.delete(membership)
    instance = start(ctx, plant)
    user_tasks.complete(acting(ctx, plant.alice), only_open(ctx, instance).id, "submit", {})
    [incident] = incidents.list_open(ctx)
    assert incident.message == (
        "“车间审批”没有人可以办理：head@unit 下没有启用的人员。请在人员管理中指定后重试。"
    )
    assert not retries.retry(ctx, incident.id)

    unit_id = plant.alice.unit_id
    key = "head@workshop"
    ctx.session.add(Membership(user_id=plant.bob.id, role="head", unit_id=unit_id, group_key=key))
    assert retries.retry(ctx, incident.id)

    task = only_open(ctx, instance)
    query = select(Candidate.group_key).where(Candidate.user_task_id == task.id)
    assert ctx.session.scalars(query).all() == [key]
    with pytest.raises(Conflict, match="已经处理过了"):
        retries.retry(ctx, incident.id)


def _faulted(wiring: Wiring, plant: Plant) -> int:
    """Complete a task whose process finds no branch, as a request does it."""
    with wiring.transaction() as ctx:
        task_id = only_open(ctx, start(ctx, plant, "bonus")).id
    with pytest.raises(execution.Faulted) as faulted, wiring.transaction() as ctx:
        user_tasks.complete(acting(ctx, plant.bob), task_id, "good", {"remark": "从未缺勤"})
    assert faulted.value.aftermath is not None
    with wiring.transaction() as ctx:
        faulted.value.aftermath(acting(ctx, plant.bob))
    return task_id
