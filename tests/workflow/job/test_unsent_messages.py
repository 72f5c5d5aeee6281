"""Messages that did not leave: those alike are sent again together by hand, or dropped with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.connectors.channel import Undeliverable
from service.connectors.recorder import Recorder
from service.errors import Conflict, Invalid, NotFound
from service.models import HistoryEvent, OutboxMessage, OutboxStatus
from service.scheduler import outbox
from service.scheduler.wiring import Wiring
from service.workflow.job import unsent_messages

pytestmark = pytest.mark.usefixtures("both_databases")

DOWN, NO_BOX = ConnectionError("down"), Undeliverable("550 no such mailbox")


def test_messages_given_up_are_listed_by_their_reason(wiring: Wiring, clock: MovableClock) -> None:
    give_up(wiring, clock)

    assert listed(wiring) == [
        ("alice@example.org", 3, 2, "ConnectionError: down"),
        ("nobody@example.org", 1, 1, "Undeliverable: 550 no such mailbox"),
    ]


def test_messages_given_up_for_one_reason_are_sent_again_by_hand(wiring: Wiring, clock: MovableClock) -> None:
    give_up(wiring, clock)

    with wiring.transaction() as ctx:
        unsent_messages.retry(ctx, unsent_messages.list_all(ctx)[0].first.id)
    while outbox.run_once(wiring):
        pass

    assert [message.recipient for message in recorder(wiring).sent] == [
        "alice@example.org",
        "bob@example.org",
    ]
    assert [first for first, *_ in listed(wiring)] == ["nobody@example.org"]
    assert told(wiring) == [("message.retried", {"message": 1, "channel": "mail", "count": 3})]
    with wiring.reading() as ctx, pytest.raises(NotFound, match="可能已经重试或放弃"):
        unsent_messages.retry(ctx, 1)


def test_message_given_up_is_dropped_with_a_reason(wiring: Wiring, clock: MovableClock) -> None:
    give_up(wiring, clock)

    with wiring.transaction() as ctx, pytest.raises(Invalid, match="请写明放弃的原因"):
        unsent_messages.drop(ctx, 4, " ")
    with wiring.transaction() as ctx:
        unsent_messages.drop(ctx, 4, "邮箱已停用")

    assert [first for first, *_ in listed(wiring)] == ["alice@example.org"]
    said = {"message": 4, "channel": "mail", "count": 1, "reason": "邮箱已停用"}
    assert told(wiring) == [("message.dropped", said)]


def test_message_that_will_be_tried_again_is_nobodys_business(wiring: Wiring) -> None:
    queue(wiring, "alice@example.org")
    recorder(wiring).refusals = [DOWN]
    outbox.run_once(wiring)

    with wiring.transaction() as ctx, pytest.raises(NotFound):
        unsent_messages.drop(ctx, 1, "不要了")

    assert listed(wiring) == []


def test_messages_whose_channel_is_gone_are_listed_and_wait_or_are_dropped(wiring: Wiring) -> None:
    queue(wiring, "alice@example.org")
    without = replace(wiring, channels={}, house=replace(wiring.house, channels=frozenset()))

    assert (listed(wiring), listed(without)) == ([], [("alice@example.org", 1, 1, "")])
    with without.transaction() as ctx, pytest.raises(Conflict, match="已从设置中取消"):
        unsent_messages.retry(ctx, 1)
    with without.transaction() as ctx:
        unsent_messages.drop(ctx, 1, "不再发邮件")

    assert (outbox.run_once(wiring), listed(without)) == ({}, [])


def give_up(wiring: Wiring, clock: MovableClock) -> None:
    """Let two messages to Alice and one to Bob fail until nobody tries any more, and one for good."""
    for recipient in ("alice@example.org", "alice@example.org", "bob@example.org"):
        queue(wiring, recipient)
    for pause in (*outbox.BACKOFF, outbox.LEASE):
        recorder(wiring).refusals = [DOWN, DOWN]
        while outbox.run_once(wiring):
            pass
        clock.move(seconds=pause.total_seconds())
    queue(wiring, "nobody@example.org")
    recorder(wiring).refusals = [NO_BOX]
    outbox.run_once(wiring)


def queue(wiring: Wiring, recipient: str) -> None:
    with wiring.transaction() as ctx:
        number = len(ctx.session.scalars(select(OutboxMessage.id)).all()) + 1
        ctx.session.add(
            OutboxMessage(
                channel="mail",
                recipient=recipient,
                subject=f"第 {number} 条",
                body="内容\n",
                dedupe_key=f"mail:{number}",
                status=OutboxStatus.PENDING,
                due_at=ctx.now,
                created_at=ctx.now,
            )
        )


def listed(wiring: Wiring) -> list[tuple[str, int, int, str]]:
    with wiring.reading() as ctx:
        found = unsent_messages.list_all(ctx)
        return [(one.first.recipient, one.count, one.recipients, one.first.last_error) for one in found]


def told(wiring: Wiring) -> list[tuple[str, dict[str, object]]]:
    with wiring.reading() as ctx:
        events = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind.startswith("message.")))
        return [(event.kind, event.details) for event in events]


def recorder(wiring: Wiring) -> Recorder:
    found = wiring.channels["mail"]
    assert isinstance(found, Recorder)
    return found
