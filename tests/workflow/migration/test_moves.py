"""Instances move one by one: what people have begun stays theirs, and every row follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.clock import MovableClock
from service.engine.records import DeliverEvent, Instruction
from service.errors import Conflict, Invalid
from service.models import (
    Candidate,
    Draft,
    Incident,
    Instance,
    Job,
    JobKind,
    MigrationItem,
    Notification,
    SubscriptionRow,
    UserTask,
)
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.migration import orders
from service.workflow.task import instances, returns, user_tasks
from tests.workflow.migration import redrawn
from tests.workflow.plant import DIAGRAM, Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")

BY_HEAD, BY_CLERK = 'candidateGroups="head@unit"', 'candidateGroups="clerk@plant"'
NO_BOUNDARY = (
    '<bpmn:boundaryEvent id="applications_over" name="停止受理" attachedToRef="apply" '
    'cancelActivity="true">\n'
    '      <bpmn:signalEventDefinition id="d1" signalRef="signal_applications_closed" />\n'
    "    </bpmn:boundaryEvent>\n"
    '    <bpmn:sequenceFlow id="l2" sourceRef="applications_over" targetRef="too_late" />\n'
    '    <bpmn:endEvent id="too_late" name="逾期未报" />\n',
    "",
)
RENAMED = [(f'{word}="approve"', f'{word}="decide"') for word in ("id", "sourceRef", "targetRef")]
TWO_DAYS = (
    '<bpmn:sequenceFlow id="l5"',
    '<bpmn:boundaryEvent id="slow" name="审批超时" attachedToRef="approve">'
    '<bpmn:timerEventDefinition id="d8">'
    "<bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:endEvent id="given_up" name="无人审批" />'
    '<bpmn:sequenceFlow id="l10" sourceRef="slow" targetRef="given_up" /><bpmn:sequenceFlow id="l5"',
)


def apply_for_leave(ctx: Context, plant: Plant) -> Instance:
    """An instance that waits for a head."""
    instance = start(ctx, plant)
    user_tasks.complete(acting(ctx, plant.alice), only_open(ctx, instance).id, "submit", {"days": 2})
    return instance


def test_open_task_keeps_number_claim_draft_and_date_and_is_offered_to_whom_the_new_diagram_names(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        first, second = apply_for_leave(ctx, plant), apply_for_leave(ctx, plant)
        claimed = only_open(ctx, first)
        user_tasks.claim(acting(ctx, plant.bob), claimed.id)
        user_tasks.save_draft(acting(ctx, plant.bob), claimed.id, {"text": "同意"})
    clock.move(days=1)
    with wiring.transaction() as ctx:
        target = redrawn.publish(
            ctx, ('"approve" name="车间审批"', '"approve" name="厂部审批"'), (BY_HEAD, BY_CLERK)
        )
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))

    done = redrawn.do_all(wiring)

    assert done == {"实例迁移到新版流程": 2, "迁移办完": 1}
    with wiring.reading() as ctx:
        task = only_open(ctx, first)
        assert (task.id, task.assignee_id, task.name) == (claimed.id, plant.bob.id, "厂部审批")
        assert ctx.session.get_one(Draft, task.id).answers == {"text": "同意"}
        offered = select(UserTask.instance_id, Candidate.group_key).join(Candidate)
        assert dict(ctx.session.execute(offered).all()) == {first.id: "clerk@plant", second.id: "clerk@plant"}
        moved = ctx.session.get_one(Instance, first.id)
        assert (moved.deployment_id, moved.deployment_hash) == (target.id, target.content_hash)
        assert [event.kind for event in history.of_instance(ctx, moved)][-2:] == [
            "instance.migrated",
            "task.reoffered",
        ]
        assert list(history.verify(ctx.session)) == []


def test_renamed_step_is_still_known_under_its_old_name(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        instance = apply_for_leave(ctx, plant)
        target = redrawn.publish(ctx, ('"apply"', '"request"'), *RENAMED)
        request = redrawn.ask(ctx, plant, target)
        redrawn.order(ctx, plant, target, request)

    redrawn.do_all(wiring)

    with wiring.transaction() as ctx:
        moved, task = ctx.session.get_one(Instance, instance.id), only_open(ctx, instance)
        assert request.plan["approve"] == Instruction(action="map", target="decide")
        assert task.element_id == "decide"
        assert deployments.get_element(ctx, moved, "apply").name == "填写请假单"
        assert instances.stand_of(ctx, moved).active == ("decide",)
        user_tasks.complete(acting(ctx, plant.bob), task.id, "approve", {})
        assert instances.stand_of(ctx, moved).active == ("tell_payroll",)


def test_step_that_was_renamed_since_may_be_gone_back_to(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        instance = apply_for_leave(ctx, plant)
        target = redrawn.publish(ctx, ('"apply"', '"request"'))
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))

    redrawn.do_all(wiring)

    with wiring.transaction() as ctx:
        task = only_open(ctx, instance)
        assert returns.list_earlier(ctx, task) == [("request", "填写请假单")]
        reopened = returns.send_back(acting(ctx, plant.bob), task.id, "request", "请补充事由")
        assert (reopened.element_id, reopened.assignee_id) == ("request", plant.alice.id)


def test_row_and_state_from_before_are_kept(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        instance = apply_for_leave(ctx, plant)
        state, keys = instance.state, instance.open_keys
        target = redrawn.publish(ctx, ("车间审批", "审批"))
        ordered = redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))

    redrawn.do_all(wiring)

    with wiring.reading() as ctx:
        item = ctx.session.scalars(select(MigrationItem)).one()
        assert (item.state_before, item.keys_before) == (state, keys)
        told = history.of_instance(ctx, ctx.session.get_one(Instance, instance.id))[-1].details
        assert told == {
            "before": 1, "to": 2, "plan": ordered.plan_hash, "migration": ordered.id, "by": "系统",
            "reason": "改正审批人",
        }  # fmt: skip
        assert [event.kind for event in history.of_stream(ctx, "system")][-2:] == [
            "migration.ordered",
            "migration.finished",
        ]


def test_new_boundary_timer_gets_its_job_and_the_responsible_are_told(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        instance = apply_for_leave(ctx, plant)
        target = redrawn.publish(ctx, TWO_DAYS)
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))
    clock.move(days=1)

    redrawn.do_all(wiring)

    with wiring.reading() as ctx:
        job = ctx.session.scalars(select(Job).where(Job.instance_id == instance.id)).one()
        assert (job.kind, job.element_id, job.due_at) == (JobKind.TIMER, "slow", clock() + timedelta(days=2))
        told = set(ctx.session.execute(select(Notification.user_id, Notification.text)).all())
        text = (
            "“艾丽斯的请假 — 车间审批”随流程图改版调整：“审批超时”新定为 2024-03-18 09:00。原因：改正审批人"
        )
        assert told == {(plant.bob.id, text), (plant.bella.id, text)}


def test_due_date_moves_only_when_asked_and_then_counts_from_when_the_task_opened(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    plant = committed_plant
    changes = (("=due", "P3D"),)
    with wiring.transaction() as ctx:
        instance = start(ctx, plant)
        began, due = ctx.now, only_open(ctx, instance).due_date
        target = redrawn.publish(ctx, *changes)
        kept = redrawn.try_out(ctx, plant, target, redrawn.ask(ctx, plant, target))
        request = redrawn.ask(ctx, plant, target, recompute=True)
        moved = redrawn.try_out(ctx, plant, target, request)
        redrawn.order(ctx, plant, target, request)
    clock.move(days=1)

    redrawn.do_all(wiring)

    assert [one.deadlines for one in kept.trials] == [()]
    assert [(one.before, one.after) for one in moved.trials[0].deadlines] == [
        (due, began + timedelta(days=3))
    ]
    with wiring.reading() as ctx:
        task = only_open(ctx, instance)
        assert task.due_date == began + timedelta(days=3)
        assert task.remind_at == began + timedelta(days=3)
        assert ctx.session.scalar(select(func.count()).select_from(Notification)) == 1


def test_boundary_event_that_is_gone_takes_its_subscription_along(
    wiring: Wiring, committed_plant: Plant
) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        start(ctx, plant)
        target = redrawn.publish(ctx, NO_BOUNDARY)
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))

    redrawn.do_all(wiring)

    with wiring.reading() as ctx:
        assert list(ctx.session.scalars(select(SubscriptionRow))) == []


def test_wait_for_another_signal_hears_that_one_only(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    other = '<bpmn:signal id="signal_year_closed" name="year_closed" /><bpmn:signal id="signal_month_closed"'
    with wiring.transaction() as ctx:
        instance = start(ctx, plant)
        target = redrawn.publish(
            ctx,
            ('<bpmn:signal id="signal_month_closed"', other),
            ('id="d1" signalRef="signal_applications_closed"', 'id="d1" signalRef="signal_year_closed"'),
            ('id="d5" signalRef="signal_applications_closed"', 'id="d5" signalRef="signal_year_closed"'),
        )
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))
        subscription = ctx.session.scalars(select(SubscriptionRow)).one()
        on_its_way = Job(
            round_id=1, instance_id=instance.id, kind=JobKind.SIGNAL, key=subscription.key,
            element_id=subscription.element_id, name="applications_closed",
            due_at=ctx.now + timedelta(days=1),
        )  # fmt: skip
        ctx.session.add(on_its_way)

    redrawn.do_all(wiring)

    with wiring.transaction() as ctx:
        subscription = ctx.session.scalars(select(SubscriptionRow)).one()
        assert subscription.name == "year_closed"
        assert list(ctx.session.scalars(select(Job).where(Job.kind == JobKind.SIGNAL))) == []
        moved = execution.lock(ctx, instance.id)
        execution.advance(ctx, moved, DeliverEvent(key=subscription.key))
        assert moved.end_event == "too_late"


def test_instance_that_moved_where_the_plan_does_not_reach_stays_with_the_reason(
    wiring: Wiring, committed_plant: Plant
) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        staying, moving = apply_for_leave(ctx, plant), apply_for_leave(ctx, plant)
        target = redrawn.publish(ctx, ("tell_payroll", "inform_payroll"), ("通知薪资系统", "告知薪资系统"))
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))
        user_tasks.complete(acting(ctx, plant.bob), only_open(ctx, staying).id, "approve", {})

    redrawn.do_all(wiring)

    with wiring.reading() as ctx:
        left = "「通知薪资系统」（tell_payroll）正在进行，方案没有写明它在新图里怎么办"
        assert redrawn.statuses(ctx) == {staying.id: ("left", left), moving.id: ("moved", "")}
        assert ctx.session.get_one(Instance, staying.id).deployment_id == plant.deployment.id


def test_only_instances_before_a_step_move(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        early, late = start(ctx, plant), apply_for_leave(ctx, plant)
        target = redrawn.publish(ctx, ("车间审批", "审批"))
        request = redrawn.ask(ctx, plant, target, before="approve")
        report = redrawn.try_out(ctx, plant, target, request)
        redrawn.order(ctx, plant, target, request)

    redrawn.do_all(wiring)

    assert ([one.instance_id for one in report.trials], report.passed) == ([early.id], 1)
    with wiring.reading() as ctx:
        stays = "已经到过「approve」，按所选范围不迁移。"
        assert redrawn.statuses(ctx) == {early.id: ("moved", ""), late.id: ("left", stays)}


def test_trial_writes_nothing(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        instance = apply_for_leave(ctx, plant)
        target = redrawn.publish(ctx, TWO_DAYS)
        state = instance.state
    with wiring.reading() as ctx:
        report = redrawn.try_out(ctx, plant, target, redrawn.ask(ctx, plant, target))
        assert not ctx.session.new
        assert not ctx.session.dirty

    assert (report.ok, report.warn, report.blocked) == (1, 0, 0)
    with wiring.reading() as ctx:
        kept = ctx.session.get_one(Instance, instance.id)
        assert (kept.state, kept.deployment_id) == (state, plant.deployment.id)


def test_form_that_changed_is_told_of_where_it_is_open(ctx: Context, plant: Plant) -> None:
    xml, form = DIAGRAM.decode(), {"components": [{"key": "days", "label": "天数"}, {"key": "why"}]}
    asked = '<zeebe:taskSchedule dueDate="=due" />', '<zeebe:formDefinition formId="leave" />'
    xml = xml.replace(*asked).encode()
    source = deployments.publish(ctx, "leave", xml, {"leave": form})
    start(ctx, replace(plant, deployment=source))
    must = {"components": [{"key": "days", "label": "天数", "validate": {"required": True}}]}
    target = deployments.publish(ctx, "leave", xml, {"leave": must})
    of_source = replace(plant, deployment=source)

    report = redrawn.try_out(ctx, of_source, target, redrawn.ask(ctx, of_source, target))

    assert [(one.rule, one.message) for one in report.trials[0].remarks] == [
        ("form-fields", "「填写请假单」的表单变了：新要求必填：天数；不再有（已填的保留、不显示）：why")
    ]


def test_open_incident_of_what_is_asked_anew_is_resolved(wiring: Wiring, committed_plant: Plant) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        instance = apply_for_leave(ctx, plant)
        user_tasks.complete(acting(ctx, plant.bob), only_open(ctx, instance).id, "approve", {})
        job = ctx.session.scalars(select(Job)).one()
        ctx.session.add(
            Incident(
                instance_id=instance.id, job_id=job.id, element_id=job.element_id, kind="job-failed",
                message="没有这个主题", opened_at=ctx.now,
            )
        )  # fmt: skip
        target = redrawn.publish(ctx, ("payroll.tell", "payroll.inform"))
        redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))

    redrawn.do_all(wiring)

    with wiring.reading() as ctx:
        assert ctx.session.scalars(select(Incident)).one().resolved_at is not None
        renewed = ctx.session.scalars(select(Job)).one()
        assert (renewed.name, renewed.id == job.id) == ("payroll.inform", False)


def test_order_needs_a_reason_and_the_plan_that_was_tried_out(ctx: Context, plant: Plant) -> None:
    start(ctx, plant)
    target = redrawn.publish(ctx, ("车间审批", "审批"))
    request = redrawn.ask(ctx, plant, target)
    tried = redrawn.try_out(ctx, plant, target, request).plan_hash

    with pytest.raises(Invalid):
        orders.order(ctx, plant.deployment, target, request, " ", plan_hash=tried)
    with pytest.raises(Conflict):
        orders.order(ctx, plant.deployment, target, request, "改错", plan_hash="0" * 64)
    with pytest.raises(Invalid):
        redrawn.try_out(ctx, plant, target, redrawn.ask(ctx, plant, target, before="nowhere"))
    orders.order(ctx, plant.deployment, target, request, "改错", plan_hash=tried)
    with pytest.raises(Conflict):
        orders.order(ctx, plant.deployment, target, request, "改错", plan_hash=tried)


def test_stopped_migration_leaves_the_rest_and_another_may_be_ordered(
    wiring: Wiring, committed_plant: Plant
) -> None:
    plant = committed_plant
    with wiring.transaction() as ctx:
        start(ctx, plant)
        target = redrawn.publish(ctx, ("车间审批", "审批"))
        ordered = redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))
        assert orders.stop(ctx, "leave", ordered.id) == 1
        again = redrawn.order(ctx, plant, target, redrawn.ask(ctx, plant, target))

    redrawn.do_all(wiring)

    with wiring.reading() as ctx:
        told = [(one.id, one.pending, one.moved, one.left) for one in orders.list_orders(ctx, "leave")]
        assert told == [(again.id, 0, 1, 0), (ordered.id, 0, 0, 1)]
