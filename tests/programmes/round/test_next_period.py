"""003-G, N66: a timer asks for the next period every third year; opening it makes that year's round."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from service.models import Instance, Round, TaskStatus, UserTask
from service.programmes.rule.calendar import CalendarMissing
from service.scheduler import starts
from service.workflow.task import user_tasks
from tests.programmes.story import Story


def ask(story: Story, moment: str) -> int:
    """Move the clock and return the open task of the period that began by itself."""
    story.clock.move_to(datetime.fromisoformat(moment).replace(tzinfo=story.pack.programme.zone))
    while starts.begin_by_timers(story.wiring):
        pass
    with story.wiring.reading() as ctx:
        query = (
            select(UserTask.id)
            .join(Instance)
            .where(Instance.process_id == "period", UserTask.status == TaskStatus.OPEN)
        )
        return ctx.session.scalars(query).one()


def test_n66_next_period_is_opened_every_third_year(period_2021: Story) -> None:
    task = ask(period_2021, "2024-01-02 10:00")

    with period_2021.acting("sxtuanshiwei") as ctx:
        user_tasks.complete(ctx, task, "open", {})

    with period_2021.wiring.reading() as ctx:
        assert list(ctx.session.scalars(select(Round.year).order_by(Round.id))) == [2021, 2024]
    assert ask(period_2021, "2027-01-02 10:00") != task


def test_x31_next_period_is_not_opened_without_a_calendar(period_2021: Story) -> None:
    task = ask(period_2021, "2027-01-02 10:00")

    with pytest.raises(CalendarMissing, match="没有 2027 年"), period_2021.acting("sxtuanshiwei") as ctx:
        user_tasks.complete(ctx, task, "open", {})


def test_period_may_be_put_off(period_2021: Story) -> None:
    task = ask(period_2021, "2024-01-02 10:00")

    with period_2021.acting("sxtuanshiwei") as ctx:
        user_tasks.complete(ctx, task, "skip", {"remark": "方案未定。"})

    with period_2021.wiring.reading() as ctx:
        assert list(ctx.session.scalars(select(Round.year))) == [2021]
