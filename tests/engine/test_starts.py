"""What begins an instance: the start event that was picked, and nothing else waits beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service import engine
from tests.engine.conftest import NOON, Walk

Maker = Callable[..., Walk]

TWO = "start by_unit\nstart by_self message self_nomination\nuser A\nend e\nby_unit -> A -> e\nby_self -> A"


@pytest.mark.parametrize(
    ("picked", "ran"), [(None, "by_unit"), ("by_unit", "by_unit"), ("by_self", "by_self")]
)
def test_picked_start_event_runs_alone(walk: Maker, picked: str | None, ran: str) -> None:
    ours = walk(TWO)

    step = ours.start(picked)

    assert ours.seen[0] == ran
    assert ours.open == ["A"]
    assert step.subscriptions == ()


def test_start_must_be_picked_among_several(walk: Maker) -> None:
    ours = walk("start one message a\nstart two message b\nuser A\none -> A\ntwo -> A")

    with pytest.raises(ValueError, match="say which"):
        ours.start()
    with pytest.raises(ValueError, match="no start event three"):
        ours.start("three")


def test_start_events_that_wait_are_listed(walk: Maker) -> None:
    ours = walk(TWO + "\nstart every cycle R/P14D\nstart closing signal closed\nevery -> A\nclosing -> A")

    info = ours.diagram.processes["p"]

    assert info.start_events == ("by_unit", "by_self", "every", "closing")
    assert info.start_triggers == (
        engine.StartTrigger(element_id="by_self", kind="message", name="self_nomination"),
        engine.StartTrigger(element_id="every", kind="timer", name="R/P14D"),
        engine.StartTrigger(element_id="closing", kind="signal", name="closed"),
    )


def test_start_cycle_begins_again_and_catches_up_once(walk: Maker) -> None:
    ours = walk("start every cycle R/P14D\nuser A\nevery -> A")
    env, later = ours.env, replace(ours.env, now=NOON + timedelta(days=100))

    first = engine.next_start(ours.diagram, "p", "every", env, published_at=NOON)
    second = engine.next_start(ours.diagram, "p", "every", env, published_at=NOON, last=first)
    after_outage = engine.next_start(ours.diagram, "p", "every", later, published_at=NOON, last=second)

    assert (first, second, after_outage) == tuple(NOON + timedelta(days=days) for days in (14, 28, 112))


def test_start_date_begins_once(walk: Maker) -> None:
    ours = walk('start day date "=deadline(\\"03-25\\")"\nuser A\nday -> A')
    env = replace(ours.env, functions={"deadline": lambda _day: datetime(2024, 3, 25, 16, tzinfo=UTC)})

    first = engine.next_start(ours.diagram, "p", "day", env, published_at=NOON)

    assert first == datetime(2024, 3, 25, 16, tzinfo=UTC)
    assert engine.next_start(ours.diagram, "p", "day", env, published_at=NOON, last=first) is None


@pytest.mark.parametrize(("missed", "then"), [("once", 112), ("all", 42), ("none", 112)])
def test_start_cycle_makes_up_for_what_was_missed_as_it_says(walk: Maker, missed: str, then: int) -> None:
    ours = walk(f"start every cycle R/P14D property=missed:{missed}\nuser A\nevery -> A")
    later, last = replace(ours.env, now=NOON + timedelta(days=100)), NOON + timedelta(days=28)

    due = engine.next_start(ours.diagram, "p", "every", later, published_at=NOON, last=last)

    assert due == NOON + timedelta(days=then)
    assert engine.is_dropped(ours.diagram, "p", "every", last, later.now) is (missed == "none")
    assert not engine.is_dropped(ours.diagram, "p", "every", last, last + timedelta(minutes=4))
