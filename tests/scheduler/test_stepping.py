from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.clock import MovableClock
from service.errors import Conflict, Invalid
from service.models import ClockSetting
from service.scheduler import demonstration_clock, stepping
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.stepping import Endless, Happening, advance_clock
from service.scheduler.wiring import Done, Wiring
from tests.workflow.leave_domain import ZONE
from tests.workflow.plant import Plant, start

START = datetime(2024, 3, 15, 1, 0, tzinfo=UTC)


def test_clock_stops_at_each_due_moment_in_order() -> None:
    clock = MovableClock(START)
    due = {START + timedelta(days=days): f"第 {days} 天" for days in (5, 1, 3)}
    seen: list[datetime] = []

    def duty() -> Done:
        if clock() in due and clock() not in seen:
            seen.append(clock())
            # what is done on the first day makes something due on the second
            if len(seen) == 1:
                due[START + timedelta(days=2)] = "第 2 天"
            return Done({due[clock()]: 1})
        return Done()

    happened = advance_clock(
        clock,
        START + timedelta(days=4),
        [duty],
        lambda after: min((at for at in due if at > after), default=None),
    )

    assert happened == [Happening(at=START + timedelta(days=n), sentence=f"第 {n} 天") for n in (1, 2, 3)]
    assert clock() == START + timedelta(days=4)


def test_what_is_due_already_is_done_before_the_clock_moves() -> None:
    clock = MovableClock(START)
    left = [3]

    def duty() -> Done:
        if not left:
            return Done()
        return Done({"催办提醒": left.pop()})

    happened = advance_clock(clock, START, [duty], lambda _after: None)

    assert happened == [Happening(at=START, sentence="催办提醒，共 3 件")]


def test_duties_that_never_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "MAX_ROUNDS", 10)

    with pytest.raises(Endless, match="2024-03-15"):
        advance_clock(MovableClock(START), START, [lambda: Done({"原地打转": 1})], lambda _after: None)


@pytest.mark.usefixtures("both_databases")
def test_demonstration_does_each_thing_at_its_own_moment(wiring: Wiring, committed_plant: Plant) -> None:
    demo = _demonstration(wiring)
    with wiring.transaction() as ctx:
        start(ctx, committed_plant)
        start(ctx, committed_plant, "sick_leave")

    happened = demonstration_clock.move_to(wiring, demo, datetime(2024, 4, 10, tzinfo=ZONE))

    assert [(f"{one.at.astimezone(ZONE):%m-%d %H:%M}", one.sentence) for one in happened] == [
        ("03-18 09:00", "定时“满三天”到点"),
        ("04-02 09:00", "催办提醒"),
        ("04-02 09:00", "发出消息"),
        ("04-09 09:00", "催办提醒"),
        ("04-09 09:00", "发出消息"),
    ]
    assert demo() == datetime(2024, 4, 10, tzinfo=ZONE)


def test_demonstration_moves_to_what_is_due_next(wiring: Wiring, committed_plant: Plant) -> None:
    demo = _demonstration(wiring)
    with wiring.transaction() as ctx:
        start(ctx, committed_plant, "sick_leave")

    happened = demonstration_clock.move_to_next_due(wiring, demo)

    assert [one.sentence for one in happened] == ["定时“满三天”到点"]
    assert demo() == START + timedelta(days=3)
    with pytest.raises(Conflict, match="没有等待到期的事项"):
        demonstration_clock.move_to_next_due(wiring, demo)


def test_demonstration_clock_never_goes_back(wiring: Wiring) -> None:
    demo = _demonstration(wiring)

    for move in (demo.move_to, lambda moment: demonstration_clock.move_to(wiring, demo, moment)):
        with pytest.raises(Invalid, match="只能向前拨"):
            move(START - timedelta(seconds=1))

    assert demo() == START


def test_demonstration_clock_is_one_for_all_processes(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration_clock, "REFRESH", 0.0)
    demo, another = _demonstration(wiring), DemonstrationClock(wiring.session_factory)

    demo.move_to(START + timedelta(days=1))
    another.set_up(START)

    assert another() == START + timedelta(days=1)
    with wiring.reading() as ctx:
        assert ctx.session.get_one(ClockSetting, 1).now == START + timedelta(days=1)


def test_clock_that_was_not_set_up_says_so(wiring: Wiring) -> None:
    with pytest.raises(Conflict, match="演示时钟还没有设置"):
        DemonstrationClock(wiring.session_factory)()


def _demonstration(wiring: Wiring) -> DemonstrationClock:
    demo = DemonstrationClock(wiring.session_factory)
    demo.set_up(START)
    return demo
