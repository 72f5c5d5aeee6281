from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.errors import Invalid
from service.models import Instance, Notification, OutboxMessage, Reminder, UserTask
from service.scheduler import reminders as duty
from service.scheduler.wiring import Wiring
from service.workflow.context import Calendar, Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, reminders
from service.workflow.task import returns, user_tasks
from tests.workflow.leave_domain import ZONE, LeaveDomain, WorkingDays
from tests.workflow.plant import Plant, acting, only_open, start

RULES = "-7,-3,-1,0,+1"


class EndingCalendar(WorkingDays):
    """A calendar whose days after one, else after 20 April, nobody has announced."""

    def __init__(self, last: date = date(2024, 4, 20)) -> None:
        self.last = last

    def shift(self, day: date, days: int) -> date:
        found = super().shift(day, days)
        if found > self.last:
            raise Invalid("没有放假安排。")
        return found


@pytest.mark.parametrize(
    ("due", "days"),
    [
        # 12 April 24:00 is due on the 12th: seven working days back lie across 清明, over the worked Sunday
        (datetime(2024, 4, 13, 0, 0, tzinfo=ZONE), ["04-02", "04-09", "04-11", "04-12", "04-15"]),
        # noon belongs to its own day
        (datetime(2024, 4, 12, 12, 0, tzinfo=ZONE), ["04-02", "04-09", "04-11", "04-12", "04-15"]),
        # due on the worked Sunday itself
        (datetime(2024, 4, 8, 0, 0, tzinfo=ZONE), ["03-26", "04-01", "04-03", "04-07", "04-08"]),
        # due on a day off: the nudge of the day stays on the day
        (datetime(2024, 4, 5, 18, 0, tzinfo=ZONE), ["03-26", "04-01", "04-03", "04-05", "04-07"]),
        (datetime(2024, 3, 26, 0, 0, tzinfo=ZONE), ["03-14", "03-20", "03-22", "03-25", "03-26"]),
    ],
)
def test_plan_counts_working_days_at_the_hour(due: datetime, days: list[str]) -> None:
    nudges = reminders.plan(due, RULES, time(9), ZONE, WorkingDays())

    assert [f"{nudge.at:%m-%d}" for nudge in nudges] == days
    assert {(nudge.at.hour, nudge.at.minute) for nudge in nudges} == {(9, 0)}
    assert [nudge.rule for nudge in nudges] == RULES.split(",")


def test_repeated_nudge_goes_on_until_the_task_is_done(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    domain = wiring.house.domain
    assert isinstance(domain, LeaveDomain)
    domain.usual_nudges = "-1,+1,+5*"  # of the task that says nothing itself
    applied = _applied_for(wiring, committed_plant)
    with wiring.transaction() as ctx:
        instance = ctx.session.get_one(UserTask, applied).instance
        user_tasks.complete(acting(ctx, committed_plant.alice), applied, "submit", {})
        task = only_open(ctx, instance)
        user_tasks.set_due_date(ctx, task, datetime(2024, 4, 13, 0, 0, tzinfo=ZONE), "限期审批")
        task_id = task.id

    sent = _nudged_until(wiring, clock, datetime(2024, 5, 5, tzinfo=ZONE))
    with wiring.transaction() as ctx:
        user_tasks.complete(acting(ctx, committed_plant.bob), task_id, "approve", {})
    after = _nudged_until(wiring, clock, datetime(2024, 5, 20, tzinfo=ZONE))

    assert sent == ["04-11 09:00", "04-15 09:00", "04-19 09:00", "04-26 09:00", "05-03 09:00"]
    assert after == []
    with wiring.reading() as ctx:
        rules = list(ctx.session.scalars(select(Reminder.rule).order_by(Reminder.id)))
    assert rules == ["-1", "+1", "+5", "+10", "+15"]


def test_repeated_nudge_waits_for_a_calendar_that_ends() -> None:
    due, until = datetime(2024, 4, 13, 0, 0, tzinfo=ZONE), datetime(2024, 4, 20, 12, 0, tzinfo=ZONE)

    nudges = reminders.plan(due, "0,+5*", time(9), ZONE, EndingCalendar(), until=until)

    assert [(nudge.rule, f"{nudge.at:%m-%d %H:%M}") for nudge in nudges] == [
        ("0", "04-12 09:00"), ("+5", "04-19 09:00"), ("", "04-21 12:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "planned"),
    [
        (RULES, [("-7", "04-11"), ("-3", "04-17"), ("-1", "04-19"), ("0", "04-20")]),
        ("0,+5*", [("0", "04-20")]),
        ("+1,+5*", []),
    ],
)
def test_only_the_nudge_beyond_the_calendar_is_left_out(rules: str, planned: list[tuple[str, str]]) -> None:
    due = datetime(2024, 4, 21, 0, 0, tzinfo=ZONE)

    nudges = reminders.plan(due, rules, time(9), ZONE, EndingCalendar(), until=due - timedelta(days=20))

    assert [(nudge.rule, f"{nudge.at:%m-%d}") for nudge in nudges] == planned


def test_nudges_that_lacked_the_calendar_come_once_it_is_there_and_none_twice(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    ending = replace(wiring, house=replace(wiring.house, domain=_EndingOnTheDay()))
    _applied_for(ending, committed_plant)
    before = _nudged_until(ending, clock, datetime(2024, 4, 17, tzinfo=ZONE))

    _replan(wiring)
    _replan(wiring)
    after = _nudged_until(wiring, clock, datetime(2024, 4, 20, tzinfo=ZONE))
    _replan(wiring)
    again = _nudged_until(wiring, clock, datetime(2024, 4, 25, tzinfo=ZONE))

    assert before == ["04-02 09:00", "04-09 09:00", "04-11 09:00", "04-12 09:00"]
    assert (after, again) == (["04-17 00:00"], [])


def test_planning_anew_moves_a_nudge_forward_that_the_calendar_now_gives(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    without = replace(wiring, house=replace(wiring.house, domain=_NoCalendar()))
    _applied_for(without, committed_plant)

    _replan(wiring)

    assert _nudged_until(wiring, clock, datetime(2024, 4, 10, tzinfo=ZONE)) == ["04-02 09:00", "04-09 09:00"]


def test_planning_anew_sends_nothing_from_before_the_task(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    clock.move_to(datetime(2024, 4, 10, 12, 0, tzinfo=ZONE))
    _applied_for(wiring, committed_plant)

    _replan(wiring)

    assert _nudged_until(wiring, clock, datetime(2024, 4, 12, tzinfo=ZONE)) == ["04-11 09:00"]


def test_each_nudge_is_sent_once_and_says_how_long_is_left(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    _applied_for(wiring, committed_plant)

    sent = _nudged_until(wiring, clock, datetime(2024, 4, 20, tzinfo=ZONE))

    assert sent == ["04-02 09:00", "04-09 09:00", "04-11 09:00", "04-12 09:00", "04-15 09:00"]
    with wiring.reading() as ctx:
        mine = select(Notification.text).where(Notification.user_id == committed_plant.alice.id)
        texts = list(ctx.session.scalars(mine.order_by(Notification.id)))
        rules = list(ctx.session.scalars(select(Reminder.rule).order_by(Reminder.id)))
        mails = list(ctx.session.scalars(select(OutboxMessage.dedupe_key)))
    assert texts == [f"请办理艾丽斯的请假的“填写请假单”，还有 {days} 天。" for days in (10, 3, 1, 0, -3)]
    assert rules == ["-7", "-3", "-1", "0", "+1"]
    # the last one went to the two heads as well
    assert len(mails) == len(set(mails)) == 7


def test_task_that_says_nothing_is_nudged_by_the_domains_plan_at_its_hour(ctx: Context, plant: Plant) -> None:
    task = only_open(ctx, start(ctx, plant))
    element = deployments.get_element(ctx, task.instance, task.element_id)
    silent = replace(element, properties={k: v for k, v in element.properties.items() if k != "reminders"})
    never = replace(element, properties={**element.properties, "reminders": ""})
    usual = LeaveDomain()
    usual.usual_nudges, usual.nudging_hour = "-2,0", time(14, 30)
    asking = replace(ctx, house=replace(ctx.house, domain=usual))

    found = [reminders.find_first_due(asking, task, one) for one in (element, silent, never)]

    assert [moment and f"{moment.astimezone(ZONE):%m-%d %H:%M}" for moment in found] == [
        "04-02 14:30", "04-10 14:30", None,
    ]  # fmt: skip
    assert reminders.find_first_due(ctx, task, silent) is None


def test_nudges_missed_while_the_service_was_down_are_caught_up_once_with_the_newest(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    _applied_for(wiring, committed_plant)

    clock.move_to(datetime(2024, 4, 11, 15, 0, tzinfo=ZONE))
    while duty.run_once(wiring):
        pass

    with wiring.reading() as ctx:
        assert list(ctx.session.scalars(select(Reminder.rule))) == ["-1"]
        assert ctx.session.scalars(select(UserTask.remind_at)).one() == datetime(
            2024, 4, 12, 9, 0, tzinfo=ZONE
        )


def test_nudges_are_planned_anew_after_the_due_date_moved(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    task_id = _applied_for(wiring, committed_plant)
    _nudged_until(wiring, clock, datetime(2024, 4, 10, tzinfo=ZONE))
    with wiring.transaction() as ctx:
        instance = execution.lock(ctx, ctx.session.get_one(UserTask, task_id).instance_id)
        later = datetime(2024, 4, 20, 0, 0, tzinfo=ZONE)
        user_tasks.set_due_date(ctx, only_open(ctx, instance), later, "延期一周")

    sent = _nudged_until(wiring, clock, datetime(2024, 4, 25, tzinfo=ZONE))

    assert sent == ["04-10 09:00", "04-16 09:00", "04-18 09:00", "04-19 09:00", "04-22 09:00"]


def test_nudges_begin_again_after_the_task_was_sent_back(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    task_id = _applied_for(wiring, committed_plant)
    _nudged_until(wiring, clock, datetime(2024, 4, 10, tzinfo=ZONE))
    with wiring.transaction() as ctx:
        user_tasks.complete(acting(ctx, committed_plant.alice), task_id, "submit", {})
    assert _nudged_until(wiring, clock, datetime(2024, 4, 11, 12, tzinfo=ZONE)) == []
    with wiring.transaction() as ctx:
        instance = ctx.session.get_one(Instance, ctx.session.get_one(UserTask, task_id).instance_id)
        returns.send_back(acting(ctx, committed_plant.bob), only_open(ctx, instance).id, "apply", "日期不对")

    assert _nudged_until(wiring, clock, datetime(2024, 4, 20, tzinfo=ZONE)) == ["04-12 09:00", "04-15 09:00"]


def test_task_that_cannot_be_nudged_does_not_stop_the_others(
    wiring: Wiring, committed_plant: Plant, clock: MovableClock
) -> None:
    first = _applied_for(wiring, committed_plant)
    _applied_for(wiring, committed_plant)
    clock.move_to(datetime(2024, 4, 2, 9, 0, tzinfo=ZONE))
    broken = replace(wiring, house=replace(wiring.house, domain=_NoCalendarOnce()))

    assert duty.run_once(broken) == {"催办失败，一小时后再试": 1}
    assert duty.run_once(broken) == {"催办提醒": 1}

    with wiring.reading() as ctx:
        assert ctx.session.get_one(UserTask, first).remind_at == clock() + timedelta(hours=1)


def test_without_calendar_data_a_task_is_nudged_on_its_day_alone(ctx: Context, plant: Plant) -> None:
    missing = replace(ctx, house=replace(ctx.house, domain=_NoCalendar()))

    task = only_open(ctx, start(missing, plant))

    assert task.remind_at == datetime(2024, 4, 12, 9, 0, tzinfo=ZONE)


class _Missing:
    def shift(self, day: date, days: int) -> date:
        raise Invalid("没有这一年的放假安排。")


class _NoCalendar(LeaveDomain):
    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        return _Missing()


class _EndingOnTheDay(LeaveDomain):
    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        return EndingCalendar(date(2024, 4, 12))


class _NoCalendarOnce(LeaveDomain):
    asked = False

    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        first, self.asked = not self.asked, True
        if first:
            raise Invalid("读不到工作日历。")
        return WorkingDays()


def _replan(wiring: Wiring) -> None:
    with wiring.transaction() as ctx:
        year = (datetime(2024, month, 1, tzinfo=ZONE) for month in (1, 12))
        reminders.replan(ctx, *year)


def _applied_for(wiring: Wiring, plant: Plant) -> int:
    with wiring.transaction() as ctx:
        return only_open(ctx, start(ctx, plant)).id


def _nudged_until(wiring: Wiring, clock: MovableClock, end: datetime) -> list[str]:
    """Let time pass by half hours; return when nudges were sent."""
    sent = []
    while clock() < end:
        while duty.run_once(wiring)["催办提醒"]:
            sent.append(f"{clock().astimezone(ZONE):%m-%d %H:%M}")
        clock.move(minutes=30)
    return sent
