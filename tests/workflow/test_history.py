from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from service.models import HistoryEvent, Instance
from service.workflow import history
from service.workflow.context import Context
from service.workflow.history import Break
from service.workflow.task import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")


def test_what_happened_reads_in_order_and_names_who(ctx: Context, plant: Plant) -> None:
    instance = _used(ctx, plant)

    events = [
        (event.kind, event.element_id, event.actor_name) for event in history.of_instance(ctx, instance)
    ]

    assert events == [
        ("instance.started", None, "艾丽斯"),
        ("element.completed", "requested", "艾丽斯"),
        ("task.completed", "apply", "艾丽斯"),
        ("element.completed", "book", "艾丽斯"),
    ]


def test_untouched_chains_hold(ctx: Context, plant: Plant) -> None:
    _used(ctx, plant)

    assert list(history.verify(ctx.session)) == []


def _change(ctx: Context, stream: str) -> None:
    ctx.session.execute(
        update(HistoryEvent)
        .where(HistoryEvent.stream == stream, HistoryEvent.seq == 3)
        .values(actor_name="鲍勃")
    )


def _backdate(ctx: Context, stream: str) -> None:
    event = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == stream)).first()
    assert event is not None
    event.at = event.at.replace(day=1)


def _remove(ctx: Context, stream: str) -> None:
    ctx.session.execute(delete(HistoryEvent).where(HistoryEvent.stream == stream, HistoryEvent.seq == 2))


def _cut_off(ctx: Context, stream: str) -> None:
    ctx.session.execute(delete(HistoryEvent).where(HistoryEvent.stream == stream, HistoryEvent.seq == 4))


def _drop_all(ctx: Context, stream: str) -> None:
    ctx.session.execute(delete(HistoryEvent).where(HistoryEvent.stream == stream))


@pytest.mark.parametrize(
    ("tamper", "seq", "reason"),
    [
        (_change, 3, "the event was changed"),
        (_backdate, 1, "the event was changed"),
        (_remove, 3, "event 2 is missing"),
        (_cut_off, 4, "the end of the chain was cut off or replaced"),
        (_drop_all, 4, "the end of the chain was cut off or replaced"),
    ],
)
def test_tampering_shows(
    ctx: Context, plant: Plant, tamper: Callable[[Context, str], None], seq: int, reason: str
) -> None:
    instance = _used(ctx, plant)
    stream = f"instance:{instance.id}"

    tamper(ctx, stream)
    ctx.session.flush()
    ctx.session.expire_all()

    first, *_ = history.verify(ctx.session)
    assert first == Break(stream=stream, seq=seq, reason=reason)


def test_streams_of_their_own_are_chained_too(ctx: Context) -> None:
    history.record_in(ctx, "system", "role.granted", user="bob")
    history.record_in(ctx, "system", "role.granted", user="bella")
    assert list(history.verify(ctx.session)) == []

    ctx.session.execute(delete(HistoryEvent).where(HistoryEvent.seq == 2))

    assert [found.stream for found in history.verify(ctx.session)] == ["system"]


def _used(ctx: Context, plant: Plant) -> Instance:
    instance = start(ctx, plant)
    user_tasks.complete(acting(ctx, plant.alice), only_open(ctx, instance).id, "submit", {})
    ctx.session.flush()
    return instance
