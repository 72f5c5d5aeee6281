"""Messages that did not leave, on the page of incidents: sent again, or dropped with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.app import App, create_app
from service.clock import MovableClock
from service.models import HistoryEvent, OutboxMessage, OutboxStatus
from service.wire import Runtime
from tests.web.browser import Browser
from tests.web.conftest import by_wall

Browse = Callable[..., Browser]
PAGE = "/admin/incidents"


@pytest.fixture
def app(service: Runtime, wall: MovableClock) -> App:
    """The pages of a service that has mail."""
    runtime = by_wall(service, wall)
    house = replace(runtime.wiring.house, channels=frozenset({"mail"}))
    return create_app(replace(runtime, wiring=replace(runtime.wiring, house=house)))


@pytest.fixture
def messages(service: Runtime) -> list[int]:
    """Two messages of the round, one of none and one to a group, whose channel is gone."""
    with service.wiring.transaction() as ctx:
        rows = [
            failed(round_id=1, recipient="alice@example.org", dedupe_key="1"),
            failed(round_id=1, recipient="bob@example.org", dedupe_key="2"),
            failed(round_id=None, recipient="admin@example.org", dedupe_key="3"),
            failed(
                round_id=1, dedupe_key="4", channel="apprise-1", status=OutboxStatus.PENDING, last_error=""
            ),
        ]
        for row in rows:
            row.due_at = row.created_at = ctx.now
        ctx.session.add_all(rows)
        ctx.session.flush()
        return [row.id for row in rows]


def test_messages_are_listed_by_reason_and_sent_again(
    browse: Browse, service: Runtime, messages: list[int]
) -> None:
    organiser = browse("shiwei")
    before, doors = organiser.get(PAGE), organiser.get("/admin")

    done = organiser.post(f"{PAGE}/messages/{messages[0]}/retry", follow_redirects=True)

    assert "2 条消息未能发出，已停止自动重试。" in before.text
    assert "发往 alice@example.org 等 2 个地址。" in before.text
    assert "ConnectionError: down" in before.text
    assert "1 条消息在等待发送渠道：它已从设置中取消，恢复后自动发出。" in before.text
    assert "admin@example.org" not in before.text
    assert "3 项" in doors.text
    assert ("已重新排队" in done.text, "alice@example.org" in done.text) == (True, False)
    with service.wiring.reading() as ctx:
        query = select(OutboxMessage.status).order_by(OutboxMessage.id)
        assert ctx.session.scalars(query).all() == ["pending", "pending", "failed", "pending"]
    assert organiser.post(f"{PAGE}/messages/{messages[0]}/retry").status == 404
    assert organiser.post(f"{PAGE}/messages/{messages[3]}/retry").status == 409


def test_messages_are_dropped_with_a_reason(browse: Browse, service: Runtime, messages: list[int]) -> None:
    organiser = browse("shiwei")

    refused = organiser.post(f"{PAGE}/messages/{messages[0]}/drop", {"reason": " "})
    done = organiser.post(
        f"{PAGE}/messages/{messages[0]}/drop", {"reason": "已电话告知"}, follow_redirects=True
    )

    assert (refused.status, "请写明放弃的原因。" in refused.text) == (422, True)
    assert "已放弃，原因记入历史。" in done.text
    with service.wiring.reading() as ctx:
        assert ctx.session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id)).all() == messages[2:]
        events = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "message.dropped")).all()
        assert [(event.details["count"], event.details["reason"]) for event in events] == [(2, "已电话告知")]


def test_messages_of_no_round_are_the_administrators(browse: Browse, messages: list[int]) -> None:
    address = f"{PAGE}/messages/{messages[2]}/retry"

    assert [browse(login).post(address).status for login in ("shiwei", "liyang", "", "admin")] == [
        403, 403, 302, 302,
    ]  # fmt: skip


def failed(**values: object) -> OutboxMessage:
    usual = {"channel": "mail", "recipient": "", "status": OutboxStatus.FAILED, "attempts": 8}
    said = {"subject": "任务将到期", "body": "任务将到期\n", "last_error": "ConnectionError: down"}
    return OutboxMessage(**{**usual, **said, **values})
