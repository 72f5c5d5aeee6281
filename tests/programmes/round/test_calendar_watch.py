"""Sixty days before the calendar's data ends people are told, once a week, until the next year is there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from service.models import Notification, User
from service.programmes.round import calendars
from service.scheduler import calendar_watch
from tests.programmes.story import Story


def told(story: Story) -> list[str]:
    with story.wiring.reading() as ctx:
        query = select(User.login).join(Notification, Notification.user_id == User.id)
        rows = ctx.session.scalars(query.where(Notification.kind == "calendar").order_by(User.login))
        return list(rows)


def at(story: Story, day: str) -> int:
    story.clock.move_to(datetime.fromisoformat(f"{day}T09:00:00+08:00"))
    return sum(calendar_watch.run_once(story.wiring).values())


def test_people_are_told_from_sixty_days_before_and_once_a_week(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        assert calendars.load(ctx).ready_until.isoformat() == "2026-12-31"

    counts = [at(round_2024, day) for day in ("2026-10-31", "2026-11-01", "2026-11-07", "2026-11-09")]

    assert counts == [0, 2, 0, 2]
    assert told(round_2024) == ["admin", "admin", "shiwei", "shiwei"]


def test_nobody_is_told_once_the_next_year_is_entered(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        calendars.declare_year(ctx, 2027, "演示文件")

    assert at(round_2024, "2026-12-20") == 0
    assert told(round_2024) == []
