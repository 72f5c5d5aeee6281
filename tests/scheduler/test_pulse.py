from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from service.clock import MovableClock
from service.connectors.recorder import Recorder
from service.models import IdempotencyKey, Job, OutboxMessage, OutboxStatus
from service.scheduler import pulse
from service.scheduler.pulse import Pulse
from service.scheduler.ticker import Ticker
from service.scheduler.wiring import Done, Wiring
from tests.workflow.plant import Plant, start

#: long enough for a loaded machine; nothing waits as long when all is well
PATIENCE = 20


def test_beat_does_everything_that_is_due(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    with wiring.transaction() as ctx:
        start(ctx, committed_plant)
        start(ctx, committed_plant, "sick_leave")
    clock.move(days=18)

    Pulse(wiring, threading.Event()).beat()

    with wiring.reading() as ctx:
        assert ctx.session.scalars(select(Job)).all() == []
        assert ctx.session.scalars(select(OutboxMessage.status)).all() == [OutboxStatus.SENT]
    recorder = wiring.channels["mail"]
    assert isinstance(recorder, Recorder)
    assert [message.recipient for message in recorder.sent] == ["alice@example.org"]


def test_duties_take_turns(wiring: Wiring) -> None:
    turns: list[str] = []

    def duty(name: str, times: int):  # type: ignore[no-untyped-def]
        def run(_wiring: Wiring) -> Done:
            turns.append(name)
            return Done({name: 1}) if turns.count(name) <= times else Done()

        return run

    Pulse(wiring, threading.Event(), [duty("flood", 3), duty("mail", 1)]).beat()

    assert turns == ["flood", "mail", "flood", "mail", "flood", "flood"]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a bug"),
        OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("unable to open database file")),
    ],
)
def test_duty_that_fails_stops_neither_the_others_nor_the_next_beat(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(pulse, "BACKOFF", (0.0,))
    beats: list[str] = []

    def broken(_wiring: Wiring) -> Done:
        beats.append("broken")
        raise error

    def sound(_wiring: Wiring) -> Done:
        beats.append("sound")
        return Done()

    heart = Pulse(wiring, threading.Event(), [broken, sound])
    heart.beat()
    heart.beat()

    assert beats == ["broken", "sound"] * 2


def test_database_that_is_locked_is_waited_for(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    with wiring.transaction() as ctx:
        start(ctx, committed_plant, "sick_leave")
    clock.move(days=3)
    impatient = _impatient(wiring)

    with wiring.transaction():
        Pulse(impatient, threading.Event()).beat()
    Pulse(impatient, threading.Event()).beat()

    with wiring.reading() as ctx:
        assert ctx.session.scalars(select(Job)).all() == []


def test_housekeeping_comes_round_once_an_hour(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    heart = Pulse(wiring, threading.Event())
    heart.beat()
    _old_reply(wiring, committed_plant)

    clock.move(minutes=59)
    heart.beat()
    assert _replies(wiring) == 1
    clock.move(minutes=1)
    heart.beat()

    assert _replies(wiring) == 0


def test_nothing_runs_while_the_pulse_is_held(wiring: Wiring) -> None:
    beaten = threading.Event()
    heart = Pulse(wiring, threading.Event(), [lambda _: beaten.set() or Done()])  # type: ignore[func-returns-value]
    thread = threading.Thread(target=heart.beat)

    with heart.paused():
        thread.start()
        assert not beaten.wait(0.1)
    thread.join(PATIENCE)

    assert beaten.is_set()


def test_ticker_beats_until_it_is_stopped(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    sent = threading.Event()
    ticker = Ticker(replace(wiring, channels={"mail": _Tells(sent)}), seconds=0.05)
    ticker.start()
    with wiring.transaction() as ctx:
        start(ctx, committed_plant)
    clock.move(days=18)

    assert sent.wait(PATIENCE)
    ticker.stop()

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("APScheduler")]


class _Tells:
    def __init__(self, sent: threading.Event) -> None:
        self._sent = sent

    def send(self, _message: object) -> None:
        self._sent.set()


def _impatient(wiring: Wiring) -> Wiring:
    """The same database with connections that do not wait for the lock."""

    def session() -> Session:
        made = factory()
        made.connection(execution_options={"xuanshu_read_only": True}).exec_driver_sql(
            "PRAGMA busy_timeout=1"
        )
        made.commit()
        return made

    factory = wiring.session_factory
    assert isinstance(factory, sessionmaker)
    return replace(wiring, session_factory=session)


def _old_reply(wiring: Wiring, plant: Plant) -> None:
    with wiring.transaction() as ctx:
        at = ctx.now.replace(year=2023)
        ctx.session.add(
            IdempotencyKey(
                user_id=plant.alice.id, key="k", request_hash="", status=201, body="", created_at=at
            )
        )


def _replies(wiring: Wiring) -> int:
    with wiring.reading() as ctx:
        return len(ctx.session.scalars(select(IdempotencyKey)).all())
