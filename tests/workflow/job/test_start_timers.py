"""Timer start events begin instances of the newest version, once an occurrence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service.models import Instance, StartTimer
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.deployments import DiagramRefused
from service.workflow.job import due_starts, start_timers
from tests.engine.sketch import draw
from tests.workflow.plant import Plant, at

pytestmark = pytest.mark.usefixtures("both_databases")

TIDY = "start every {when}\nuser A groups=clerk@plant\nend e\nevery -> A -> e"


def publish(ctx: Context, when: str, key: str = "tidy") -> None:
    deployments.publish(ctx, key, draw(tidy=TIDY.format(when=when)), {})
    ctx.session.flush()


def planned(ctx: Context) -> list[datetime]:
    return list(ctx.session.scalars(select(StartTimer.due_at).order_by(StartTimer.due_at)))


def begun(ctx: Context) -> list[datetime]:
    query = select(Instance).where(Instance.process_id == "tidy").order_by(Instance.id)
    return [instance.started_at for instance in ctx.session.scalars(query)]


def work_off(ctx: Context) -> int:
    """Do everything that is due now; return how many occurrences that was."""
    count = 0
    while timer := due_starts.take_due(ctx, StartTimer):
        start_timers.begin(ctx, timer)
        count += 1
    return count


def test_publishing_plans_the_first_occurrence(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R/P14D")

    assert planned(ctx) == [ctx.now + timedelta(days=14)]
    assert due_starts.next_due(ctx, StartTimer) == ctx.now + timedelta(days=14)
    assert due_starts.take_due(ctx, StartTimer) is None


def test_each_occurrence_begins_an_instance_and_plans_the_next(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R/P14D")
    first, second = (at(ctx, ctx.now + timedelta(days=days)) for days in (14, 28))

    assert work_off(first) == 1
    assert work_off(first) == 0
    assert work_off(second) == 1

    assert begun(ctx) == [first.now, second.now]
    assert planned(ctx) == [ctx.now + timedelta(days=42)]


@pytest.mark.parametrize(("missed", "instances"), [("once", 1), ("all", 7), ("none", 0)])
def test_outage_is_made_up_for_as_the_timer_says(
    ctx: Context, plant: Plant, missed: str, instances: int
) -> None:
    publish(ctx, f"cycle R/P14D property=missed:{missed}")

    work_off(at(ctx, ctx.now + timedelta(days=100)))

    assert len(begun(ctx)) == instances
    assert planned(ctx) == [ctx.now + timedelta(days=112)]


def test_series_that_is_over_leaves_no_timer(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R2/P1D property=missed:all")

    work_off(at(ctx, ctx.now + timedelta(days=9)))

    assert len(begun(ctx)) == 2
    assert planned(ctx) == []


def test_new_version_retires_the_timers_of_the_old(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R/P14D")
    publish(ctx, "cycle R/P14D", key="another")
    later = at(ctx, ctx.now + timedelta(days=1))

    publish(later, "timer P30D")

    assert planned(ctx) == [ctx.now + timedelta(days=14), later.now + timedelta(days=30)]


def test_same_content_again_keeps_the_plan(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R/P14D")

    publish(at(ctx, ctx.now + timedelta(days=3)), "cycle R/P14D")

    assert planned(ctx) == [ctx.now + timedelta(days=14)]


def test_instance_begins_on_the_newest_version(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R/P14D")
    publish(ctx, "cycle R/P7D")
    newest = deployments.get_newest(ctx, "tidy")

    work_off(at(ctx, ctx.now + timedelta(days=7)))

    instance = ctx.session.scalars(select(Instance).where(Instance.process_id == "tidy")).one()
    assert instance.deployment_id == newest.id


def test_time_that_cannot_be_worked_out_is_refused(ctx: Context, plant: Plant) -> None:
    with pytest.raises(DiagramRefused) as caught:
        publish(ctx, 'date "=nomination.start"')

    assert [(problem.element_id, problem.rule) for problem in caught.value.problems] == [
        ("every", "start-timer")
    ]


def test_occurrence_that_fails_is_tried_again_later(ctx: Context, plant: Plant) -> None:
    publish(ctx, "cycle R/P14D")
    late = at(ctx, ctx.now + timedelta(days=14))
    timer = due_starts.take_due(late, StartTimer)
    assert timer is not None

    due_starts.put_off(late, StartTimer, timer.id, RuntimeError("away"))
    ctx.session.flush()

    assert due_starts.take_due(late, StartTimer) is None
    assert work_off(at(ctx, late.now + timedelta(minutes=2))) == 1
    assert planned(ctx) == [ctx.now + timedelta(days=28)]
