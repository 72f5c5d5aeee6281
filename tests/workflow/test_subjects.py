"""Processes that run once for each subject: a start event with the property ``subject``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.models import Deployment, Instance, PendingStart, StartTimer
from service.scheduler import starts
from service.scheduler.wiring import Wiring
from service.workflow import subjects
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.job import due_starts, event_starts, start_timers
from tests.engine.sketch import draw
from tests.workflow.job.test_event_starts import CALLS, throw
from tests.workflow.plant import Plant, at

pytestmark = pytest.mark.usefixtures("both_databases")

ROUND = 1
EVERYBODY = ["person:alice", "person:bella", "person:bob", "person:charlie"]
WORK = "user A groups=clerk@plant\nend A_end\nbegun -> A -> A_end"
PLAIN = f"start begun property=subject:person\n{WORK}"
TOLD = f"start begun signal strike property=subject:person\n{WORK}"
ASKED = f'start begun message asked key="=who" property=subject:person\n{WORK}'
YEARLY = f"start begun cycle R/P365D property=subject:person\n{WORK}"
ASKS = 'start q\nthrow ask message asked key="=who"\nend q_end\nq -> ask -> q_end'


def publish(ctx: Context, **processes: str) -> Deployment:
    deployment = deployments.publish(ctx, "plant", draw(**processes), {})
    ctx.session.flush()
    return deployment


def begin_all(ctx: Context) -> list[str]:
    """Begin whatever is pending; return the business keys of what began, in order."""
    begun = []
    while pending := due_starts.take_due(ctx, PendingStart):
        instance = event_starts.begin(ctx, pending)
        begun += [instance.business_key] if instance is not None else []
    return sorted(begun)


def test_plain_start_begins_once_for_a_new_subject(ctx: Context, plant: Plant) -> None:
    publish(ctx, appraisal=PLAIN)

    subjects.begin_for(ctx, "plant", "person:alice", ROUND)

    assert begin_all(ctx) == ["person:alice:appraisal"]
    begun = ctx.session.scalars(select(Instance).where(Instance.process_id == "appraisal")).one()
    assert (begun.title.partition(" · ")[2], begun.round_id) == ("艾丽斯", ROUND)
    assert b'"who":"alice"' in begun.state


def test_what_a_subject_has_is_not_begun_again(ctx: Context, plant: Plant) -> None:
    publish(ctx, appraisal=PLAIN)
    subjects.begin_for(ctx, "plant", "person:bob", ROUND)
    begin_all(ctx)

    subjects.begin_for(ctx, "plant", "person:bob", ROUND)

    assert begin_all(ctx) == []


def test_diagram_of_later_catches_up_with_those_who_are_there(ctx: Context, plant: Plant) -> None:
    publish(ctx, appraisal=PLAIN)
    subjects.begin_for(ctx, "plant", "person:bob", ROUND)
    begin_all(ctx)

    assert subjects.begin_for_all(ctx, "plant", "person", ROUND) == len(EVERYBODY)
    assert begin_all(ctx) == [f"{one}:appraisal" for one in EVERYBODY if one != "person:bob"]


def test_signal_begins_one_for_each_subject_and_none_twice(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, calls=CALLS, appraisal=TOLD)

    throw(ctx, plant, deployment, "calls", why="pay")
    throw(ctx, plant, deployment, "calls", why="hours")

    assert begin_all(ctx) == [f"{one}:appraisal" for one in EVERYBODY]


def test_message_begins_for_the_subject_its_key_names(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, asks=ASKS, appraisal=ASKED)

    throw(ctx, plant, deployment, "asks", who="alice")
    throw(ctx, plant, deployment, "asks", who="nobody")

    assert [key.rpartition(":")[0] for key in begin_all(ctx)] == ["person:alice:appraisal"]


def test_message_for_who_has_one_running_begins_no_second(ctx: Context, plant: Plant) -> None:
    deployment = publish(ctx, asks=ASKS, appraisal=ASKED)
    for _ in range(2):
        throw(ctx, plant, deployment, "asks", who="alice")

    assert [key.rpartition(":")[0] for key in begin_all(ctx)] == ["person:alice:appraisal"]


def test_timer_begins_one_for_each_subject_an_occurrence(ctx: Context, plant: Plant) -> None:
    publish(ctx, appraisal=YEARLY)
    first, second = (at(ctx, ctx.now + timedelta(days=days)) for days in (365, 730))

    begun = []
    for moment in (first, second):
        timer = due_starts.take_due(moment, StartTimer)
        assert timer is not None
        assert start_timers.begin(moment, timer) == len(EVERYBODY)
        begun.append(begin_all(moment))

    assert [[key.rpartition(":")[0] for key in keys] for keys in begun] == [
        [f"{one}:appraisal" for one in EVERYBODY]
    ] * 2
    assert not set(begun[0]) & set(begun[1])


def test_subject_that_is_gone_is_passed_over(ctx: Context, plant: Plant) -> None:
    publish(ctx, appraisal=PLAIN)
    subjects.begin_for(ctx, "plant", "person:alice", ROUND)
    plant.alice.active = False
    ctx.session.flush()

    assert begin_all(ctx) == []
    assert ctx.session.scalars(select(PendingStart)).all() == []


def test_the_scheduler_counts_what_was_begun_for_many_together(
    wiring: Wiring, committed_plant: Plant
) -> None:
    with wiring.transaction() as ctx:
        publish(ctx, appraisal=PLAIN)
        subjects.begin_for_all(ctx, "plant", "person", ROUND)

    assert starts.begin_by_events(wiring) == {"启动“appraisal”": len(EVERYBODY)}
