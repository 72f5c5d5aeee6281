from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.connectors.channel import Message, Undeliverable
from service.connectors.recorder import Recorder
from service.models import OutboxMessage, OutboxStatus
from service.scheduler import outbox
from service.scheduler.wiring import Wiring

pytestmark = pytest.mark.usefixtures("both_databases")


def test_message_is_sent_once(wiring: Wiring, clock: MovableClock) -> None:
    _queue(wiring, "alice@example.org", 1)

    assert outbox.run_once(wiring) == {"发出消息": 1}
    assert not outbox.run_once(wiring)

    [sent] = _recorder(wiring).sent
    assert (sent.recipient, sent.subject, sent.body) == ("alice@example.org", "第 1 条", "内容 1\n")
    [row] = _rows(wiring)
    assert (row.status, row.sent_at) == (OutboxStatus.SENT, clock())


def test_messages_to_one_recipient_leave_as_one(wiring: Wiring) -> None:
    _queue(wiring, "alice@example.org", 110)
    _queue(wiring, "bob@example.org", 1)

    _drain(wiring)

    assert [(sent.recipient, sent.subject) for sent in _recorder(wiring).sent] == [
        ("alice@example.org", "选树：您有 110 条新消息"),
        ("bob@example.org", "第 1 条"),
    ]
    assert _recorder(wiring).sent[0].body.startswith("1. 内容 1\n\n2. 内容 2\n")
    assert {row.status for row in _rows(wiring)} == {OutboxStatus.SENT}


def test_message_that_is_not_due_waits(wiring: Wiring, clock: MovableClock) -> None:
    _queue(wiring, "alice@example.org", 1)
    clock.move(minutes=-1)

    assert not outbox.run_once(wiring)


def test_message_that_fails_is_tried_again_later_and_later(wiring: Wiring, clock: MovableClock) -> None:
    _queue(wiring, "alice@example.org", 1)
    recorder = _recorder(wiring)
    recorder.refusals = [ConnectionError("down")] * outbox.MAX_ATTEMPTS

    for pause in outbox.BACKOFF:
        assert outbox.run_once(wiring) == {"消息未能发出": 1}
        clock.move(seconds=pause.total_seconds() - 1)
        assert not outbox.run_once(wiring)
        clock.move(seconds=1)
    outbox.run_once(wiring)
    clock.move(days=30)
    assert not outbox.run_once(wiring)

    [row] = _rows(wiring)
    assert (row.status, row.attempts, row.last_error) == (OutboxStatus.FAILED, 8, "ConnectionError: down")


def test_message_that_can_never_be_delivered_is_given_up_at_once(wiring: Wiring) -> None:
    _queue(wiring, "nobody@example.org", 1)
    _recorder(wiring).refusals = [Undeliverable("550 no such mailbox")]

    outbox.run_once(wiring)

    assert [row.status for row in _rows(wiring)] == [OutboxStatus.FAILED]


def test_one_recipient_that_fails_does_not_hold_up_the_others(wiring: Wiring) -> None:
    for name in ("alice", "bob", "bella"):
        _queue(wiring, f"{name}@example.org", 2)
    _recorder(wiring).refusals = [ConnectionError("down")]

    _drain(wiring)

    assert [sent.recipient for sent in _recorder(wiring).sent] == ["bob@example.org", "bella@example.org"]


def test_channel_that_is_taken_out_of_the_settings_keeps_its_messages_until_it_is_back(
    wiring: Wiring, clock: MovableClock
) -> None:
    _queue(wiring, "alice@example.org", 1)
    without = replace(wiring, channels={})

    for _ in range(40):
        assert not outbox.run_once(without)
        clock.move(hours=1)
    waiting = [(row.status, row.attempts) for row in _rows(wiring)]
    outbox.run_once(wiring)

    assert waiting == [(OutboxStatus.PENDING, 0)]
    assert [row.status for row in _rows(wiring)] == [OutboxStatus.SENT]


def test_messages_of_a_missing_channel_hold_up_no_others(wiring: Wiring) -> None:
    _queue(wiring, "alice@example.org", 1, channel="apprise-1")
    _queue(wiring, "bob@example.org", 1)

    _drain(wiring)

    assert [sent.recipient for sent in _recorder(wiring).sent] == ["bob@example.org"]


def test_error_inside_a_channel_counts_as_a_try_whatever_its_kind(wiring: Wiring) -> None:
    _queue(wiring, "alice@example.org", 1)
    _recorder(wiring).refusals = [KeyError("token")]

    outbox.run_once(wiring)

    assert [(row.status, row.attempts, row.last_error) for row in _rows(wiring)] == [
        (OutboxStatus.PENDING, 1, "KeyError: 'token'")
    ]


def test_process_that_dies_after_sending_makes_one_duplicate_with_the_same_key(
    wiring: Wiring, clock: MovableClock
) -> None:
    _queue(wiring, "alice@example.org", 3)
    recorder = _recorder(wiring)
    with pytest.raises(KeyboardInterrupt):
        outbox.run_once(replace(wiring, channels={"mail": _DiesAfterSending(recorder)}))
    assert not outbox.run_once(wiring)
    # more came in while nobody was there
    _queue(wiring, "alice@example.org", 1)

    clock.move(seconds=outbox.LEASE.total_seconds())
    _drain(wiring)

    keys = Counter(sent.key for sent in recorder.sent)
    assert sorted(keys.values()) == [1, 2]
    assert {row.status for row in _rows(wiring)} == {OutboxStatus.SENT}


def test_process_that_was_paused_past_its_lease_marks_nothing(wiring: Wiring, clock: MovableClock) -> None:
    _queue(wiring, "alice@example.org", 1)
    late = replace(
        wiring, channels={"mail": _Slow(lambda: clock.move(minutes=11) and outbox.run_once(wiring))}
    )

    outbox.run_once(late)

    [row] = _rows(wiring)
    assert (row.status, row.attempts) == (OutboxStatus.SENT, 2)


def test_eight_workers_send_each_message_once(wiring: Wiring) -> None:
    for number in range(40):
        _queue(wiring, f"user{number}@example.org", 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _drain(wiring), range(8)))

    sent = sorted(message.recipient for message in _recorder(wiring).sent)
    assert sent == sorted(f"user{number}@example.org" for number in range(40))


class _DiesAfterSending:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def send(self, message: Message) -> None:
        self._recorder.send(message)
        raise KeyboardInterrupt


class _Slow:
    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    def send(self, _message: Message) -> None:
        self._meanwhile()


def _queue(wiring: Wiring, recipient: str, count: int, channel: str = "mail") -> None:
    with wiring.transaction() as ctx:
        begin = len(ctx.session.scalars(select(OutboxMessage.id)).all())
        for number in range(1, count + 1):
            ctx.session.add(
                OutboxMessage(
                    channel=channel,
                    recipient=recipient,
                    subject=f"第 {number} 条",
                    body=f"内容 {number}\n",
                    dedupe_key=f"mail:{begin + number}",
                    due_at=ctx.now,
                    created_at=ctx.now - timedelta(minutes=1),
                )
            )


def _drain(wiring: Wiring) -> None:
    while outbox.run_once(wiring):
        pass


def _recorder(wiring: Wiring) -> Recorder:
    recorder = wiring.channels["mail"]
    assert isinstance(recorder, Recorder)
    return recorder


def _rows(wiring: Wiring) -> list[OutboxMessage]:
    with wiring.reading() as ctx:
        return list(ctx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
