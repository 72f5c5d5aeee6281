"""Timers, signals, messages and remote topics, worked as the scheduler's duty works them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.engine.records import BpmnError
from service.models import (
    Incident,
    Instance,
    InstanceStatus,
    Job,
    JobStatus,
    SubscriptionRow,
    TaskStatus,
    UserTask,
)
from service.scheduler import due_jobs
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.job import jobs, retries
from service.workflow.task import user_tasks
from tests.engine.sketch import draw
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")


def test_timer_fires_when_it_is_due(wiring: Wiring, committed_plant: Plant, clock: MovableClock) -> None:
    instance_id = _started(wiring, committed_plant, "sick_leave")

    clock.move(days=3, seconds=-1)
    assert not due_jobs.run_once(wiring)
    clock.move(seconds=1)
    assert due_jobs.run_once(wiring) == {"定时“满三天”到点": 1}

    assert _waits_for(wiring, instance_id) == ["doctors_note"]


def test_timer_that_was_moved_fires_then(wiring: Wiring, committed_plant: Plant, clock: MovableClock) -> None:
    instance_id = _started(wiring, committed_plant, "sick_leave")
    with wiring.transaction() as ctx:
        instance = execution.lock(ctx, instance_id)
        assert jobs.move_timer(ctx, instance, "three_days", ctx.now + timedelta(days=5), "节假日顺延")

    clock.move(days=4)
    assert not due_jobs.run_once(wiring)
    clock.move(days=1)
    assert due_jobs.run_once(wiring) == {"定时“满三天”到点": 1}


def test_message_reaches_only_the_instance_it_correlates_with(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    alices = _started(wiring, committed_plant, "sick_leave")
    bobs = _started(wiring, committed_plant, "sick_leave", employee="bob")
    clock.move(days=3)
    due_jobs.run_once(wiring)

    _started(wiring, committed_plant, "doctor", employee="bob")
    assert due_jobs.run_once(wiring) == {"“等待病假证明”收到消息": 1}

    assert _status(wiring, bobs) == (InstanceStatus.COMPLETED, "certified")
    assert _status(wiring, alices) == (InstanceStatus.ACTIVE, None)


def test_signal_reaches_every_instance_of_the_round(wiring: Wiring, committed_plant: Plant) -> None:
    instances = [_started(wiring, committed_plant, "leave") for _ in range(3)]
    _close_month(wiring, committed_plant)

    assert due_jobs.run_once(wiring) == {"“停止受理”收到信号": 3}

    assert [_status(wiring, number) for number in instances] == [(InstanceStatus.COMPLETED, "too_late")] * 3
    with wiring.reading() as ctx:
        assert set(ctx.session.scalars(select(UserTask.status))) == {
            TaskStatus.CANCELLED,
            TaskStatus.COMPLETED,
        }


def test_signal_comes_too_late_for_an_instance_that_moved_on(wiring: Wiring, committed_plant: Plant) -> None:
    instance_id = _started(wiring, committed_plant, "leave")
    _close_month(wiring, committed_plant)
    with wiring.transaction() as ctx:
        task = only_open(ctx, ctx.session.get_one(Instance, instance_id))
        user_tasks.complete(acting(ctx, committed_plant.alice), task.id, "submit", {})

    due_jobs.run_once(wiring)

    with wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, instance_id)
        assert history.of_instance(ctx, instance)[-1].kind == "signal.missed"
        assert only_open(ctx, instance).element_id == "approve"
        assert ctx.session.scalars(select(Job)).all() == []


def test_remote_topic_is_given_headers_and_variables(wiring: Wiring, committed_plant: Plant) -> None:
    asked: list[tuple[Mapping[str, str], Any]] = []

    def payroll(headers: Mapping[str, str], variables: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append((headers, variables["days"]))
        return {"payroll": "noted"}

    instance_id = _approved(wiring, committed_plant)
    assert due_jobs.run_once(_with(wiring, payroll)) == {"“通知薪资系统”由系统办理": 1}

    assert asked == [({"account": "leave"}, 2)]
    assert _waits_for(wiring, instance_id) == ["wait_for_month"]


def test_remote_topic_that_fails_is_tried_three_times_then_becomes_an_incident(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    def payroll(_headers: Mapping[str, str], _variables: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ConnectionError("payroll is down")

    _approved(wiring, committed_plant)
    broken = _with(wiring, payroll)
    due_jobs.run_once(broken)
    for pause in jobs.BACKOFF:
        clock.move(seconds=pause.total_seconds() - 1)
        assert not due_jobs.run_once(broken)
        clock.move(seconds=1)
        due_jobs.run_once(broken)

    with wiring.reading() as ctx:
        incident = ctx.session.scalars(select(Incident)).one()
        job = ctx.session.scalars(select(Job)).one()
    assert (incident.kind, incident.element_id, incident.message) == (
        "job-failed", "tell_payroll", "payroll is down",
    )  # fmt: skip
    assert (job.status, job.attempts) == (JobStatus.FAILED, 3)


@pytest.mark.parametrize(("retries", "tried"), [("1", 1), ("5", 5), ("=tries", 2), (None, 3)])
def test_remote_topic_is_tried_as_often_as_its_task_says(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock, retries: str | None, tried: int
) -> None:
    written = f'retries="{retries}"' if retries else ""
    xml = draw(post=f"start s\nservice letter topic=payroll.tell {written}\nend e\ns -> letter -> e")
    with wiring.transaction() as ctx:
        deployment = deployments.publish(ctx, "post", xml, {})
        plant = replace(committed_plant, deployment=deployment)
        start(ctx, plant, "post", tries=2)

    for _ in range(8):
        due_jobs.run_once(_with(wiring, _broken))
        clock.move(minutes=2)

    with wiring.reading() as ctx:
        job = ctx.session.scalars(select(Job)).one()
        assert (job.status, job.attempts) == (JobStatus.FAILED, tried)


def test_retry_of_an_incident_runs_the_job_again(wiring: Wiring, committed_plant: Plant) -> None:
    instance_id = _approved(wiring, committed_plant)
    with wiring.transaction() as ctx:
        job = ctx.session.scalars(select(Job)).one()
        job.attempts = jobs.MAX_ATTEMPTS - 1
    due_jobs.run_once(_with(wiring, _broken))
    with wiring.transaction() as ctx:
        incident = ctx.session.scalars(select(Incident)).one()
        assert retries.retry(ctx, incident.id)

    assert due_jobs.run_once(_with(wiring, _noted)) == {"“通知薪资系统”由系统办理": 1}

    assert _waits_for(wiring, instance_id) == ["wait_for_month"]


def test_remote_topic_nobody_knows_says_its_name(wiring: Wiring, committed_plant: Plant) -> None:
    _approved(wiring, committed_plant)

    due_jobs.run_once(wiring)

    with wiring.reading() as ctx:
        assert ctx.session.scalars(select(Job.last_error)).all() == [
            "LookupError: 没有名为 payroll.tell 的服务主题"
        ]


def test_remote_work_holds_no_lock(wiring: Wiring, committed_plant: Plant) -> None:
    def payroll(_headers: Mapping[str, str], _variables: Mapping[str, Any]) -> Mapping[str, Any]:
        # a person starts a request while the payroll system takes its time
        _started(wiring, committed_plant, "leave")
        return {}

    _approved(wiring, committed_plant)

    assert due_jobs.run_once(_with(wiring, payroll)) == {"“通知薪资系统”由系统办理": 1}


def test_result_that_comes_after_its_lease_changes_nothing(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    instance_id = _approved(wiring, committed_plant)

    def slow(_headers: Mapping[str, str], _variables: Mapping[str, Any]) -> Mapping[str, Any]:
        clock.move(minutes=11)
        assert due_jobs.run_once(_with(wiring, _noted)) == {"“通知薪资系统”由系统办理": 1}
        return {}

    due_jobs.run_once(_with(wiring, slow))

    with wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, instance_id)
        kinds = [
            event.element_id
            for event in history.of_instance(ctx, instance)
            if event.kind == "element.completed"
        ]
    assert kinds.count("tell_payroll") == 1


def test_error_of_a_remote_topic_that_nothing_catches_becomes_an_incident(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    def payroll(_headers: Mapping[str, str], _variables: Mapping[str, Any]) -> Mapping[str, Any]:
        raise BpmnError("no-account", "没有薪资账户")

    _approved(wiring, committed_plant)
    for _ in range(3):
        due_jobs.run_once(_with(wiring, payroll))
        clock.move(minutes=5)

    with wiring.reading() as ctx:
        assert [incident.element_id for incident in ctx.session.scalars(select(Incident))] == ["tell_payroll"]


def test_poisoned_job_does_not_stop_the_others(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    poisoned = _started(wiring, committed_plant, "sick_leave")
    others = [_started(wiring, committed_plant, "sick_leave") for _ in range(3)]
    with wiring.transaction() as ctx:
        ctx.session.get_one(Instance, poisoned).state = b"nonsense"
    clock.move(days=3)

    done = due_jobs.run_once(wiring)

    assert done == {"后台作业失败，稍后重试或转为故障": 1, "定时“满三天”到点": 3}
    assert [_waits_for(wiring, number) for number in others] == [["doctors_note"]] * 3


def _broken(_headers: Mapping[str, str], _variables: Mapping[str, Any]) -> Mapping[str, Any]:
    raise ConnectionError("payroll is down")


def _noted(_headers: Mapping[str, str], _variables: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"payroll": "noted"}


def _with(wiring: Wiring, payroll: Callable[..., Mapping[str, Any]]) -> Wiring:
    return replace(wiring, remote={"payroll.tell": payroll})


def _started(wiring: Wiring, plant: Plant, process_id: str, **variables: Any) -> int:
    with wiring.transaction() as ctx:
        return start(ctx, plant, process_id, **variables).id


def _approved(wiring: Wiring, plant: Plant) -> int:
    instance_id = _started(wiring, plant, "leave")
    with wiring.transaction() as ctx:
        instance = ctx.session.get_one(Instance, instance_id)
        user_tasks.complete(acting(ctx, plant.alice), only_open(ctx, instance).id, "submit", {"days": 2})
        user_tasks.complete(acting(ctx, plant.bob), only_open(ctx, instance).id, "approve", {})
    return instance_id


def _close_month(wiring: Wiring, plant: Plant) -> None:
    with wiring.transaction() as ctx:
        task = only_open(ctx, start(ctx, plant, "month"))
        user_tasks.complete(acting(ctx, plant.charlie), task.id, "complete", {})


def _status(wiring: Wiring, instance_id: int) -> tuple[str, str | None]:
    with wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, instance_id)
        return instance.status, instance.end_event


def _waits_for(wiring: Wiring, instance_id: int) -> list[str]:
    query = select(SubscriptionRow.element_id).where(SubscriptionRow.instance_id == instance_id)
    with wiring.reading() as ctx:
        return list(ctx.session.scalars(query))
