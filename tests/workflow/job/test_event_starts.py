"""Messages and signals that begin instances of published processes, once a throw."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.engine.records import ThrownEvent
from service.models import Deployment, Instance, InstanceStatus, PendingStart, StartSubscription
from service.scheduler import due_jobs, starts
from service.scheduler.wiring import Wiring
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import events, execution
from service.workflow.job import due_starts, event_starts
from tests.engine.sketch import draw
from tests.workflow.plant import Plant, start

pytestmark = pytest.mark.usefixtures("both_databases")

ROUND = 1
CALLS = "start s\nthrow t signal strike carry=reason:=why\nend e\ns -> t -> e"
ASKS = 'start q\nthrow ask message asked key="=who" carry=who:=who\nend q_end\nq -> ask -> q_end'
TOLD = "start on_strike signal strike\nuser A groups=clerk@plant\nend A_end\non_strike -> A -> A_end"
ASKED = 'start on_question message asked key="=who"\nuser B groups=clerk@plant\non_question -> B'
WAITS = 'start w\ncatch c message asked key="=who"\nend x\nw -> c -> x'


def publish(ctx: Context, key: str = "plant", **processes: str) -> Deployment:
    deployment = deployments.publish(ctx, key, draw(**processes), {})
    ctx.session.flush()
    return deployment


def throw(ctx: Context, plant: Plant, deployment: Deployment, process: str, **variables: str) -> None:
    start(ctx, replace(plant, deployment=deployment), process, **variables)


def begin_all(ctx: Context) -> list[tuple[str, str]]:
    """Begin whatever is pending; return process and start element of what began, in order."""
    begun = []
    while pending := due_starts.take_due(ctx, PendingStart):
        element = pending.element_id
        instance = event_starts.begin(ctx, pending)
        begun += [(instance.process_id, element)] if instance is not None else []
    return begun


def test_signal_begins_every_process_that_starts_with_it(ctx: Context, plant: Plant) -> None:
    deployment = publish(
        ctx, calls=CALLS, told=TOLD, too=TOLD.replace("A", "C").replace("on_strike", "heard")
    )

    throw(ctx, plant, deployment, "calls", why="pay")

    assert begin_all(ctx) == [("told", "on_strike"), ("too", "heard")]
    begun = ctx.session.scalars(select(Instance).where(Instance.process_id.in_(("told", "too")))).all()
    assert [(one.round_id, one.status, one.started_by_id) for one in begun] == [
        (ROUND, InstanceStatus.ACTIVE, None)
    ] * 2
    assert all(b'"reason":"pay"' in one.state for one in begun)


def test_signal_begins_at_its_own_of_several_start_events(ctx: Context, plant: Plant) -> None:
    several = TOLD + "\nstart by_hand\nstart daily cycle R/P1D\nby_hand -> A\ndaily -> A"
    deployment = publish(ctx, calls=CALLS, told=several)

    throw(ctx, plant, deployment, "calls", why="pay")

    assert begin_all(ctx) == [("told", "on_strike")]


def test_two_start_events_with_one_signal_begin_two(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, calls=CALLS, told=TOLD + "\nstart again signal strike\nagain -> A")

    throw(ctx, plant, deployment, "calls", why="pay")

    assert begin_all(ctx) == [("told", "on_strike"), ("told", "again")]


def test_signal_of_another_key_begins_nothing(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, calls=CALLS)
    publish(ctx, "elsewhere", told=TOLD)

    throw(ctx, plant, deployment, "calls", why="pay")

    assert begin_all(ctx) == []


def test_what_the_domain_itself_begins_no_event_begins(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, calls=CALLS, leave=TOLD)

    throw(ctx, plant, deployment, "calls", why="pay")

    assert begin_all(ctx) == []


def test_only_the_newest_version_begins(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, calls=CALLS, told=TOLD)
    newest = publish(ctx, calls=CALLS, other=TOLD)

    throw(ctx, plant, deployment, "calls", why="pay")

    assert begin_all(ctx) == [("other", "on_strike")]
    assert set(ctx.session.scalars(select(StartSubscription.deployment_id))) == {newest.id}


def test_message_begins_one_instance_for_each_correlation_key(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, asks=ASKS, asked=ASKED)

    for who in ("alice", "bob", "alice"):
        throw(ctx, plant, deployment, "asks", who=who)

    assert begin_all(ctx) == [("asked", "on_question")] * 2
    first = ctx.session.scalars(
        select(Instance).where(Instance.process_id == "asked").order_by(Instance.id)
    ).first()
    assert first is not None
    assert [one.kind for one in history.of_instance(ctx, first)][-2:] == [
        "message.received",
        "message.missed",
    ]


def test_message_begins_again_once_the_first_has_ended(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, asks=ASKS, asked=ASKED)
    throw(ctx, plant, deployment, "asks", who="alice")
    begin_all(ctx)
    ended = ctx.session.scalars(select(Instance).where(Instance.process_id == "asked")).one()
    execution.cancel(ctx, ended, "no longer wanted")

    throw(ctx, plant, deployment, "asks", who="alice")

    assert begin_all(ctx) == [("asked", "on_question")]


def test_message_that_somebody_waits_for_begins_nothing(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, asks=ASKS, asked=ASKED, waits=WAITS)
    throw(ctx, plant, deployment, "waits", who="alice")
    ctx.session.flush()

    throw(ctx, plant, deployment, "asks", who="alice")
    throw(ctx, plant, deployment, "asks", who="bob")

    assert begin_all(ctx) == [("asked", "on_question")]


def test_message_goes_to_one_of_two_that_wait_and_the_next_to_the_other(
    wiring: Wiring, committed_plant: Plant
) -> None:
    with wiring.transaction() as ctx:
        deployment = publish(ctx, asks=ASKS, waits=WAITS)
        for process in ("waits", "waits", "asks", "asks"):
            throw(ctx, committed_plant, deployment, process, who="alice")
            ctx.session.flush()

    assert due_jobs.run_once(wiring) == {"“c”收到消息": 2}

    with wiring.reading() as ctx:
        ended = select(Instance.status).where(Instance.process_id == "waits")
        assert ctx.session.scalars(ended).all() == [InstanceStatus.COMPLETED] * 2


def test_event_from_outside_begins_and_is_told_how_many_heard(ctx: Context, plant: Plant) -> None:
    publish(ctx, told=TOLD, asked=ASKED)
    reach = events.Reach(round_id=ROUND, key="plant")

    heard = [
        events.throw(ctx, reach, event)
        for event in (
            ThrownEvent(element_id="", kind="signal", name="strike"),
            ThrownEvent(element_id="", kind="message", name="asked", correlation_key="alice"),
            ThrownEvent(element_id="", kind="signal", name="unheard-of"),
        )
    ]

    assert [(one.waiting, one.starts) for one in heard] == [(0, 1), (0, 1), (0, 0)]
    assert begin_all(ctx) == [("told", "on_strike"), ("asked", "on_question")]


def test_duty_begins_each_once_and_says_so(wiring: Wiring, committed_plant: Plant) -> None:
    with wiring.transaction() as ctx:
        deployment = publish(ctx, calls=CALLS, told=TOLD)
        throw(ctx, committed_plant, deployment, "calls", why="pay")

    assert starts.begin_by_events(wiring) == {"信号启动“told”": 1}
    assert starts.begin_by_events(wiring) == {}
    with wiring.reading() as ctx:
        assert ctx.session.scalars(select(PendingStart)).all() == []
        assert len(ctx.session.scalars(select(Instance).where(Instance.process_id == "told")).all()) == 1


def test_start_that_fails_waits_its_turn_and_the_others_begin(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    broken = TOLD.replace("groups=clerk@plant", "groups=clerk@plant due=soon").replace("A", "X")
    with wiring.transaction() as ctx:
        deployment = publish(ctx, calls=CALLS, broken=broken.replace("on_strike", "first"), told=TOLD)
        throw(ctx, committed_plant, deployment, "calls", why="pay")

    assert starts.begin_by_events(wiring) == {"由事件启动失败，稍后重试": 1, "信号启动“told”": 1}
    assert starts.begin_by_events(wiring) == {}
    clock.move(minutes=1)

    assert starts.begin_by_events(wiring) == {"由事件启动失败，稍后重试": 1}
    with wiring.reading() as ctx:
        assert [(one.process_id, one.attempts) for one in event_starts.list_failing(ctx, ROUND)] == [
            ("broken", 2)
        ]
