"""The editable table of working days wins over the built-in data, names its source and is in the history."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import HistoryEvent, UserTask
from service.programmes.round import calendars
from service.scheduler import reminders
from tests.programmes.round.test_rounds import at, move, nudged
from tests.programmes.story import Story

DOCUMENT = "国办发明电〔2023〕7号（演示）"
APRIL_3 = date(2024, 4, 3)


def test_day_entered_as_rest_lengthens_the_window(round_2024: Story) -> None:
    round_2024.nominate()
    with round_2024.acting("admin") as ctx:
        calendars.set_day(ctx, APRIL_3, working=False, source=f" {DOCUMENT} ")
        assert not calendars.load(ctx).is_working_day(APRIL_3)

    round_2024.to_notice()

    assert round_2024.notice().closes_at == at(round_2024, "2024-04-11 00:00")


def test_day_taken_out_again_counts_as_built_in(round_2024: Story) -> None:
    with round_2024.acting("admin") as ctx:
        calendars.set_day(ctx, APRIL_3, working=False, source=DOCUMENT)
    with round_2024.acting("admin") as ctx:
        assert [row.source for row in calendars.list_days(ctx, 2024)] == [DOCUMENT]
        calendars.remove_day(ctx, APRIL_3)
        calendars.remove_day(ctx, APRIL_3)

        assert calendars.load(ctx).is_working_day(APRIL_3)
        assert list(calendars.list_days(ctx, 2024)) == []
    with round_2024.wiring.reading() as ctx:
        kinds = select(HistoryEvent.kind).where(HistoryEvent.kind.startswith("calendar."))
        assert list(ctx.session.scalars(kinds.order_by(HistoryEvent.id))) == [
            "calendar.day_set",
            "calendar.day_removed",
        ]


def test_day_or_year_without_a_document_is_refused(round_2024: Story) -> None:
    with round_2024.acting("admin") as ctx:
        with pytest.raises(Invalid) as day:
            calendars.set_day(ctx, APRIL_3, working=False, source=" ")
        with pytest.raises(Invalid) as year:
            calendars.declare_year(ctx, 2050, "")
        assert list(calendars.list_years(ctx)) == []

    assert (list(day.value.fields), list(year.value.fields)) == (["source"], ["source"])


def test_year_declared_later_gives_its_tasks_their_nudges(round_2024: Story) -> None:
    nominee = round_2024.start()
    with round_2024.wiring.transaction() as ctx:
        task = ctx.session.get_one(UserTask, round_2024.task_id(nominee, "fill_in_form"))
        task.due_date, task.remind_at = at(round_2024, "2050-03-26 00:00"), None

    with round_2024.acting("admin") as ctx:
        calendars.declare_year(ctx, 2050, DOCUMENT)

    with round_2024.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, round_2024.task_id(nominee, "fill_in_form"))
        assert task.remind_at == round_2024.clock()


def test_year_declared_gives_a_task_due_on_the_last_day_before_it_what_lies_in_it(round_2024: Story) -> None:
    nominee = round_2024.start()
    move(round_2024, "2027-01-01 00:00")
    nudge_on(round_2024, "2026-12-31 10:00")
    assert planned(round_2024, nominee) is None

    with round_2024.acting("admin") as ctx:
        calendars.declare_year(ctx, 2027, DOCUMENT)
    nudge_on(round_2024, "2026-12-31 11:00")

    assert planned(round_2024, nominee) == at(round_2024, "2027-01-01 09:00")
    nudge_on(round_2024, "2027-01-01 09:00")
    assert nudged(round_2024, nominee) == [("0", "12-31 10:00"), ("+1", "01-01 09:00")]


def nudge_on(story: Story, moment: str) -> None:
    story.clock.move_to(at(story, moment))
    while reminders.run_once(story.wiring):
        pass


def planned(story: Story, nominee: int) -> datetime | None:
    with story.wiring.reading() as ctx:
        return ctx.session.get_one(UserTask, story.task_id(nominee, "fill_in_form")).remind_at
