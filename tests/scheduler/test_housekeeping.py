from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from service.models import IdempotencyKey, Notification, OutboxMessage, OutboxStatus
from service.scheduler import housekeeping
from service.scheduler.wiring import Wiring
from tests.workflow.plant import Plant


@pytest.mark.usefixtures("both_databases")
def test_only_what_is_past_its_time_is_cleared_away(wiring: Wiring, committed_plant: Plant) -> None:
    with wiring.transaction() as ctx:
        for hours in (47, 49):
            ctx.session.add(_reply(committed_plant, f"{hours} h", ctx.now - timedelta(hours=hours)))
        for status, days in (("sent", 89), ("sent", 91), ("pending", 91), ("failed", 91)):
            ctx.session.add(_message(f"{status} {days}", status, ctx.now - timedelta(days=days)))
        for days in (179, 181):
            ctx.session.add(_notice(committed_plant, f"read {days}", ctx.now - timedelta(days=days)))
        ctx.session.add(_notice(committed_plant, "unread", None))

    assert housekeeping.run_once(wiring) == {"清理过期记录": 3}
    assert not housekeeping.run_once(wiring)

    with wiring.reading() as ctx:
        replies = set(ctx.session.scalars(select(IdempotencyKey.key)))
        messages = set(ctx.session.scalars(select(OutboxMessage.dedupe_key)))
        notices = set(ctx.session.scalars(select(Notification.text)))
    assert replies == {"47 h"}
    assert messages == {"sent 89", "pending 91", "failed 91"}
    assert notices == {"read 179", "unread"}


def _reply(plant: Plant, key: str, at: datetime) -> IdempotencyKey:
    return IdempotencyKey(
        user_id=plant.alice.id, key=key, request_hash="", status=201, body="", created_at=at
    )


def _message(key: str, status: str, at: datetime) -> OutboxMessage:
    return OutboxMessage(
        channel="mail",
        recipient="a@example.org",
        subject="",
        body="",
        dedupe_key=key,
        status=OutboxStatus(status),
        due_at=at,
        created_at=at,
    )


def _notice(plant: Plant, text: str, read_at: datetime | None) -> Notification:
    created_at = datetime(2023, 1, 1, tzinfo=UTC)
    return Notification(user_id=plant.alice.id, kind="k", text=text, created_at=created_at, read_at=read_at)
